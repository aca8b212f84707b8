//! The dump that `schema:dump` wrote, which `migrate` loads into an empty database before the first migration.

use super::Application;
use crate::engine::Engine;
use crate::laravel::{Value, evaluate};

/// Where the dumps of an application lie, each named after its connection.
const DIRECTORY: &str = "database/schema";

impl Application<'_> {
    /// The path of the dump that `migrate` would load on `engine`, as `MigrateCommand::schemaPath` chooses it: that of the
    /// connection, `.dump` before `.sql`.
    pub fn schema_dump(&self, engine: Engine) -> Option<String> {
        let files = self.connections_to(engine).into_iter().flat_map(|connection| {
            ["dump", "sql"].map(|extension| format!("{DIRECTORY}/{connection}-schema.{extension}"))
        });
        let mut there = files.filter(|path| self.tree.exists(path));
        there.next()
    }

    /// The dumps in the application, whichever connections they belong to.
    pub fn schema_dumps(&self) -> Vec<String> {
        let names = self.tree.list(DIRECTORY).into_iter();
        names
            .filter(|name| [".dump", ".sql"].iter().any(|extension| name.ends_with(extension)))
            .map(|name| format!("{DIRECTORY}/{name}"))
            .collect()
    }

    /// The connections that may be the one that migrations run on: the default one, or else those for the engine. MariaDB
    /// is reached by the driver `mysql` up to Laravel 10, and by habit after that.
    fn connections_to(&self, engine: Engine) -> Vec<String> {
        let family: &[Engine] = match engine {
            Engine::Mariadb => &[Engine::Mariadb, Engine::Mysql],
            Engine::Mysql => &[Engine::Mysql, Engine::Mariadb],
            _ => std::slice::from_ref(&engine),
        };
        let is_default = self.engine().is_some_and(|default| family.contains(&default));
        let default = self.default_connection().filter(|_| is_default);
        let configured = family.iter().filter_map(|engine| self.connection_for(*engine));
        let usual = family.iter().map(|engine| match engine {
            Engine::Postgresql => "pgsql".to_owned(),
            other => other.name().to_owned(),
        });
        let mut names: Vec<String> = Vec::new();
        for name in default.into_iter().chain(configured).chain(usual) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// The table in which Laravel logs migrations, with the connection's prefix.
    pub fn migration_table(&self, prefix: &str) -> String {
        let configured = self.config("database.migrations");
        let name = match &configured {
            Value::Str(name) => Some(name.clone()),
            listed => match evaluate::value_at(listed, "table") {
                Value::Str(name) => Some(name),
                _ => None,
            },
        };
        format!("{prefix}{}", name.unwrap_or_else(|| "migrations".to_owned()))
    }
}
