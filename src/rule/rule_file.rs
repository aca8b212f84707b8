//! A rule as its file writes it, and the checks that make it a [`Rule`].

use std::collections::BTreeSet;

use serde::Deserialize;

use super::Rule;
use super::example::Examples;
use super::matcher::RuleMatch;
use super::prose::{Prose, WrittenProse};
use super::template::{Name, Template};
use crate::effect::ChangeMatch;
use crate::finding::{Breaks, Query, Severity};
use crate::yaml::{self, OneOf, YamlError};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Written {
    id: String,
    summary: String,
    severity: SeverityName,
    #[serde(rename = "match")]
    matcher: RuleMatch,
    except: Option<OneOf<RuleMatch>>,
    /// A match that hangs on something unknown is none.
    #[serde(default)]
    certain_only: bool,
    /// Several changes of one table in one migration are one finding.
    #[serde(default)]
    once_per_table: bool,
    #[serde(default)]
    breaks: WrittenBreaks,
    message: String,
    why: WrittenProse,
    help: WrittenProse,
    recipe: Option<String>,
    no_recipe: Option<String>,
    #[serde(default)]
    silences: Vec<String>,
    #[serde(default)]
    references: Vec<String>,
    examples: Examples,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum SeverityName {
    Off,
    Note,
    Warning,
    Error,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct WrittenBreaks {
    #[serde(default)]
    old_code: Vec<QueryName>,
    #[serde(default)]
    new_code: Vec<QueryName>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum QueryName {
    Select,
    Insert,
    Update,
    Delete,
}

impl Rule {
    /// Reads a rule from the file at `path`, whose last folder is the rule's family.
    pub fn read(path: &str, text: &str) -> Result<Self, YamlError> {
        let written: Written = yaml::read(path, text)?;
        let fail = |key: &str, message: String, help: Option<String>| YamlError::at(path, text, &[key], message, help);
        let mut folders = path.rsplit('/');
        let file_name = folders.next().unwrap_or_default();
        if file_name.strip_suffix(".yaml") != Some(written.id.as_str()) {
            let help = format!("call the file `{}.yaml`, or change the id", written.id);
            return Err(fail("id", format!("the id `{}` is not the file's name", written.id), Some(help)));
        }
        if written.recipe.is_some() && written.no_recipe.is_some() {
            return Err(fail("no-recipe", "a rule has a recipe or a reason for none, not both".to_owned(), None));
        }
        let severity = Severity::from(written.severity);
        if severity == Severity::Error && written.recipe.is_none() && written.no_recipe.is_none() {
            let help = "name the `recipe`, or say in `no-recipe` why there is none".to_owned();
            return Err(fail("severity", "an error has a way out".to_owned(), Some(help)));
        }
        if severity != Severity::Off && (written.examples.bad.is_empty() || written.examples.good.is_empty()) {
            return Err(fail("examples", "a rule has a bad and a good example".to_owned(), None));
        }
        let bound = bound_names(&written.matcher);
        let unbound = |key: &str, name: &str| {
            let names: Vec<&str> = bound.iter().copied().collect();
            let help = format!("bound here: {}", names.join(", "));
            fail(key, format!("`{{{name}}}` is not bound by this rule's match"), Some(help))
        };
        let prose = |key: &str, written: &WrittenProse| {
            let prose = Prose::read(written).map_err(|unknown| unbound(key, &unknown.0))?;
            all_bound(prose.names(), &bound).map_err(|name| unbound(key, name))?;
            Ok::<_, YamlError>(prose)
        };
        let message = Template::read(&written.message).map_err(|unknown| unbound("message", &unknown.0))?;
        all_bound(message.names(), &bound).map_err(|name| unbound("message", name))?;
        Ok(Self {
            family: folders.next().unwrap_or_default().to_owned(),
            severity,
            certain_only: written.certain_only,
            once_per_table: written.once_per_table,
            breaks: written.breaks.into(),
            message,
            why: prose("why", &written.why)?,
            help: prose("help", &written.help)?,
            recipe: written.recipe,
            no_recipe: written.no_recipe,
            silences: written.silences,
            references: written.references,
            examples: written.examples,
            matcher: written.matcher,
            except: written.except.map(|except| except.0).unwrap_or_default(),
            id: written.id,
            summary: written.summary,
        })
    }
}

/// Fails with the first name that may not be used.
fn all_bound(mut names: impl Iterator<Item = Name>, bound: &BTreeSet<&'static str>) -> Result<(), &'static str> {
    names.find(|name| !bound.contains(name.text())).map_or(Ok(()), |name| Err(name.text()))
}

/// The names that every change which may match has.
fn bound_names(matcher: &RuleMatch) -> BTreeSet<&'static str> {
    let kinds: Vec<Option<&str>> = match &matcher.change {
        Some(changes) => changes.0.iter().map(ChangeMatch::kind).collect(),
        None => vec![None],
    };
    let names = |kind: Option<&str>| Name::bound_by(kind).into_iter().map(Name::text).collect::<BTreeSet<_>>();
    let mut bound = kinds.into_iter().map(names).reduce(|all, next| &all & &next).unwrap_or_default();
    if matcher.has_table() {
        bound.insert(Name::Table.text());
    }
    if matcher.asks_for_missing() {
        bound.insert(Name::Missing.text());
    }
    if matcher.asks_for_long_name() {
        bound.insert(Name::TooLong.text());
    }
    if matcher.has_other_table() {
        bound.insert(Name::OtherTables.text());
    }
    if matcher.asks_for_refusal() {
        bound.insert(Name::Error.text());
    }
    bound
}

impl From<SeverityName> for Severity {
    fn from(name: SeverityName) -> Self {
        match name {
            SeverityName::Off => Self::Off,
            SeverityName::Note => Self::Note,
            SeverityName::Warning => Self::Warning,
            SeverityName::Error => Self::Error,
        }
    }
}

impl From<WrittenBreaks> for Breaks {
    fn from(written: WrittenBreaks) -> Self {
        let queries = |names: Vec<QueryName>| names.into_iter().map(Query::from).collect();
        Self { old_code: queries(written.old_code), new_code: queries(written.new_code) }
    }
}

impl From<QueryName> for Query {
    fn from(name: QueryName) -> Self {
        match name {
            QueryName::Select => Self::Select,
            QueryName::Insert => Self::Insert,
            QueryName::Update => Self::Update,
            QueryName::Delete => Self::Delete,
        }
    }
}
