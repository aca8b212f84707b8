//! SQL that is broken or no SQL at all: it is read as far as it can be, and the rest is named with its line and the reason.

use std::fmt::Write as _;

use crate::cli::{CONFIG, CREATE, directory, phasewise, write};

/// What `lint` says of a migration of these bytes, after one that makes `orders`.
#[track_caller]
fn check(engine: &str, bytes: &[u8]) -> String {
    let project = directory(&[CREATE]);
    write(project.path(), "migrations/0002_next.sql", bytes);
    run(project.path(), &["lint", "--engine", engine, "migrations/0002_next.sql"])
}

#[track_caller]
fn run(directory: &std::path::Path, arguments: &[&str]) -> String {
    let output = phasewise(directory, arguments).output().unwrap();
    let mut out = format!("exit {}\n", output.status.code().unwrap());
    for (name, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
        let text = String::from_utf8_lossy(bytes);
        if !text.is_empty() {
            writeln!(out, "--- {name}\n{}", text.trim_end()).unwrap();
        }
    }
    out
}

/// The lines that say what was not understood, and the rules that found something.
#[track_caller]
fn told(engine: &str, bytes: &[u8]) -> String {
    let out = check(engine, bytes);
    let is_telling = |line: &&str| {
        line.starts_with("exit")
            || line.starts_with("  migrations/")
            || line.starts_with("error[")
            || line.starts_with("warning[")
    };
    out.lines().filter(is_telling).fold(String::new(), |told, line| told + line.trim_end() + "\n")
}

const DROP: &str = "ALTER TABLE orders DROP COLUMN id;\n";

#[test]
fn what_nothing_closes_takes_the_rest_and_says_where_it_begins() {
    let open = |engine: &str, opening: &str| told(engine, format!("{DROP}{opening} never closed;\n{DROP}").as_bytes());
    insta::assert_snapshot!(
        [
            open("postgresql:16", "INSERT INTO orders VALUES ('"),
            open("postgresql:16", "ALTER TABLE \"orders"),
            open("postgresql:16", "DO $body$ BEGIN $other$"),
            open("postgresql:16", "/* outer /* inner */"),
            open("mysql:8.4", "SELECT `a"),
            open("mysql:8.4", "INSERT INTO orders VALUES ('it\\'s"),
            open("mysql:8.4", "/*!40101 SET NAMES utf8"),
            open("sqlserver:2022", "ALTER TABLE [orders"),
            open("sqlite:3.45", "SELECT x'"),
        ]
        .concat()
    );
}

#[test]
fn a_delimiter_that_is_never_reset_holds_to_the_end() {
    let trigger = "DELIMITER //\nCREATE TRIGGER t BEFORE INSERT ON orders FOR EACH ROW BEGIN SET NEW.id = 1; END//\n";
    insta::assert_snapshot!(
        [
            told("mysql:8.4", format!("{trigger}ALTER TABLE orders DROP COLUMN id;\nDROP TABLE orders;\n").as_bytes()),
            told(
                "mysql:8.4",
                format!("{trigger}ALTER TABLE orders DROP COLUMN id//\nDROP TABLE orders//\n").as_bytes()
            ),
            told("mysql:8.4", b"DELIMITER\nALTER TABLE orders DROP COLUMN id;\n"),
        ]
        .concat()
    );
}

#[test]
fn bytes_that_are_no_text_are_named_and_the_rest_is_read() {
    let mut latin1 = b"ALTER TABLE orders ADD COLUMN caf\xe9 int NOT NULL;\n".to_vec();
    latin1.extend_from_slice(DROP.as_bytes());
    let utf16 = |text: &str, to: fn(u16) -> [u8; 2]| -> Vec<u8> {
        [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(to).collect()
    };
    let nul = |text: &[u8]| [text, b"SELECT '\0\x01\xff\xfe';\n", text].concat();
    let lines = "-- line\n".repeat(2000);
    let late_nul = [DROP.as_bytes(), lines.as_bytes(), b"INSERT INTO t VALUES ('\0');\n", DROP.as_bytes()];
    insta::assert_snapshot!(
        [
            told("postgresql:16", &latin1),
            told("postgresql:16", &utf16(DROP, u16::to_le_bytes)),
            told("postgresql:16", &utf16(DROP, u16::to_be_bytes)),
            told("postgresql:16", format!("\u{feff}{DROP}").as_bytes()),
            told("postgresql:16", &late_nul.concat()),
            check("postgresql:16", &nul(DROP.as_bytes())),
        ]
        .concat()
    );
}

#[test]
fn line_ends_of_every_kind_are_one() {
    let sql = "-- why\nALTER TABLE orders\n  DROP COLUMN id; -- x\n\nSELECT wipe();\n";
    let plain = told("postgresql:16", sql.as_bytes());
    assert_eq!(plain, told("postgresql:16", sql.replace('\n', "\r\n").as_bytes()));
    let mixed = "-- why\r\nALTER TABLE orders\n  DROP COLUMN id; -- x\r\n\nSELECT wipe();";
    assert_eq!(plain, told("postgresql:16", mixed.as_bytes()));
    let batches = "ALTER TABLE orders DROP COLUMN id\r\nGO\r\nSELECT 1\nGO\n";
    insta::assert_snapshot!(plain + &told("sqlserver:2022", batches.as_bytes()));
}

#[test]
fn what_is_no_file_of_sql_says_what_it_is() {
    let project = directory(&[CONFIG, CREATE]);
    write(project.path(), "migrations/0002_empty.sql", b"");
    write(project.path(), "migrations/0003_comments.sql", b"-- nothing yet\n/* at all */\n");
    write(project.path(), "migrations/0004_directory.sql/inside.sql", DROP.as_bytes());
    write(project.path(), "migrations/0005_archive.sql", b"\x1f\x8b\x08\0");
    insta::assert_snapshot!(
        [
            run(project.path(), &["lint", "migrations/0002_empty.sql", "migrations/0003_comments.sql"]),
            run(project.path(), &["lint", "migrations/0004_directory.sql"]),
            run(project.path(), &["lint", "migrations/0005_archive.sql"]),
            run(project.path(), &["lint", "--all"]),
            run(project.path(), &["lint", "--schema", "migrations/0004_directory.sql", CREATE.0]),
        ]
        .concat()
    );
}

#[test]
fn a_file_that_may_not_be_read_is_told_and_fails() {
    let project = directory(&[CONFIG, CREATE]);
    // Nobody may read what a link in a circle leads to, not even root.
    std::os::unix::fs::symlink("0002_circle.sql", project.path().join("migrations/0002_circle.sql")).unwrap();
    insta::assert_snapshot!(
        [
            run(project.path(), &["lint", "migrations/0002_circle.sql"]),
            run(project.path(), &["lint", "--schema", "migrations/0002_circle.sql", CREATE.0]),
        ]
        .concat()
    );
}

#[test]
fn binary_in_a_dump_costs_its_own_statement() {
    let files = directory(&[CONFIG, ("add.sql", "ALTER TABLE orders ADD COLUMN code text NOT NULL;\n")]);
    let mut dump = b"CREATE TABLE orders (id int NOT NULL);\nINSERT INTO blobs VALUES ('".to_vec();
    dump.extend((0..=255_u8).filter(|byte| !b"\\'\0".contains(byte)).cycle().take(100_000));
    dump.extend_from_slice(b"');\nCREATE TABLE later (caf\xe9 int);\nCREATE TABLE cut (a in");
    write(files.path(), "dump.sql", &dump);
    let schema = ["schema", "-v", "--engine", "mysql:8.4", "--schema", "dump.sql", "add.sql"];
    insta::assert_snapshot!(run(files.path(), &schema));
}
