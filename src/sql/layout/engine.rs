//! Which database a project says its migrations run on. Only the kind is read from an address, never shown or kept.

use serde_json::Value;

use super::directory::{Directory, ancestors, below, json};
use super::error::LayoutError;
use super::{cargo, drizzle, jdbc, prisma};
use crate::engine::Engine;
use crate::source::Tree;

/// What a file of the project says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineEvidence {
    /// As the file writes it.
    pub name: String,
    /// `None` for a database that is not known here.
    pub engine: Option<Engine>,
    pub source: String,
}

/// How a file says it: in a format of its own, which may be broken, or in a text that is only searched.
enum Look {
    Settings(fn(&Tree, &str) -> Result<Option<EngineEvidence>, LayoutError>),
    Text(fn(&Tree, &str) -> Option<EngineEvidence>),
}

const BESIDE: [Look; 2] = [Look::Settings(of_prisma), Look::Settings(of_drizzle)];

const AROUND: [Look; 10] = [
    Look::Settings(of_sqitch),
    Look::Settings(of_flyway),
    Look::Text(of_liquibase),
    Look::Text(of_drizzle_config),
    Look::Text(of_schema_prisma),
    Look::Text(of_environment),
    Look::Text(of_spring),
    Look::Text(of_atlas),
    Look::Settings(of_cargo),
    Look::Text(of_go),
];

/// What the migrations in those directories run on, told by what lies nearest to them.
pub fn engine(tree: &Tree, directories: &[String]) -> Result<Option<EngineEvidence>, LayoutError> {
    for directory in directories {
        if let Some(found) = first(&BESIDE, tree, directory)? {
            return Ok(Some(found));
        }
    }
    for place in directories.iter().flat_map(|directory| ancestors(directory)) {
        if let Some(found) = first(&AROUND, tree, place)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

fn first(looks: &[Look], tree: &Tree, place: &str) -> Result<Option<EngineEvidence>, LayoutError> {
    for look in looks {
        let found = match look {
            Look::Settings(look) => look(tree, place)?,
            Look::Text(look) => look(tree, place),
        };
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

impl EngineEvidence {
    fn new(name: &str, source: &str) -> Self {
        let engine = Engine::from_name(name).or_else(|| match name.to_ascii_lowercase().as_str() {
            "pg" => Some(Engine::Postgresql),
            "mysql2" => Some(Engine::Mysql),
            "maria" => Some(Engine::Mariadb),
            "libsql" | "turso" | "file" => Some(Engine::Sqlite),
            _ => None,
        });
        Self { name: name.to_owned(), engine, source: source.to_owned() }
    }

    /// The kind in an address such as `postgres://…` or `jdbc:mysql://…`; none where it is a placeholder or unknown.
    fn of_address(address: &str, source: &str) -> Option<Self> {
        let address = address.trim().trim_matches(['"', '\'']);
        let address = address.strip_prefix("jdbc:").unwrap_or(address);
        let (scheme, _) = address.split_once(':')?;
        Some(Self::new(scheme, source)).filter(|evidence| evidence.engine.is_some())
    }
}

fn of_prisma(tree: &Tree, directory: &str) -> Result<Option<EngineEvidence>, LayoutError> {
    let provider = prisma::lock(tree, directory)?.and_then(|lock| lock.provider);
    Ok(provider.map(|provider| EngineEvidence::new(&provider, &below(directory, prisma::LOCK))))
}

fn of_drizzle(tree: &Tree, directory: &str) -> Result<Option<EngineEvidence>, LayoutError> {
    if let Some(dialect) = drizzle::journal(tree, directory)?.and_then(|journal| journal.dialect) {
        return Ok(Some(EngineEvidence::new(&dialect, &below(directory, drizzle::JOURNAL))));
    }
    let inner = Directory::new(tree, directory);
    let mut snapshots = inner.directories.iter().map(|inner| below(directory, &below(inner, "snapshot.json")));
    let Some(path) = snapshots.find(|path| tree.exists(path)) else { return Ok(None) };
    let dialect = json::<Value>(tree, &path)?.and_then(|value| Some(value.get("dialect")?.as_str()?.to_owned()));
    Ok(dialect.map(|dialect| EngineEvidence::new(&dialect, &path)))
}

fn of_sqitch(tree: &Tree, place: &str) -> Result<Option<EngineEvidence>, LayoutError> {
    let path = below(place, "sqitch.conf");
    let Some(file) = tree.exists(&path).then(|| tree.read(&path)).transpose()? else { return Ok(None) };
    let engine = jdbc::properties(&file.text).into_iter().find(|(name, _)| name == "engine");
    Ok(engine.map(|(_, name)| EngineEvidence::new(&name, &path)))
}

fn of_flyway(tree: &Tree, place: &str) -> Result<Option<EngineEvidence>, LayoutError> {
    let settings = jdbc::flyway(tree, place)?;
    Ok(settings.url.and_then(|url| EngineEvidence::of_address(&url, &settings.path)))
}

fn of_liquibase(tree: &Tree, place: &str) -> Option<EngineEvidence> {
    let paths = ["liquibase.properties", "src/main/resources/liquibase.properties"].map(|name| below(place, name));
    paths.iter().find_map(|path| {
        let settings = jdbc::properties(&tree.read(path).ok()?.text);
        let (_, url) = settings.into_iter().find(|(name, _)| name.rsplit('.').next() == Some("url"))?;
        EngineEvidence::of_address(&url, path)
    })
}

/// The text between quotes after `dialect:` of `drizzle.config.ts`, which is not run here.
fn of_drizzle_config(tree: &Tree, place: &str) -> Option<EngineEvidence> {
    let paths = super::places::DRIZZLE_CONFIGS.map(|name| below(place, name));
    paths.iter().find_map(|path| {
        let file = tree.read(path).ok()?;
        let dialect = literal(&file.text, "dialect").or_else(|| literal(&file.text, "driver"))?;
        Some(EngineEvidence::new(dialect, path)).filter(|evidence| evidence.engine.is_some())
    })
}

fn of_schema_prisma(tree: &Tree, place: &str) -> Option<EngineEvidence> {
    let paths = ["schema.prisma", "prisma/schema.prisma"].map(|name| below(place, name));
    paths.iter().find_map(|path| {
        let file = tree.read(path).ok()?;
        let (_, source) = file.text.split_once("datasource ")?;
        let provider = source.split('}').next().and_then(|source| literal(source, "provider"))?;
        Some(EngineEvidence::new(provider, path))
    })
}

fn of_environment(tree: &Tree, place: &str) -> Option<EngineEvidence> {
    let paths = [".env", ".env.example", ".env.sample"].map(|name| below(place, name));
    paths.iter().find_map(|path| {
        let file = tree.read(path).ok()?;
        let variables = jdbc::properties(&file.text);
        let value = |wanted: &str| {
            let mut named = variables.iter().map(|(name, value)| (name.trim_start_matches("export ").trim(), value));
            named.find(|(name, _)| *name == wanted).map(|(_, value)| value.as_str())
        };
        let driver = value("GOOSE_DRIVER").map(|name| EngineEvidence::new(name, &format!("GOOSE_DRIVER in {path}")));
        let address = || EngineEvidence::of_address(value("DATABASE_URL")?, &format!("DATABASE_URL in {path}"));
        driver.filter(|evidence| evidence.engine.is_some()).or_else(address)
    })
}

/// The only kind of database that the addresses in Spring's settings are of.
fn of_spring(tree: &Tree, place: &str) -> Option<EngineEvidence> {
    let names = ["application.properties", "application.yml", "application.yaml"];
    let paths = names.map(|name| below(place, &below("src/main/resources", name)));
    paths.iter().find_map(|path| {
        let file = tree.read(path).ok()?;
        let addresses = file.text.match_indices("jdbc:").filter_map(|(at, _)| file.text.get(at..));
        let mut found = addresses.filter_map(|address| EngineEvidence::of_address(address, path));
        let first = found.next()?;
        found.all(|other| other.engine == first.engine).then_some(first)
    })
}

fn of_atlas(tree: &Tree, place: &str) -> Option<EngineEvidence> {
    let path = below(place, "atlas.hcl");
    tree.read(&path).ok().and_then(|file| {
        let addresses = file.text.split('"').filter(|text| text.contains("://") && !text.starts_with("file:"));
        let kinds = addresses.map(|address| address.strip_prefix("docker://").unwrap_or(address));
        let kind = kinds.filter_map(|address| address.split(['/', ':', '+']).next());
        let mut found = kind.map(|kind| EngineEvidence::new(kind, &path)).filter(|found| found.engine.is_some());
        let first = found.next()?;
        found.all(|other| other.engine == first.engine).then_some(first)
    })
}

/// The only database among the features that sqlx, Diesel or refinery is taken with.
fn of_cargo(tree: &Tree, place: &str) -> Result<Option<EngineEvidence>, LayoutError> {
    for name in ["sqlx", "diesel", "diesel-async", "refinery"] {
        let Some(dependency) = cargo::dependency(tree, place, name)? else { continue };
        let mut found: Vec<(Engine, &String)> = dependency
            .features
            .iter()
            .filter_map(|feature| {
                let known = match feature.as_str() {
                    "postgres" | "tokio-postgres" => Engine::Postgresql,
                    "mysql" | "mysql_async" => Engine::Mysql,
                    "sqlite" | "sqlite-unbundled" | "rusqlite" | "rusqlite-bundled" => Engine::Sqlite,
                    "tiberius" => Engine::Sqlserver,
                    _ => return None,
                };
                Some((known, feature))
            })
            .collect();
        found.dedup_by_key(|(engine, _)| *engine);
        if let [(engine, feature)] = found.as_slice() {
            let source = format!("the feature {feature} of {name} in {}", dependency.manifest);
            return Ok(Some(EngineEvidence { name: (*feature).clone(), engine: Some(*engine), source }));
        }
    }
    Ok(None)
}

/// The only database among the drivers that a Go module requires.
fn of_go(tree: &Tree, place: &str) -> Option<EngineEvidence> {
    const DRIVERS: [(&str, Engine); 6] = [
        ("github.com/lib/pq", Engine::Postgresql),
        ("github.com/jackc/pgx", Engine::Postgresql),
        ("github.com/go-sql-driver/mysql", Engine::Mysql),
        ("github.com/mattn/go-sqlite3", Engine::Sqlite),
        ("modernc.org/sqlite", Engine::Sqlite),
        ("github.com/microsoft/go-mssqldb", Engine::Sqlserver),
    ];
    let path = below(place, "go.mod");
    let file = tree.read(&path).ok()?;
    let is_required = |driver: &str| {
        file.text.lines().any(|line| {
            let line = line.trim().trim_start_matches("require ").trim_start();
            line.strip_prefix(driver).is_some_and(|rest| rest.starts_with([' ', '/'])) && !line.ends_with("// indirect")
        })
    };
    let mut found: Vec<(&str, Engine)> = DRIVERS.into_iter().filter(|(driver, _)| is_required(driver)).collect();
    found.dedup_by_key(|(_, engine)| *engine);
    let [(driver, engine)] = found.as_slice() else { return None };
    let source = format!("{driver} in {path}");
    Some(EngineEvidence { name: engine.name().to_owned(), engine: Some(*engine), source })
}

/// The text between quotes after `name:` or `name =`.
pub(super) fn literal<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    text.match_indices(name).find_map(|(at, _)| {
        let rest = text.get(at + name.len()..)?.trim_start_matches(['"', '\'']).trim_start();
        let value = rest.strip_prefix([':', '='])?.trim_start();
        let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\'' | '`'))?;
        value.get(1..)?.split(quote).next()
    })
}
