//! A rule as its file writes it, and the checks that make it a [`Rule`].

use std::collections::BTreeSet;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde::Deserialize;

use super::Rule;
use super::example::Examples;
use super::matcher::RuleMatch;
use super::proof::Proof;
use super::prose::{Prose, WrittenProse};
use super::template::{Name, Template};
use crate::effect::ChangeMatch;
use crate::finding::{Breaks, Query, Severity};
use crate::template::Name as _;
use crate::yaml::{self, OneOf, YamlError};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(title = "a rule of phasewise")]
struct Written {
    /// The file's name, without `.yaml`.
    id: String,
    /// Of a project's own rule: it stands in for the rule of this id that phasewise brings along.
    #[serde(default)]
    replaces_builtin: bool,
    /// What it finds, in one sentence.
    summary: String,
    severity: SeverityName,
    /// What a change must be; all of it must hold.
    #[serde(rename = "match")]
    matcher: RuleMatch,
    /// Where it is silent all the same.
    except: Option<OneOf<RuleMatch>>,
    /// A match that hangs on something unknown is none.
    #[serde(default)]
    certain_only: bool,
    /// Several changes of one table in one migration are one finding.
    #[serde(default)]
    once_per_table: bool,
    #[serde(default)]
    breaks: WrittenBreaks,
    /// What happened, with `{table}`, `{column}` and the like for the names of the change.
    message: String,
    /// What that does to the code that runs.
    why: WrittenProse,
    /// The way out.
    help: WrittenProse,
    /// The recipe that turns the change into safe deploys.
    recipe: Option<String>,
    /// Why there is none.
    no_recipe: Option<String>,
    /// Rules that say less about the same change.
    #[serde(default)]
    silences: Vec<String>,
    /// Rules whose findings about the same table, earlier in the migration, are part of what this one says.
    #[serde(default)]
    silences_earlier: Vec<String>,
    /// What shows that what it finds cannot do harm: then the finding is told, with the evidence, and does not count.
    discharged_by: Option<OneOf<Proof>>,
    /// Its findings show where running code uses what is changed.
    #[serde(default)]
    shows_code: bool,
    #[serde(default)]
    references: Vec<String>,
    examples: Examples,
}

#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum SeverityName {
    Off,
    Note,
    Warning,
    Error,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct WrittenBreaks {
    #[serde(default)]
    old_code: Vec<QueryName>,
    #[serde(default)]
    new_code: Vec<QueryName>,
}

#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum QueryName {
    Select,
    Insert,
    Update,
    Delete,
}

/// A rule, and what its file says of the rule of that id that the binary brings along.
pub(super) struct ReadRule {
    pub(super) rule: Rule,
    pub(super) replaces_builtin: bool,
}

/// The JSON Schema of a rule file, for editors.
pub fn schema() -> schemars::Schema {
    SchemaGenerator::new(SchemaSettings::draft2020_12()).into_root_schema_for::<Written>()
}

impl ReadRule {
    /// Reads the rule of a `family` from the file at `path`.
    pub(super) fn read(family: &str, path: &str, text: &str) -> Result<Self, YamlError> {
        let written: Written = yaml::read(path, text)?;
        let severity = Severity::from(written.severity);
        written.check(path, text)?;
        let texts = Texts::read(&written, path, text)?;
        let rule = Rule {
            family: family.to_owned(),
            path: path.to_owned(),
            is_own: false,
            severity,
            certain_only: written.certain_only,
            once_per_table: written.once_per_table,
            breaks: written.breaks.into(),
            message: texts.message,
            why: texts.why,
            help: texts.help,
            recipe: written.recipe,
            no_recipe: written.no_recipe,
            silences: written.silences,
            silences_earlier: written.silences_earlier,
            discharged_by: written.discharged_by.map(|proofs| proofs.0).unwrap_or_default(),
            shows_code: written.shows_code,
            references: written.references,
            examples: written.examples,
            matcher: written.matcher,
            except: written.except.map(|except| except.0).unwrap_or_default(),
            id: written.id,
            summary: written.summary,
        };
        Ok(Self { rule, replaces_builtin: written.replaces_builtin })
    }
}

impl Written {
    /// Refuses what can be read and is no rule all the same.
    fn check(&self, path: &str, text: &str) -> Result<(), YamlError> {
        let fail = |key: &str, message: &str, help: String| {
            Err(YamlError::at(path, text, &[key], message.to_owned(), Some(help)))
        };
        let severity = Severity::from(self.severity);
        let file_name = path.rsplit('/').next().unwrap_or_default();
        if file_name.strip_suffix(".yaml") != Some(self.id.as_str()) {
            let help = format!("call the file `{}.yaml`, or change the id", self.id);
            return fail("id", &format!("the id `{}` is not the file's name", self.id), help);
        }
        if self.matcher.mixes_remark() {
            let help = "leave `remark` alone under `match`; it has neither a table nor an effect".to_owned();
            return fail("match", "a remark is about no change", help);
        }
        if self.except.as_ref().is_some_and(|except| except.0.iter().any(|except| except.remark.is_some())) {
            return fail("except", "a remark is no exception", "ask for it under `match`".to_owned());
        }
        if self.recipe.is_some() && self.no_recipe.is_some() {
            let help = "leave out one of them".to_owned();
            return fail("no-recipe", "a rule has a recipe or a reason for none, not both", help);
        }
        if severity == Severity::Error && self.recipe.is_none() && self.no_recipe.is_none() {
            let help = "name the `recipe`, or say in `no-recipe` why there is none".to_owned();
            return fail("severity", "an error has a way out", help);
        }
        if severity != Severity::Off && (self.examples.bad.is_empty() || self.examples.good.is_empty()) {
            let help = "examples are the rule's tests: `phasewise test-rules` runs them".to_owned();
            return fail("examples", "a rule has a bad and a good example", help);
        }
        Ok(())
    }
}

/// The texts of a rule, in which every name is bound.
struct Texts {
    message: Template,
    why: Prose,
    help: Prose,
}

impl Texts {
    fn read(written: &Written, path: &str, text: &str) -> Result<Self, YamlError> {
        let bound = bound_names(&written.matcher);
        let unbound = |key: &str, name: &str| {
            let names: Vec<&str> = bound.iter().copied().collect();
            let help = format!("bound here: {}", names.join(", "));
            let message = format!("`{{{name}}}` is not bound by this rule's match");
            YamlError::at(path, text, &[key], message, Some(help))
        };
        let prose = |key: &str, written: &WrittenProse| {
            let prose = Prose::read(written).map_err(|unknown| unbound(key, &unknown.0))?;
            all_bound(prose.names(), &bound).map_err(|name| unbound(key, name))?;
            Ok::<_, YamlError>(prose)
        };
        let message = Template::read(&written.message).map_err(|unknown| unbound("message", &unknown.0))?;
        all_bound(message.names(), &bound).map_err(|name| unbound("message", name))?;
        Ok(Self { message, why: prose("why", &written.why)?, help: prose("help", &written.help)? })
    }
}

/// Fails with the first name that may not be used.
fn all_bound(mut names: impl Iterator<Item = Name>, bound: &BTreeSet<&'static str>) -> Result<(), &'static str> {
    names.find(|name| !bound.contains(name.text())).map_or(Ok(()), |name| Err(name.text()))
}

/// The names that every change which may match has.
fn bound_names(matcher: &RuleMatch) -> BTreeSet<&'static str> {
    if matcher.remark.is_some() {
        return Name::OF_REMARKS.into_iter().map(Name::text).collect();
    }
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
    if matcher.asks_for_taken() {
        bound.insert(Name::Taken.text());
    }
    if matcher.asks_for_lost() {
        bound.insert(Name::Lost.text());
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
