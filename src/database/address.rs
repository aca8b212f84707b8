//! Where a database is: what an address says, and what of it may be shown.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use super::DatabaseError;
use crate::engine::Engine;
use crate::laravel::Connection;

/// Where a database is, and who asks.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl {
    pub(super) place: Place,
    /// Without the user and the password.
    shown: String,
}

/// An address that a configuration gives piece by piece.
#[derive(Clone, PartialEq, Eq)]
pub struct AddressParts {
    pub engine: Engine,
    /// The server's own machine where it is `None`.
    pub host: Option<String>,
    /// The engine's usual one where it is `None`.
    pub port: Option<u16>,
    /// A Unix socket, in place of a host; PostgreSQL's is named by the directory that it is in.
    pub socket: Option<String>,
    /// The name of a database, or the path of a file.
    pub database: String,
    pub user: Option<String>,
    pub password: Option<String>,
    /// In the words of `sslmode`.
    pub tls: Option<String>,
    /// A file with certificates of those who may sign the server's.
    pub roots: Option<String>,
    /// The schemas in which PostgreSQL looks names up; empty for its own.
    pub search_path: Vec<String>,
}

#[derive(Clone, PartialEq, Eq)]
pub(super) enum Place {
    Postgresql(Server),
    Mysql(Server),
    /// A file of SQLite.
    Sqlite(PathBuf),
}

/// A server that is asked over a network.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Server {
    /// As its client takes it, without what is said of TLS.
    pub url: String,
    pub tls: Tls,
    /// Empty for the server's own.
    pub search_path: Vec<String>,
}

/// What the address says of TLS.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Tls {
    pub mode: TlsMode,
    /// Certificates of those who may sign the server's.
    pub roots: Option<PathBuf>,
}

/// In the words of PostgreSQL; MySQL has others for the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum TlsMode {
    Disable,
    /// Where the server has it.
    #[default]
    Prefer,
    Require,
    /// Somebody who is trusted signed the server's certificate.
    VerifyCa,
    /// And it is made out to the host.
    VerifyFull,
}

impl FromStr for DatabaseUrl {
    type Err = DatabaseError;

    fn from_str(text: &str) -> Result<Self, DatabaseError> {
        let (scheme, rest) = text.trim().split_once(':').ok_or(DatabaseError::Url)?;
        let scheme = scheme.to_ascii_lowercase();
        if matches!(scheme.as_str(), "sqlite" | "sqlite3") {
            return Self::of_file(rest);
        }
        let rest = rest.strip_prefix("//").ok_or(DatabaseError::Url)?;
        let address = rest.rsplit_once('@').map_or(rest, |(_, address)| address);
        let shown = address.split(['?', '#']).next().unwrap_or_default().to_owned();
        let place = match scheme.as_str() {
            "postgresql" | "postgres" | "pgsql" => Place::Postgresql(Server::read("postgresql", rest)?),
            "mysql" | "mariadb" => Place::Mysql(Server::read("mysql", rest)?),
            _ => return Err(DatabaseError::Scheme(scheme)),
        };
        Ok(Self { place, shown })
    }
}

impl DatabaseUrl {
    pub fn from_parts(parts: AddressParts) -> Result<Self, DatabaseError> {
        let scheme = match parts.engine {
            Engine::Sqlite if parts.database.is_empty() || parts.database == ":memory:" => {
                return Err(DatabaseError::NoFile);
            }
            Engine::Sqlite => {
                return Ok(Self { place: Place::Sqlite(parts.database.clone().into()), shown: parts.database });
            }
            Engine::Postgresql => "postgresql",
            Engine::Mysql | Engine::Mariadb => "mysql",
            Engine::Sqlserver => return Err(DatabaseError::Scheme(parts.engine.name().to_owned())),
        };
        if parts.database.is_empty() {
            return Err(DatabaseError::NoDatabase);
        }
        let mut tls = Tls { roots: parts.roots.map(PathBuf::from), ..Tls::default() };
        if let Some(mode) = &parts.tls {
            tls.mode = TlsMode::read(mode)?;
        }
        let tls = tls.with_roots_looked_at();
        let host = parts.host.unwrap_or_else(|| "127.0.0.1".to_owned());
        let shown_host = parts.socket.as_ref().unwrap_or(&host);
        let port = parts.port.map(|port| format!(":{port}")).unwrap_or_default();
        let shown = format!("{shown_host}{port}/{}", parts.database);
        let address = match &parts.socket {
            Some(socket) if parts.engine == Engine::Postgresql => encoded(socket),
            Some(_) => "localhost".to_owned(),
            None if host.contains(':') => format!("[{host}]"),
            None => encoded(&host),
        };
        let password = parts.password.map(|password| format!(":{}", encoded(&password))).unwrap_or_default();
        let user = parts.user.map(|user| format!("{}{password}@", encoded(&user))).unwrap_or_default();
        let socket = parts.socket.filter(|_| parts.engine.is_mysql_family());
        let query = socket.map(|socket| format!("?socket={}", encoded(&socket))).unwrap_or_default();
        let url = format!("{scheme}://{user}{address}{port}/{}{query}", encoded(&parts.database));
        let server = Server { url, tls, search_path: parts.search_path };
        let place = if scheme == "mysql" { Place::Mysql(server) } else { Place::Postgresql(server) };
        Ok(Self { place, shown })
    }

    /// `sqlite:shop.sqlite`, `sqlite:///srv/shop.sqlite`
    fn of_file(rest: &str) -> Result<Self, DatabaseError> {
        let path = rest.strip_prefix("//").unwrap_or(rest);
        let path = path.split('?').next().unwrap_or_default();
        if path.is_empty() || path == ":memory:" {
            return Err(DatabaseError::NoFile);
        }
        Ok(Self { place: Place::Sqlite(PathBuf::from(path)), shown: path.to_owned() })
    }
}

impl Server {
    fn read(scheme: &str, rest: &str) -> Result<Self, DatabaseError> {
        let (address, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut tls = Tls::default();
        let mut search_path = Vec::new();
        let mut others = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match plain(name).as_str() {
                "sslmode" => tls.mode = TlsMode::read(value)?,
                "sslrootcert" | "sslca" => tls.roots = Some(PathBuf::from(decoded(value))),
                // As Laravel's addresses have it.
                "searchpath" | "schema" if scheme == "postgresql" => {
                    let schemas = decoded(value);
                    let schemas = schemas.split([',', ' ', '"']).filter(|schema| !schema.is_empty());
                    search_path = schemas.map(str::to_owned).collect();
                }
                "sslcert" | "sslkey" => return Err(DatabaseError::OwnCertificate(name.to_owned())),
                _ => others.push(pair),
            }
        }
        let tls = tls.with_roots_looked_at();
        let query = if others.is_empty() { String::new() } else { format!("?{}", others.join("&")) };
        Ok(Self { url: format!("{scheme}://{address}{query}"), tls, search_path })
    }
}

impl Tls {
    /// As libpq does it: who names whom to trust wants that to be looked at.
    fn with_roots_looked_at(mut self) -> Self {
        if self.mode == TlsMode::Require && self.roots.is_some() {
            self.mode = TlsMode::VerifyCa;
        }
        self
    }
}

impl TlsMode {
    fn read(text: &str) -> Result<Self, DatabaseError> {
        Ok(match plain(text).as_str() {
            "disable" | "disabled" => Self::Disable,
            "allow" | "prefer" | "preferred" => Self::Prefer,
            "require" | "required" => Self::Require,
            "verifyca" => Self::VerifyCa,
            "verifyfull" | "verifyidentity" => Self::VerifyFull,
            _ => return Err(DatabaseError::TlsMode(text.to_owned())),
        })
    }
}

/// Without case, hyphens and underscores, in which the two families differ.
fn plain(word: &str) -> String {
    word.chars().filter(|letter| !matches!(letter, '-' | '_')).collect::<String>().to_ascii_lowercase()
}

/// With `%2F` and the like as what they stand for.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend(before.bytes());
        let byte = after.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.unwrap_or(b'%'));
        rest = if byte.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    bytes.extend(rest.bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}

/// With everything that means something in an address as `%2F` and the like.
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

impl From<Connection> for AddressParts {
    fn from(connection: Connection) -> Self {
        let Connection { engine, host, port, socket, database, user, password, tls, roots, search_path, .. } =
            connection;
        Self { engine, host, port, socket, database, user, password, tls, roots, search_path }
    }
}

/// Without the user and the password.
impl fmt::Debug for AddressParts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("AddressParts")
            .field("engine", &self.engine)
            .field("host", &self.host)
            .field("port", &self.port)
            .field("socket", &self.socket)
            .field("database", &self.database)
            .field("tls", &self.tls)
            .finish_non_exhaustive()
    }
}

/// Without the user and the password.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.shown)
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "DatabaseUrl({})", self.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_who_asks() {
        let url: DatabaseUrl = "pgsql://app:p%40ss@db.example.org:5432/shop?sslmode=prefer".parse().unwrap();
        assert_eq!(url.to_string(), "db.example.org:5432/shop");
        assert_eq!(format!("{url:?}"), "DatabaseUrl(db.example.org:5432/shop)");
        let odd: DatabaseUrl = "mysql://app:p@ss@h/shop".parse().unwrap();
        assert_eq!(odd.to_string(), "h/shop", "even where the password is not escaped");
        assert_eq!("shop".parse::<DatabaseUrl>(), Err(DatabaseError::Url));
        assert_eq!("mysql:h/shop".parse::<DatabaseUrl>(), Err(DatabaseError::Url));
        assert_eq!("oracle://h/shop".parse::<DatabaseUrl>(), Err(DatabaseError::Scheme("oracle".to_owned())));
    }

    #[test]
    fn a_file_is_named_as_people_name_it() {
        let file = |text: &str| text.parse::<DatabaseUrl>().map(|url| url.to_string());
        assert_eq!(file("sqlite:shop.sqlite"), Ok("shop.sqlite".to_owned()));
        assert_eq!(file("sqlite://database/shop.sqlite"), Ok("database/shop.sqlite".to_owned()));
        assert_eq!(file("sqlite:///srv/shop.sqlite?foreign_key_constraints=1"), Ok("/srv/shop.sqlite".to_owned()));
        assert_eq!(file("sqlite::memory:"), Err(DatabaseError::NoFile));
    }

    #[test]
    fn what_is_said_of_tls_is_taken_out_of_the_address() {
        let read = |text: &str| match text.parse::<DatabaseUrl>().map(|url| url.place) {
            Ok(Place::Postgresql(server) | Place::Mysql(server)) => Ok((server.url, server.tls.mode, server.tls.roots)),
            Ok(Place::Sqlite(_)) => Err(DatabaseError::Url),
            Err(error) => Err(error),
        };
        let at = |url: &str, mode, roots: Option<&str>| Ok((url.to_owned(), mode, roots.map(PathBuf::from)));
        assert_eq!(read("postgres://h/shop"), at("postgresql://h/shop", TlsMode::Prefer, None));
        assert_eq!(
            read("postgres://h/shop?sslmode=verify-full&options=-c%20a%3Db&sslrootcert=%2Fetc%2Fca.pem"),
            at("postgresql://h/shop?options=-c%20a%3Db", TlsMode::VerifyFull, Some("/etc/ca.pem"))
        );
        assert_eq!(read("postgres://h/shop?search_path=a,b"), at("postgresql://h/shop", TlsMode::Prefer, None));
        assert_eq!(read("mysql://h/shop?ssl-mode=VERIFY_IDENTITY"), at("mysql://h/shop", TlsMode::VerifyFull, None));
        assert_eq!(read("mysql://h/shop?ssl-mode=DISABLED"), at("mysql://h/shop", TlsMode::Disable, None));
        let with_roots = read("postgres://h/shop?sslmode=require&sslrootcert=ca.pem");
        assert_eq!(with_roots, at("postgresql://h/shop", TlsMode::VerifyCa, Some("ca.pem")));
        assert_eq!(read("postgres://h/shop?sslmode=maybe"), Err(DatabaseError::TlsMode("maybe".to_owned())));
        assert_eq!(read("mysql://h/shop?ssl-key=k.pem"), Err(DatabaseError::OwnCertificate("ssl-key".to_owned())));
    }
}
