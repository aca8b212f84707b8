//! `phasewise stats` asks the real servers, and `lint` reads what it wrote.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Command, Output};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::availability::{Outcome, program};
use crate::client::Database;
use crate::server::{Engine, Servers};
use crate::sqlite::Sqlite;

const ROWS_OF_POSTGRES: &str = "insert into orders select n, 'a' from generate_series(1, 1200) n;
    insert into events select n % 20 from generate_series(1, 3000) n;";
const ROWS_OF_MARIADB: &str = "insert into orders select seq, 'a' from seq_1_to_1200;";

pub(crate) fn postgres_tells_sizes(servers: &Servers) -> Outcome {
    let database = servers.database(Engine::Postgres)?;
    prepare(
        &database,
        &format!(
            "create table orders (id bigint primary key, code text);
            create table events (kind int) partition by list (kind);
            create table events_low partition of events for values in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
            create table events_high partition of events default;
            create schema billing; create table billing.states (id int);
            create view seen as select * from orders;
            {ROWS_OF_POSTGRES} analyze;
            create table fresh (id int);"
        ),
    );
    let stats = stats(&database);
    assert_eq!((&stats["engine"], &stats["sql-mode"]), (&"postgresql".into(), &Value::Null));
    assert_eq!(size(&stats, "orders").0, Some(1200));
    assert_eq!(size(&stats, "events").0, Some(3000), "a partitioned table is as large as its partitions");
    assert!(size(&stats, "events").1 > Some(64 * 1024), "{stats}");
    assert_eq!(size(&stats, "states").0, Some(0));
    assert_eq!(table(&stats, "states")["schema"], "billing");
    assert_eq!(size(&stats, "fresh"), (None, Some(0)), "nobody counted yet");
    assert!(stats["tables"].as_array().unwrap().iter().all(|table| table["name"] != "seen"), "a view has no rows");
    discharges(&database, "postgresql", "CREATE INDEX orders_code ON orders (code);\n");

    let name = database.name();
    prepare(
        &database,
        &format!("create role limited login password 'hush'; revoke connect on database {name} from public;"),
    );
    let url = database.url();
    let told = |url: &str| refusal(url);
    assert!(told(&url.replace("postgres@", "limited:hush@")).contains("refuses to tell: permission denied"));
    assert!(
        told(&url.replace("postgres@", "ghost:hush@")).contains("refuses the login: role \"ghost\" does not exist")
    );
    assert!(told(&format!("{url}_gone")).contains("refuses the login"));
    assert!(told("postgresql://app:hush@127.0.0.1:1/shop").contains("`127.0.0.1:1/shop` cannot be reached"));
    Ok(())
}

pub(crate) fn mariadb_tells_sizes(servers: &Servers) -> Outcome {
    let database = servers.database(Engine::MariaDb)?;
    prepare(
        &database,
        &format!(
            "create table orders (id bigint primary key, code varchar(20)); create table tags (id int);
            create view seen as select * from orders; {ROWS_OF_MARIADB} analyze table orders;"
        ),
    );
    let stats = stats(&database);
    assert_eq!(stats["engine"], "mariadb");
    assert!(stats["sql-mode"].as_str().unwrap().contains("STRICT_TRANS_TABLES"));
    let rows = size(&stats, "orders").0.unwrap();
    assert!((1000..=1400).contains(&rows), "InnoDB estimates {rows}");
    assert!(size(&stats, "orders").1 >= Some(16 * 1024));
    assert!(stats["tables"].as_array().unwrap().iter().all(|table| table["name"] != "seen"), "a view has no rows");
    discharges(&database, "mariadb", "ALTER TABLE orders MODIFY code INT;\n");

    let name = database.name();
    prepare(
        &database,
        &format!("create user limited_{name} identified by 'right'; create user bare_{name} identified by 'right'"),
    );
    let url = database.url();
    let told = |user: &str| refusal(&url.replace("root@", user));
    assert!(told(&format!("limited_{name}:hush@")).contains("refuses the login: Access denied"));
    assert!(told(&format!("bare_{name}:right@")).contains("refuses the login: Access denied for user"));
    assert!(refusal(&url.replace(name, "")).contains("names no database"));
    assert!(
        refusal(&format!("{url}?ssl-mode=REQUIRED"))
            .contains("is not reached over TLS as the address asks: the server does not speak it")
    );
    assert!(refusal("mysql://app:hush@127.0.0.1:1/shop").contains("`127.0.0.1:1/shop` cannot be reached"));
    Ok(())
}

/// What each `sslmode` takes on trust, on a server whose certificate a CA of the test's own signed.
pub(crate) fn postgres_is_asked_over_tls(servers: &Servers) -> Outcome {
    let openssl = program("openssl")?;
    let database = servers.database(Engine::Postgres)?;
    let url = database.url();
    assert!(
        refusal(&format!("{url}?sslmode=require"))
            .contains("over TLS as the address asks: server does not support TLS")
    );
    let folder = tempfile::tempdir().unwrap();
    let certificates = Certificates::make(&openssl, folder.path());
    let data = database.run("show data_directory").stdout.trim().to_owned();
    certificates.install(Path::new(&data));
    let switch = |value: &str| {
        prepare(&database, &format!("alter system set ssl = {value}"));
        prepare(&database, "select pg_reload_conf()");
        let is_done = || database.run("show ssl").stdout.trim() == value;
        assert!(
            (0..100).any(|_| is_done() || {
                thread::sleep(Duration::from_millis(50));
                false
            }),
            "ssl stays as it is"
        );
    };
    switch("on");
    let (ca, other) = (certificates.path("ca.crt"), certificates.path("other.crt"));
    let is_asked = |query: String| {
        let output = run(&["stats", "--database-url", &format!("{url}?{query}")]);
        match output.status.code() {
            Some(0) => "asked".to_owned(),
            _ => String::from_utf8_lossy(&output.stderr)
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
                .replace("│ ", ""),
        }
    };
    for query in ["sslmode=disable", "sslmode=prefer", "sslmode=require", ""] {
        assert_eq!(is_asked(query.to_owned()), "asked", "{query}");
    }
    assert_eq!(is_asked(format!("sslmode=verify-ca&sslrootcert={ca}")), "asked");
    assert_eq!(is_asked(format!("sslmode=verify-full&sslrootcert={ca}")), "asked", "the certificate is for 127.0.0.1");
    assert!(is_asked("sslmode=verify-ca".to_owned()).contains("is not reached over TLS"), "nobody knows the CA");
    assert!(is_asked(format!("sslmode=verify-ca&sslrootcert={other}")).contains("is not reached over TLS"));
    assert!(is_asked(format!("sslmode=require&sslrootcert={other}")).contains("is not reached over TLS"));
    assert!(
        is_asked("sslmode=verify-ca&sslrootcert=/gone.pem".to_owned())
            .contains("no certificates to trust are in `/gone.pem`")
    );
    let by_name = url.replace("127.0.0.1", "localhost");
    let named = |mode: &str| run(&["stats", "--database-url", &format!("{by_name}?sslmode={mode}&sslrootcert={ca}")]);
    assert!(named("verify-ca").status.success(), "whom the certificate is for is not asked");
    assert!(!named("verify-full").status.success(), "the certificate is not for `localhost`");
    switch("off");
    Ok(())
}

/// A CA, a certificate that it signed for 127.0.0.1, and another CA.
struct Certificates<'a> {
    openssl: &'a Path,
    folder: &'a Path,
}

impl<'a> Certificates<'a> {
    fn make(openssl: &'a Path, folder: &'a Path) -> Self {
        let certificates = Self { openssl, folder };
        for (name, subject) in [("ca", "/CN=test CA"), ("other", "/CN=another CA")] {
            certificates.request(name, subject, &["-x509", "-days", "2"]);
        }
        let (ca, key) = (certificates.path("ca.crt"), certificates.path("ca.key"));
        let signed = ["-x509", "-days", "2", "-CA", &ca, "-CAkey", &key, "-addext", "subjectAltName=IP:127.0.0.1"];
        certificates.request(
            "server",
            "/CN=server",
            &[&signed[..], &["-addext", "basicConstraints=critical,CA:FALSE"]].concat(),
        );
        certificates
    }

    fn path(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    fn request(&self, name: &str, subject: &str, more: &[&str]) {
        let (certificate, key) = (self.path(&format!("{name}.crt")), self.path(&format!("{name}.key")));
        let output = Command::new(self.openssl)
            .args(["req", "-newkey", "rsa:2048", "-nodes", "-subj", subject, "-out", &certificate, "-keyout", &key])
            .args(more)
            .output()
            .expect("the program was found");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Puts the server's certificate where the server looks for it, and gives it to whom the folder belongs to.
    fn install(&self, data: &Path) {
        let owner = std::fs::metadata(data).expect("the server made it");
        for name in ["server.crt", "server.key"] {
            let to = data.join(name);
            std::fs::copy(self.folder.join(name), &to).expect("the folder is the test's own");
            std::fs::set_permissions(&to, std::fs::Permissions::from_mode(0o600)).expect("it was just made");
            std::os::unix::fs::chown(&to, Some(owner.uid()), Some(owner.gid())).expect("it goes to its own server");
        }
    }
}

/// A file of SQLite is counted, and the version is that of the SQLite which wrote it.
pub(crate) fn a_file_of_sqlite_tells_sizes(_: &Servers) -> Outcome {
    let sqlite = Sqlite::of(None)?;
    let file = sqlite.file("shop.sqlite");
    let mut session = sqlite.session(&file);
    let made = session.execute(
        "create table orders (id integer primary key, code text); create index orders_code on orders (code);
        create table \"odd \"\"name\" (id integer); create view seen as select * from orders;
        with recursive n (i) as (select 1 union all select i + 1 from n where i < 1200) insert into orders select i, 'a' from n;",
    );
    made.expect("it is SQLite");
    let before = std::fs::read(&file).unwrap();
    let url = format!("sqlite:{}", file.display());
    let output = run(&["stats", "--database-url", &url]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let stats: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&stats["engine"], &stats["server-version"]), (&"sqlite".into(), &sqlite.version().into()));
    assert_eq!(size(&stats, "orders").0, Some(1200));
    assert!(size(&stats, "orders").1 > Some(16 * 1024), "{stats}");
    assert_eq!(size(&stats, "odd \"name").0, Some(0));
    assert_eq!(stats["tables"].as_array().unwrap().len(), 2, "neither views nor SQLite's own");
    assert!(std::fs::read(&file).unwrap() == before, "nothing is written");
    assert!(refusal("sqlite:/gone.sqlite").contains("`/gone.sqlite` cannot be read"));
    let text = sqlite.file("notes.txt");
    std::fs::write(&text, "no database").unwrap();
    assert!(refusal(&format!("sqlite:{}", text.display())).contains("it is no database of SQLite"));
    Ok(())
}

#[track_caller]
fn prepare(database: &Database, script: &str) {
    let answer = database.run(script);
    assert!(answer.ok, "{}", answer.stderr);
}

#[track_caller]
fn stats(database: &Database) -> Value {
    let output = run(&["stats", "--database-url", &database.url()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn table<'a>(stats: &'a Value, name: &str) -> &'a Value {
    stats["tables"].as_array().unwrap().iter().find(|table| table["name"] == name).unwrap()
}

/// Its rows and bytes.
fn size(stats: &Value, name: &str) -> (Option<u64>, Option<u64>) {
    let table = table(stats, name);
    (table["rows"].as_u64(), table["bytes"].as_u64())
}

/// What is written to a file is what `lint` reads: a change of the small table does no harm.
#[track_caller]
fn discharges(database: &Database, engine: &str, change: &str) {
    let project = tempfile::tempdir().unwrap();
    let file = project.path().join("stats.json");
    let written = run(&["stats", "--database-url", &database.url(), "--output", file.to_str().unwrap()]);
    assert!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));
    let migrations = project.path().join("migrations");
    std::fs::create_dir(&migrations).unwrap();
    std::fs::write(project.path().join("phasewise.yaml"), format!("engine: {engine}\nstats: stats.json\n")).unwrap();
    std::fs::write(migrations.join("0001_change.sql"), change).unwrap();
    let shown = run(&["lint", migrations.to_str().unwrap(), "-v"]);
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(shown.contains("cleared: `orders` has 1,"), "{shown}");
}

/// What is said on stderr when the server is not asked; never the password.
#[track_caller]
fn refusal(url: &str) -> String {
    let output = run(&["stats", "--database-url", url]);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    let told =
        String::from_utf8_lossy(&output.stderr).split_whitespace().collect::<Vec<_>>().join(" ").replace("│ ", "");
    assert!(!told.contains("hush") && !told.contains("right@"), "{told}");
    told
}

fn run(arguments: &[&str]) -> Output {
    let mut binary = Command::new(env!("CARGO_BIN_EXE_phasewise"));
    binary.args(arguments).env_remove("DATABASE_URL").output().expect("the binary is built")
}
