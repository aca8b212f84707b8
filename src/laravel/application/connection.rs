//! The database that a release would connect to, as its Laravel finds it, without running it.
//!
//! Takes a release's tree and the variables that it runs with; gives the parts of an address. A value that cannot be read
//! without running PHP is an error that names it: a gate that guessed would look at another database.

#[cfg(test)]
mod tests;
mod url;

use std::collections::BTreeMap;
use std::fmt;

use miette::Diagnostic;
use thiserror::Error;

use super::Application;
use super::environment::Environment;
use crate::engine::Engine;
use crate::laravel::evaluate::{evaluate_config, value_at};
use crate::laravel::{Key, Value};
use crate::source::Tree;

/// Laravel's own configuration, from which 11 and later take the connections that an application leaves out.
const FRAMEWORK: &str = "vendor/laravel/framework/config/database.php";

/// `PDO::MYSQL_ATTR_SSL_KEY`, `…_CERT`, `…_CA` and `…_VERIFY_SERVER_CERT` (`php_pdo_mysql_int.h`).
const SSL_KEY: i64 = 1007;
const SSL_CERT: i64 = 1008;
const SSL_CA: i64 = 1009;
const SSL_VERIFY: i64 = 1014;

/// An application that runs, with the variables that it runs with.
#[derive(Debug)]
pub struct LiveApplication<'t> {
    application: Application<'t>,
}

/// How to reach a database, and what Laravel calls its tables.
#[derive(Clone, PartialEq, Eq)]
pub struct Connection {
    pub name: String,
    /// Of the driver: `mysql` is MariaDB's as well.
    pub engine: Engine,
    pub host: Option<String>,
    pub port: Option<u16>,
    /// PostgreSQL's is named by the directory that it is in.
    pub socket: Option<String>,
    /// The path of a file for SQLite.
    pub database: String,
    pub user: Option<String>,
    pub password: Option<String>,
    /// In the words of `sslmode`.
    pub tls: Option<String>,
    /// A file with the certificate of the CA.
    pub roots: Option<String>,
    /// The schemas in which names are looked up (PostgreSQL); empty for the server's own.
    pub search_path: Vec<String>,
    /// Before the name of each table.
    pub prefix: String,
    /// In which migrations are logged, with the prefix.
    pub log_table: String,
    /// The files that said so, from the root.
    pub sources: Vec<String>,
    /// What a person should know.
    pub notes: Vec<String>,
}

#[derive(Debug, Error, Diagnostic, Clone, PartialEq, Eq)]
pub enum ConnectionError {
    #[error("Laravel cannot read `{path}`: {reason}")]
    #[diagnostic(code(phasewise::connection::environment), help("the values themselves are not shown here"))]
    Environment { path: String, reason: String },
    #[error("nothing says which database this application has: there is no `config/database.php`")]
    #[diagnostic(code(phasewise::connection::none), help("name the release's directory, or pass `--database-url`"))]
    NotConfigured,
    #[error("no connection `{name}` is configured in `{place}`; there {known}")]
    #[diagnostic(code(phasewise::connection::missing), help("choose one of them with `--connection`"))]
    Missing { name: String, place: String, known: String },
    #[error("`{key}` in `{place}` is not known without running PHP: {reason}")]
    #[diagnostic(
        code(phasewise::connection::not_static),
        help("pass the address with `--database-url`, or write the value as a literal or with `env()`")
    )]
    NotStatic { key: String, place: String, reason: String },
    #[error("`{key}` in `{place}` is no value that Laravel can use: {reason}")]
    #[diagnostic(code(phasewise::connection::invalid), help("correct it, or pass the address with `--database-url`"))]
    Invalid { key: String, place: String, reason: String },
}

/// The settings of `config/database.php`, and which file they are from.
struct Configuration {
    value: Value,
    place: String,
}

/// The settings of one connection.
struct Options {
    /// `database.connections.mysql`
    key: String,
    place: String,
    values: BTreeMap<String, Value>,
}

impl<'t> Application<'t> {
    /// An application as it runs: with `variables` around it, and with its own `.env` where they leave something open.
    pub fn open_live(tree: &'t Tree, variables: BTreeMap<String, String>) -> LiveApplication<'t> {
        let environment = Environment::read_live(tree, variables);
        LiveApplication { application: Self { environment, ..Self::open(tree) } }
    }
}

impl LiveApplication<'_> {
    /// The connection of that name, or the default one.
    pub fn connection(&self, name: Option<&str>) -> Result<Connection, ConnectionError> {
        let (configuration, is_cached) = match self.cached()? {
            Some(cached) => (cached, true),
            None => (self.configured()?, false),
        };
        let name = match name {
            Some(name) => name.to_owned(),
            None => configuration.default_name()?,
        };
        let options = configuration.options(&name)?;
        let mut connection = options.connection(name, self.application.tree)?;
        connection.log_table = configuration.log_table(&connection.prefix)?;
        connection.sources = vec![configuration.place];
        if is_cached {
            connection.notes.push("the configuration is cached: neither `.env` nor `config/` counts".to_owned());
        } else {
            connection.sources.extend(self.application.environment.path.clone());
        }
        Ok(connection)
    }

    /// What `artisan config:cache` wrote, which Laravel takes for all there is.
    fn cached(&self) -> Result<Option<Configuration>, ConnectionError> {
        let named = self.application.environment.text("APP_CONFIG_CACHE").filter(|path| !path.is_empty());
        let place = named.unwrap_or("bootstrap/cache/config.php").to_owned();
        if !self.application.tree.exists(&place) {
            return Ok(None);
        }
        let value = self.evaluated(&place).unwrap_or_else(|| Value::Unknown("it cannot be read".to_owned()));
        match value_at(&value, "database") {
            Value::Unknown(reason) => Err(ConnectionError::NotStatic { key: "database".to_owned(), place, reason }),
            value => Ok(Some(Configuration { value, place })),
        }
    }

    fn configured(&self) -> Result<Configuration, ConnectionError> {
        if let Some(problem) = &self.application.environment.problem {
            return Err(ConnectionError::Environment { path: problem.path.clone(), reason: problem.reason.clone() });
        }
        let places = ["config/database.php", "app/Config/database.php"];
        let own = places.into_iter().find(|place| self.application.tree.exists(place));
        let Some(place) = own.or_else(|| self.application.tree.exists(FRAMEWORK).then_some(FRAMEWORK)) else {
            return Err(ConnectionError::NotConfigured);
        };
        let value = match own {
            Some(_) => self.application.config("database"),
            None => self.evaluated(FRAMEWORK).unwrap_or(Value::Null),
        };
        match &value {
            Value::Unknown(reason) => {
                let (key, place, reason) = ("database".to_owned(), place.to_owned(), reason.clone());
                Err(ConnectionError::NotStatic { key, place, reason })
            }
            _ => Ok(Configuration { value: self.with_framework(value), place: place.to_owned() }),
        }
    }

    /// With the connections of Laravel's own configuration that the application has not.
    fn with_framework(&self, own: Value) -> Value {
        let (Value::Array(mut items), Some(Value::Array(framework))) = (own.clone(), self.evaluated(FRAMEWORK)) else {
            return own;
        };
        for (key, value) in framework {
            match (items.iter_mut().find(|(known, _)| *known == key), value) {
                (Some((Key::Str(name), Value::Array(known))), Value::Array(others)) if name == "connections" => {
                    let is_new = |(key, _): &(Key, Value)| !known.iter().any(|(own, _)| own == key);
                    let new: Vec<_> = others.into_iter().filter(is_new).collect();
                    known.extend(new);
                }
                (Some(_), _) => {}
                (None, value) => items.push((key, value)),
            }
        }
        Value::Array(items)
    }

    fn evaluated(&self, path: &str) -> Option<Value> {
        let settings = self.application.settings(Engine::Mysql);
        let file = self.application.file(path)?;
        Some(evaluate_config(&file, &self.application, &settings))
    }
}

impl Configuration {
    fn default_name(&self) -> Result<String, ConnectionError> {
        let key = "database.default".to_owned();
        match text(&key, &self.place, &value_at(&self.value, "default"))? {
            Some(name) if !name.is_empty() => Ok(name),
            _ => {
                let reason = "it names no connection".to_owned();
                Err(ConnectionError::Invalid { key, place: self.place.clone(), reason })
            }
        }
    }

    /// `database.migrations` is the name, or says it beside other settings (Laravel 11).
    fn log_table(&self, prefix: &str) -> Result<String, ConnectionError> {
        let said = match value_at(&self.value, "migrations") {
            listed @ Value::Array(_) => value_at(&listed, "table"),
            said => said,
        };
        let name = text("database.migrations", &self.place, &said)?;
        Ok(format!("{prefix}{}", name.unwrap_or_else(|| "migrations".to_owned())))
    }

    fn options(&self, name: &str) -> Result<Options, ConnectionError> {
        let (place, key) = (self.place.clone(), format!("database.connections.{name}"));
        let connections = match value_at(&self.value, "connections") {
            Value::Array(connections) => connections,
            Value::Unknown(reason) => return Err(ConnectionError::NotStatic { key, place, reason }),
            _ => Vec::new(),
        };
        let values = match connections.iter().find(|(known, _)| *known == Key::Str(name.to_owned())) {
            Some((_, Value::Array(values))) => values,
            Some((_, Value::Unknown(reason))) => {
                return Err(ConnectionError::NotStatic { key, place, reason: reason.clone() });
            }
            _ => {
                let known = connections.iter().filter_map(|(key, _)| match key {
                    Key::Str(name) => Some(format!("`{name}`")),
                    Key::Int(_) => None,
                });
                let known: Vec<String> = known.collect();
                let known = if known.is_empty() { "is none".to_owned() } else { format!("are {}", known.join(", ")) };
                return Err(ConnectionError::Missing { name: name.to_owned(), place, known });
            }
        };
        let mut options = Options { key, place, values: BTreeMap::new() };
        options.merge(values);
        options.take_url()?;
        options.take_write();
        Ok(options)
    }
}

impl Options {
    fn merge(&mut self, values: &[(Key, Value)]) {
        for (key, value) in values {
            if let Key::Str(key) = key {
                self.values.insert(key.clone(), value.clone());
            }
        }
    }

    /// An address says it before the other settings do.
    fn take_url(&mut self) -> Result<(), ConnectionError> {
        let Some(address) = self.text("url")?.filter(|address| !address.is_empty()) else { return Ok(()) };
        let Some(said) = url::settings(&address) else { return Err(self.invalid("url", "it is no address")) };
        self.values.extend(said);
        Ok(())
    }

    /// Where reading and writing are apart, migrations go where it is written.
    fn take_write(&mut self) {
        if matches!(self.values.get("read"), None | Some(Value::Null)) {
            return;
        }
        match self.values.get("write").cloned() {
            Some(Value::Array(write)) => match write.first() {
                // Of several servers Laravel takes any.
                Some((Key::Int(0), Value::Array(first))) => self.merge(&first.clone()),
                _ => self.merge(&write),
            },
            Some(Value::Unknown(reason)) => {
                for key in ["host", "port", "database", "username", "password"] {
                    self.values.insert(key.to_owned(), Value::Unknown(reason.clone()));
                }
            }
            _ => {}
        }
    }

    fn connection(&self, name: String, tree: &Tree) -> Result<Connection, ConnectionError> {
        let driver = self.text("driver")?.unwrap_or_default();
        let engine = Engine::from_name(if driver == "mysql2" { "mysql" } else { &driver });
        let engine = engine.ok_or_else(|| self.invalid("driver", &format!("`{driver}` is no driver of Laravel's")))?;
        let mut connection = Connection {
            name,
            engine,
            host: None,
            port: None,
            socket: None,
            database: self.text("database")?.unwrap_or_default(),
            user: None,
            password: None,
            tls: None,
            roots: None,
            search_path: Vec::new(),
            prefix: self.text("prefix")?.unwrap_or_default(),
            log_table: String::new(),
            sources: Vec::new(),
            notes: Vec::new(),
        };
        match engine {
            Engine::Sqlite => {
                if connection.database != ":memory:" {
                    connection.database = tree.root().join(&connection.database).display().to_string();
                }
                return Ok(connection);
            }
            Engine::Mysql | Engine::Mariadb => self.add_mysql(&mut connection)?,
            _ => self.add_postgresql(&mut connection)?,
        }
        connection.user = self.text("username")?.filter(|user| !user.is_empty());
        connection.password = self.text("password")?.filter(|password| !password.is_empty());
        if connection.socket.is_none() {
            connection.host = self.host()?.filter(|host| !host.is_empty());
        }
        Ok(connection)
    }

    fn add_mysql(&self, connection: &mut Connection) -> Result<(), ConnectionError> {
        connection.socket = self.text("unix_socket")?.filter(|socket| !socket.is_empty());
        connection.port = self.port("port")?;
        match self.values.get("options") {
            Some(options @ Value::Array(_)) => self.add_tls(connection, options)?,
            Some(Value::Unknown(reason)) => {
                connection.notes.push(format!("`options` are not known ({reason}): TLS is as the server offers it"));
            }
            _ => {}
        }
        Ok(())
    }

    /// PDO looks at the certificate where it is told a CA, unless it is told not to.
    fn add_tls(&self, connection: &mut Connection, options: &Value) -> Result<(), ConnectionError> {
        let option = |number: i64| match options {
            Value::Array(items) => items.iter().find(|(key, _)| *key == Key::Int(number)).map(|(_, value)| value),
            _ => None,
        };
        if let Some(roots) = option(SSL_CA) {
            connection.roots = text(&self.key_of("options"), &self.place, roots)?.filter(|path| !path.is_empty());
        }
        let is_trusting = matches!(option(SSL_VERIFY), Some(Value::Bool(false) | Value::Int(0)));
        connection.tls = connection.roots.as_ref().map(|_| "verify-ca".to_owned());
        if is_trusting && connection.roots.take().is_some() {
            connection.tls = Some("require".to_owned());
        }
        let has = |number| option(number).is_some_and(|value| !matches!(value, Value::Null));
        if has(SSL_KEY) || has(SSL_CERT) {
            connection.notes.push("the certificate of the client is not shown to the server from here".to_owned());
        }
        Ok(())
    }

    fn add_postgresql(&self, connection: &mut Connection) -> Result<(), ConnectionError> {
        // What a pooler wants, where it has names of its own.
        if let Some(database) = self.text("connect_via_database")? {
            connection.database = database;
        }
        connection.port = self.port("connect_via_port")?.map_or_else(|| self.port("port"), |port| Ok(Some(port)))?;
        connection.socket = self.host()?.filter(|host| host.starts_with('/'));
        connection.tls = self.text("sslmode")?.filter(|mode| !mode.is_empty());
        connection.roots = self.text("sslrootcert")?.filter(|path| !path.is_empty());
        if self.text("sslcert")?.is_some_and(|path| !path.is_empty()) {
            connection.notes.push("the certificate of the client is not shown to the server from here".to_owned());
        }
        let key =
            if matches!(self.values.get("search_path"), None | Some(Value::Null)) { "schema" } else { "search_path" };
        let listed = match self.values.get(key) {
            Some(Value::Array(items)) => {
                let texts = items.iter().map(|(_, item)| text(&self.key_of(key), &self.place, item));
                texts.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect::<Vec<_>>().join(",")
            }
            _ => self.text(key)?.unwrap_or_default(),
        };
        let is_between = |letter: char| letter.is_whitespace() || matches!(letter, ',' | '"' | '\'');
        connection.search_path =
            listed.split(is_between).filter(|schema| !schema.is_empty()).map(str::to_owned).collect();
        Ok(())
    }

    /// Of several hosts Laravel takes any.
    fn host(&self) -> Result<Option<String>, ConnectionError> {
        match self.values.get("host") {
            Some(Value::Array(hosts)) => match hosts.first() {
                Some((_, host)) => text(&self.key_of("host"), &self.place, host),
                None => Ok(None),
            },
            _ => self.text("host"),
        }
    }

    fn port(&self, key: &str) -> Result<Option<u16>, ConnectionError> {
        let Some(port) = self.text(key)?.filter(|port| !port.is_empty()) else { return Ok(None) };
        port.trim().parse().map(Some).map_err(|_| self.invalid(key, "it is no number of a port"))
    }

    fn text(&self, key: &str) -> Result<Option<String>, ConnectionError> {
        self.values.get(key).map_or(Ok(None), |value| text(&self.key_of(key), &self.place, value))
    }

    fn key_of(&self, key: &str) -> String {
        format!("{}.{key}", self.key)
    }

    fn invalid(&self, key: &str, reason: &str) -> ConnectionError {
        ConnectionError::Invalid { key: self.key_of(key), place: self.place.clone(), reason: reason.to_owned() }
    }
}

/// A value as PHP writes it into a text; `None` for null.
fn text(key: &str, place: &str, value: &Value) -> Result<Option<String>, ConnectionError> {
    let reason = match value {
        Value::Null => return Ok(None),
        Value::Str(text) => return Ok(Some(text.clone())),
        Value::Int(number) => return Ok(Some(number.to_string())),
        Value::Float(number) => return Ok(Some(number.to_string())),
        Value::Bool(true) => return Ok(Some("1".to_owned())),
        Value::Bool(false) => return Ok(Some(String::new())),
        Value::Unknown(reason) => reason.clone(),
        _ => "it is no text".to_owned(),
    };
    Err(ConnectionError::NotStatic { key: key.to_owned(), place: place.to_owned(), reason })
}

/// Without the user and the password.
impl fmt::Debug for Connection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Connection")
            .field("name", &self.name)
            .field("engine", &self.engine)
            .field("host", &self.host)
            .field("port", &self.port)
            .field("socket", &self.socket)
            .field("database", &self.database)
            .field("tls", &self.tls)
            .field("prefix", &self.prefix)
            .field("log_table", &self.log_table)
            .field("sources", &self.sources)
            .finish_non_exhaustive()
    }
}
