//! Examples of a rule: its tests, and the samples on its page.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::engine::Engine;

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Examples {
    /// Each yields this rule's finding.
    #[schemars(with = "Vec<Written>")]
    pub bad: Vec<Example>,
    /// None yields it.
    #[schemars(with = "Vec<Written>")]
    pub good: Vec<Example>,
}

/// A batch, and what stood before it.
#[derive(Debug, Clone)]
pub struct Example {
    pub name: String,
    pub language: Language,
    /// Statements; those of Laravel stand in `up()`.
    pub code: String,
    /// What earlier deploys ran, in the same language.
    pub before: Option<String>,
    /// Tables that stand, of a shape that nobody knows.
    pub in_use: Vec<String>,
    pub engines: Vec<Engine>,
    /// The migration says `$withinTransaction = false`.
    pub outside_transaction: bool,
    /// The `sql_mode` in which the project opens its connections.
    pub sql_mode: Option<String>,
    /// What undoes the migration, in the same language: the statements of `down()`.
    pub down: Option<String>,
    /// PHP of the release that runs now, and of the one that comes with the migration.
    pub old_code: Option<String>,
    pub new_code: Option<String>,
    /// What the branch has, from which releases are cut.
    pub published: ExamplePublished,
}

/// What was published, as an example says it, in its language.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct ExamplePublished {
    /// This migration, as it was.
    pub before: Option<String>,
    /// One that sorts after this one.
    pub later: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Laravel,
    Sql,
}

/// An example as it is written.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(rename = "Example")]
#[schemars(extend("oneOf" = [{ "required": ["laravel"] }, { "required": ["sql"] }]))]
struct Written {
    name: String,
    /// The statements of `up()`.
    laravel: Option<String>,
    sql: Option<String>,
    /// What earlier deploys ran, in the same language.
    before: Option<String>,
    /// Tables that stand, of a shape that nobody knows.
    #[serde(default)]
    in_use: Vec<String>,
    /// Those it holds for; without them MySQL, MariaDB and PostgreSQL.
    engines: Option<Vec<String>>,
    /// The migration says `$withinTransaction = false`.
    #[serde(default)]
    outside_transaction: bool,
    /// The `sql_mode` in which the project opens its connections.
    sql_mode: Option<String>,
    /// What undoes the migration, in the same language: the statements of `down()`.
    down: Option<String>,
    /// PHP of the release that runs now.
    old_code: Option<String>,
    /// PHP of the release that comes with the migration.
    new_code: Option<String>,
    /// What the branch has, from which releases are cut.
    #[serde(default)]
    published: ExamplePublished,
}

impl<'de> Deserialize<'de> for Example {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let written = Written::deserialize(deserializer)?;
        let (language, code) = match (written.laravel, written.sql) {
            (Some(code), None) => (Language::Laravel, code),
            (None, Some(code)) => (Language::Sql, code),
            _ => return Err(D::Error::custom("an example has either `laravel` or `sql`")),
        };
        let engine = |name: String| {
            Engine::from_name(&name).ok_or_else(|| D::Error::custom(format!("`{name}` is not an engine")))
        };
        let engines = match written.engines {
            Some(names) => names.into_iter().map(engine).collect::<Result<_, _>>()?,
            None => vec![Engine::Mysql, Engine::Mariadb, Engine::Postgresql],
        };
        Ok(Self {
            name: written.name,
            language,
            code,
            before: written.before,
            in_use: written.in_use,
            engines,
            outside_transaction: written.outside_transaction,
            sql_mode: written.sql_mode,
            down: written.down,
            old_code: written.old_code,
            new_code: written.new_code,
            published: written.published,
        })
    }
}
