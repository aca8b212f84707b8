//! `config/*.php`, evaluated when asked for, and the settings that follow from `config/database.php`.

use std::rc::Rc;

use super::{Application, Fact};
use crate::engine::Engine;
use crate::laravel::evaluate::{evaluate_config, value_at};
use crate::laravel::{Key, Settings, Value};

impl Application<'_> {
    /// What `config($key)` gives; `Null` where nothing is configured.
    pub fn config(&self, key: &str) -> Value {
        let (file, rest) = key.split_once('.').unwrap_or((key, ""));
        value_at(&self.config_file(file), rest)
    }

    fn config_file(&self, name: &str) -> Rc<Value> {
        if let Some(known) = self.configuration.borrow().get(name) {
            return Rc::clone(known);
        }
        // A file that asks for itself, by way of others, is not known there.
        let unknown = Rc::new(Value::Unknown(format!("`config/{name}.php` asks for itself")));
        self.configuration.borrow_mut().insert(name.to_owned(), unknown);
        // An application may keep them elsewhere; those that do say so in code, and keep them below `app/`.
        let places = [format!("config/{name}.php"), format!("app/Config/{name}.php")];
        let value = match places.iter().find_map(|path| self.file(path)) {
            Some(file) => evaluate_config(&file, self, &self.bare_settings(Engine::Mysql)),
            None if name == "database" => Value::Null,
            None => Value::Unknown(format!("`config/{name}.php` is not in the project")),
        };
        let value = Rc::new(value);
        self.configuration.borrow_mut().insert(name.to_owned(), Rc::clone(&value));
        value
    }

    /// The engine of the default connection, if it is one that is known.
    pub fn engine(&self) -> Option<Engine> {
        let connection = self.default_connection()?;
        let driver = self.config(&format!("database.connections.{connection}.driver"));
        Engine::from_name(&text(driver).unwrap_or(connection))
    }

    /// The settings of the default connection; on another engine than its own, those of the first connection that is
    /// configured for it.
    pub fn settings(&self, engine: Engine) -> Settings {
        self.connection_settings(self.connection_name(engine).as_deref(), engine)
    }

    /// The connection that is the default one where the engine is that: the configured one, or the first for the engine.
    pub(crate) fn connection_name(&self, engine: Engine) -> Option<String> {
        let default = self.default_connection().filter(|_| self.engine() == Some(engine));
        default.or_else(|| self.connection_for(engine))
    }

    /// The `sql_mode` that Laravel sets on the connections to `engine`; `None` where it leaves the server's.
    ///
    /// As `MySqlConnector` does: `modes` says it all, `strict` chooses between two lists, and neither sets nothing.
    pub fn sql_mode(&self, engine: Engine) -> Option<String> {
        let connection = self.default_connection().filter(|_| self.engine() == Some(engine));
        let connection = connection.or_else(|| self.connection_for(engine)).or_else(|| {
            let other = if engine == Engine::Mariadb { Engine::Mysql } else { Engine::Mariadb };
            self.connection_for(other).filter(|_| engine.is_mysql_family())
        })?;
        let option = |name: &str| self.config(&format!("database.connections.{connection}.{name}"));
        if let Value::Array(modes) = option("modes") {
            let modes: Option<Vec<String>> = modes.iter().map(|(_, mode)| text(mode.clone())).collect();
            return modes.map(|modes| modes.join(","));
        }
        match option("strict") {
            Value::Bool(true) => Some("STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION".to_owned()),
            Value::Bool(false) => Some("NO_ENGINE_SUBSTITUTION".to_owned()),
            _ => None,
        }
    }

    /// The settings of a connection by its name; `None` where it is not configured.
    pub(crate) fn settings_of(&self, connection: &str, default: &Settings) -> Option<Settings> {
        let driver = text(self.config(&format!("database.connections.{connection}.driver")))?;
        let engine = Engine::from_name(&driver)?;
        // The same driver on the same engine: MariaDB is reached by the driver `mysql` up to Laravel 10.
        let is_same = engine == default.engine || (engine.is_mysql_family() && default.engine.is_mysql_family());
        let engine = if is_same { default.engine } else { engine };
        let settings = self.connection_settings(Some(connection), engine);
        Some(Settings {
            major: default.major,
            has_doctrine: default.has_doctrine,
            version: default.version.clone(),
            ..settings
        })
    }

    pub(crate) fn is_default_connection(&self, name: &str) -> bool {
        self.default_connection().as_deref() == Some(name)
    }

    /// Whether the connection leads to the database of the default one, as far as the configuration tells.
    pub(crate) fn is_same_database(&self, connection: &str) -> bool {
        let Some(default) = self.default_connection() else { return false };
        ["host", "database"].iter().all(|option| {
            let of = |connection: &str| self.config(&format!("database.connections.{connection}.{option}"));
            of(connection) == of(&default) && !matches!(of(&default), Value::Unknown(_))
        })
    }

    pub(super) fn default_connection(&self) -> Option<String> {
        text(self.config("database.default")).or_else(|| text(self.environment("DB_CONNECTION")?))
    }

    /// A connection that is configured for the engine, those that are named after it first.
    pub(super) fn connection_for(&self, engine: Engine) -> Option<String> {
        let Value::Array(connections) = self.config("database.connections") else { return None };
        let fitting = connections.iter().filter_map(|(name, connection)| match name {
            Key::Str(name) => {
                let driver = text(value_at(connection, "driver"))?;
                (Engine::from_name(&driver) == Some(engine)).then(|| name.clone())
            }
            Key::Int(_) => None,
        });
        let fitting: Vec<String> = fitting.collect();
        let named_after = fitting.iter().find(|name| Engine::from_name(name) == Some(engine));
        named_after.or_else(|| fitting.first()).cloned()
    }

    fn connection_settings(&self, connection: Option<&str>, engine: Engine) -> Settings {
        let option = |name: &str| match connection {
            Some(connection) => self.config(&format!("database.connections.{connection}.{name}")),
            None => Value::Null,
        };
        let defaults = self.schema_defaults();
        let bare = self.bare_settings(engine);
        Settings {
            has_doctrine: bare.has_doctrine && defaults.is_native.is_none(),
            prefix: text(option("prefix")).unwrap_or_default(),
            prefix_indexes: option("prefix_indexes") == Value::Bool(true),
            charset: text(option("charset")).or(bare.charset),
            collation: text(option("collation")).or(bare.collation),
            storage_engine: text(option("engine")),
            foreign_key_constraints: option("foreign_key_constraints") != Value::Bool(false),
            string_length: defaults.string_length.map_or(bare.string_length, |(length, _)| length),
            morph_key: defaults.morph_key.map_or(bare.morph_key, |(key, _)| key),
            time_precision: defaults.time_precision.map_or(bare.time_precision, |(precision, _)| precision),
            ..bare
        }
    }

    /// What holds where nothing is configured: `config/database.php` of Laravel's skeleton.
    fn bare_settings(&self, engine: Engine) -> Settings {
        let charset = |name: &str| engine.is_mysql_family().then(|| name.to_owned());
        Settings {
            major: self.lock.major(),
            has_doctrine: self.lock.has_doctrine,
            engine,
            version: None,
            prefix: String::new(),
            prefix_indexes: false,
            charset: charset("utf8mb4"),
            collation: charset("utf8mb4_unicode_ci"),
            storage_engine: None,
            foreign_key_constraints: true,
            string_length: 255,
            morph_key: "int".to_owned(),
            time_precision: Some(0),
        }
    }

    /// What was found out, and where: for people who ask why.
    pub fn facts(&self) -> Vec<Fact> {
        let fact = |name, value: String, source: &str| Fact { name, value, source: source.to_owned() };
        let major = match self.lock.installed {
            Some(installed) if installed != self.lock.major() => {
                format!("{} (installed: {installed})", self.lock.major())
            }
            _ => self.lock.major().to_string(),
        };
        let mut facts = vec![fact("laravel", major, self.lock.source)];
        facts.push(fact("doctrine/dbal", self.lock.has_doctrine.to_string(), self.lock.source));
        if let Some(engine) = self.engine() {
            let by_environment = self.environment("DB_CONNECTION").is_some();
            let source = self.environment.path.as_deref().filter(|_| by_environment);
            let source = source.unwrap_or("config/database.php");
            facts.push(fact("engine", engine.name().to_owned(), source));
            let settings = self.settings(engine);
            if !settings.prefix.is_empty() {
                facts.push(fact("prefix", settings.prefix, "config/database.php"));
            }
        }
        let defaults = self.schema_defaults();
        if let Some((length, source)) = defaults.string_length {
            facts.push(fact("default string length", length.to_string(), &source));
        }
        if let Some((key, source)) = defaults.morph_key {
            facts.push(fact("morph key", key, &source));
        }
        facts
    }
}

/// A string that is not empty.
fn text(value: Value) -> Option<String> {
    match value {
        Value::Str(text) if !text.is_empty() => Some(text),
        _ => None,
    }
}
