//! A recipe as its file writes it, and the checks that make it a [`Recipe`].

use std::collections::BTreeSet;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde::Deserialize;

use super::name::Name;
use super::operation::{self, Operation};
use super::{Answer, Deploy, Doing, Recipe, Way, WrittenBackfill, WrittenHold};
use crate::effect::ChangeMatch;
use crate::engine::Engine;
use crate::template::{Name as _, Template, UnknownName};
use crate::yaml::{self, Entries, OneOf, YamlError};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(title = "a recipe of phasewise")]
struct Written {
    /// The file's name, without `.yaml`: what rules call it under `recipe`.
    id: String,
    /// Of a project's own recipe: it stands in for the one of this id that phasewise brings along.
    #[serde(default)]
    replaces_builtin: bool,
    /// What it does, in one sentence.
    summary: String,
    /// The first that fits the change is taken.
    ways: Vec<WrittenWay>,
    #[serde(default)]
    references: Vec<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(rename = "Way")]
struct WrittenWay {
    /// Those it is for; without it all.
    engines: Option<OneOf<Engine>>,
    /// The changes that it is for; it names what the texts can name.
    replaces: OneOf<ChangeMatch>,
    /// What only a person knows: the value that a backfill without one writes.
    asks: Option<String>,
    /// What comes instead, in the order in which it happens.
    deploys: Option<Vec<WrittenDeploy>>,
    /// Why there is no plan.
    refuses: Option<String>,
    /// What could be done instead.
    instead: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(rename = "Deploy")]
struct WrittenDeploy {
    name: String,
    /// What migrations do before the new release is live; each is a migration of its own.
    #[serde(default)]
    migrate: Vec<operation::Written>,
    /// What the release does from then on, or may rely on.
    release: Option<String>,
    /// Where the code has to change for that, as the scan of the code tells it.
    places: Option<Doing>,
    backfill: Option<BackfillFile>,
    /// The rows that the change is about are taken a range at a time, as its author wrote it.
    in_ranges: Option<operation::Nothing>,
    /// A tool makes the change on a copy of the table.
    copy: Option<operation::Nothing>,
    /// What has to be seen before it goes on.
    #[serde(default)]
    then: Vec<HoldFile>,
    /// Rules that would find something in `migrate`, and what was waited for so that it does no harm.
    #[serde(default)]
    settles: Entries<String>,
    /// What the last of `migrate`, or else the backfill, does cannot be taken back.
    #[serde(default)]
    no_return: bool,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(rename = "Backfill")]
struct BackfillFile {
    column: String,
    /// SQL; without it the value is asked for.
    value: Option<String>,
    /// The rows that still lack it.
    #[serde(rename = "where")]
    only_where: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Hold")]
enum HoldFile {
    /// No process of an older release can still run.
    Drained,
    /// No code of the release that is live uses it.
    Unreferenced(String),
    /// The query gives no row.
    NoRow(String),
    /// No row holds a value that the new type of the column does not.
    Fits,
    /// A person says so.
    Approved(String),
}

/// A recipe, and what its file says of the recipe of that id that the binary brings along.
pub(super) struct ReadRecipe {
    pub(super) recipe: Recipe,
    pub(super) replaces_builtin: bool,
}

/// The JSON Schema of a recipe file, for editors.
pub fn schema() -> schemars::Schema {
    SchemaGenerator::new(SchemaSettings::draft2020_12()).into_root_schema_for::<Written>()
}

impl ReadRecipe {
    pub(super) fn read(path: &str, text: &str) -> Result<Self, YamlError> {
        let written: Written = yaml::read(path, text)?;
        let fail =
            |key: &str, message: String, help: String| Err(YamlError::at(path, text, &[key], message, Some(help)));
        let file_name = path.rsplit('/').next().unwrap_or_default();
        if file_name.strip_suffix(".yaml") != Some(written.id.as_str()) {
            let help = format!("call the file `{}.yaml`, or change the id", written.id);
            return fail("id", format!("the id `{}` is not the file's name", written.id), help);
        }
        if written.ways.is_empty() {
            return fail("ways", "a recipe without a way".to_owned(), "say at least one".to_owned());
        }
        let mut ways = Vec::new();
        for (at, way) in written.ways.into_iter().enumerate() {
            let way = way.read().map_err(|mistake| {
                let message = format!("way {}: {}", at + 1, mistake.message);
                YamlError::at(path, text, &["ways"], message, Some(mistake.help))
            })?;
            ways.push(way);
        }
        let recipe = Recipe {
            id: written.id,
            path: path.to_owned(),
            is_own: false,
            summary: written.summary,
            references: written.references,
            ways,
        };
        Ok(Self { recipe, replaces_builtin: written.replaces_builtin })
    }
}

/// What can be read and is no recipe all the same.
struct Mistake {
    message: String,
    help: String,
}

impl From<UnknownName> for Mistake {
    fn from(unknown: UnknownName) -> Self {
        let message = format!("`{{{}}}` is no name that a recipe knows", unknown.0);
        Self { message, help: "docs/recipes.md lists them".to_owned() }
    }
}

impl WrittenWay {
    fn read(self) -> Result<Way, Mistake> {
        let answer = match (self.deploys, self.refuses) {
            (Some(deploys), None) if !deploys.is_empty() => {
                Answer::Deploys(deploys.into_iter().map(WrittenDeploy::read).collect::<Result<_, _>>()?)
            }
            (None, Some(reason)) => Answer::Refusal {
                reason: Template::read(&reason)?,
                instead: self.instead.as_deref().map(Template::read).transpose()?,
            },
            _ => {
                let message = "it has either `deploys` or a reason why it `refuses`".to_owned();
                return Err(Mistake { message, help: "say one of them".to_owned() });
            }
        };
        let way = Way {
            engines: self.engines.map(|engines| engines.0).unwrap_or_default(),
            replaces: self.replaces.0,
            asks: self.asks.as_deref().map(Template::read).transpose()?,
            answer,
        };
        way.check()?;
        Ok(way)
    }
}

impl WrittenDeploy {
    fn read(self) -> Result<Deploy, Mistake> {
        let settles = self.settles.0.into_iter().map(|(rule, words)| Ok((rule, Template::read(&words)?)));
        Ok(Deploy {
            name: self.name,
            migrate: self.migrate.iter().map(Operation::read).collect::<Result<_, _>>()?,
            release: self.release.as_deref().map(Template::read).transpose()?,
            places: self.places,
            backfill: self.backfill.map(BackfillFile::read).transpose()?,
            is_in_ranges: self.in_ranges.is_some(),
            is_copied: self.copy.is_some(),
            then: self.then.into_iter().map(HoldFile::read).collect::<Result<_, _>>()?,
            settles: settles.collect::<Result<_, UnknownName>>()?,
            is_point_of_no_return: self.no_return,
        })
    }
}

impl BackfillFile {
    fn read(self) -> Result<WrittenBackfill, UnknownName> {
        Ok(WrittenBackfill {
            column: Template::read(&self.column)?,
            value: self.value.as_deref().map(Template::read).transpose()?,
            only_where: Template::read(&self.only_where)?,
        })
    }
}

impl HoldFile {
    fn read(self) -> Result<WrittenHold, UnknownName> {
        Ok(match self {
            Self::Drained => WrittenHold::Drained,
            Self::Unreferenced(what) => WrittenHold::Unreferenced(Template::read(&what)?),
            Self::NoRow(query) => WrittenHold::NoRow(Template::read(&query)?),
            Self::Fits => WrittenHold::Fits,
            Self::Approved(what) => WrittenHold::Approved(Template::read(&what)?),
        })
    }
}

impl Way {
    /// Refuses names that not every change which it is for has, an unasked value, and what settles a finding without a hold.
    fn check(&self) -> Result<(), Mistake> {
        let kinds = self.replaces.iter().map(ChangeMatch::kind);
        let bound = kinds.map(|kind| Name::bound_by(kind).into_iter().map(Name::text).collect::<BTreeSet<_>>());
        let bound = bound.reduce(|all, next| &all & &next).unwrap_or_default();
        if let Some(name) = self.names().into_iter().find(|name| !bound.contains(name.text())) {
            let names: Vec<&str> = bound.into_iter().collect();
            return Err(Mistake {
                message: format!("`{{{}}}` is not bound by what it replaces", name.text()),
                help: format!("bound here: {}", names.join(", ")),
            });
        }
        let Answer::Deploys(deploys) = &self.answer else { return Ok(()) };
        if deploys.iter().any(|deploy| deploy.places.is_some() && deploy.release.is_none()) {
            let message = "it says which `places` of the code change, and no `release` changes them".to_owned();
            return Err(Mistake { message, help: "say what the `release` does there".to_owned() });
        }
        let lacks_value = |deploy: &Deploy| deploy.backfill.as_ref().is_some_and(|backfill| backfill.value.is_none());
        if self.asks.is_none() && deploys.iter().any(lacks_value) {
            let message = "a backfill says no value, and nothing asks for it".to_owned();
            return Err(Mistake { message, help: "say the `value`, or what it `asks`".to_owned() });
        }
        Ok(())
    }

    fn names(&self) -> Vec<Name> {
        let texts: Vec<&Template<Name>> = match &self.answer {
            Answer::Refusal { reason, instead } => std::iter::once(reason).chain(instead).collect(),
            Answer::Deploys(deploys) => deploys.iter().flat_map(Deploy::texts).collect(),
        };
        let operations: Vec<Name> = match &self.answer {
            Answer::Refusal { .. } => Vec::new(),
            Answer::Deploys(deploys) => {
                deploys.iter().flat_map(|deploy| &deploy.migrate).flat_map(Operation::names).collect()
            }
        };
        texts.into_iter().chain(&self.asks).flat_map(Template::names).chain(operations).collect()
    }
}

impl Deploy {
    /// Its texts, those of operations apart.
    fn texts(&self) -> Vec<&Template<Name>> {
        let backfill = self.backfill.iter().flat_map(|backfill| {
            [Some(&backfill.column), backfill.value.as_ref(), Some(&backfill.only_where)].into_iter().flatten()
        });
        let holds = self.then.iter().filter_map(|hold| match hold {
            WrittenHold::Drained | WrittenHold::Fits => None,
            WrittenHold::Unreferenced(text) | WrittenHold::NoRow(text) | WrittenHold::Approved(text) => Some(text),
        });
        self.release.iter().chain(self.settles.iter().map(|(_, words)| words)).chain(backfill).chain(holds).collect()
    }
}
