//! Dumps in pieces: what is read does not hang on where they are cut, and what is held has a bound.

use super::{Dump, LIMIT, LogTable, Remains};
use crate::change::Statement;
use crate::engine::Engine;
use crate::source::{Piece, SourceMap, Tree};

struct Loaded {
    statements: Vec<Statement>,
    remains: Remains,
    /// The most that was held.
    held: usize,
}

/// Reads a dump that comes in `pieces`.
fn load<'t>(engine: Engine, pieces: impl Iterator<Item = &'t str>) -> Loaded {
    let file = Tree::new("").put("dump.sql", String::new());
    let logs = [LogTable::of_runners(), vec![LogTable::new("migrations", "migration")]].concat();
    let mut dump = Dump::new(engine, file.id, logs);
    let (mut statements, mut held) = (Vec::new(), 0);
    for text in pieces {
        dump.feed(Piece { text, not_utf8: &[] }, &mut |statement| statements.push(statement.clone()));
        held = held.max(dump.held());
    }
    let remains = dump.finish(&mut |statement| statements.push(statement.clone()));
    Loaded { statements, remains, held }
}

/// `text` in pieces of about `size` bytes.
fn pieces(mut text: &str, size: usize) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        let at = text.ceil_char_boundary(size.min(text.len()));
        let (piece, rest) = text.split_at(at);
        text = rest;
        (!piece.is_empty()).then_some(piece)
    })
}

/// What was read, but for the statements' places: each statement, what has run, each problem with its line.
#[track_caller]
fn check(engine: Engine, text: &str) -> String {
    let whole = shown(load(engine, std::iter::once(text)));
    for size in [1, 7, 64] {
        assert_eq!(shown(load(engine, pieces(text, size))), whole, "in pieces of {size}");
    }
    whole
}

fn shown(loaded: Loaded) -> String {
    let tree = Tree::new("");
    let file = tree.put("dump.sql", String::new());
    tree.keep(file.id, loaded.remains.excerpt);
    let file = tree.file(file.id);
    let statements = loaded.statements.iter().map(|statement| {
        let sql: Vec<&str> = statement.sql.split_whitespace().collect();
        sql.join(" ")
    });
    let ran = loaded.remains.log.entries().iter().map(|entry| format!("ran {entry}"));
    let problems = loaded.remains.problems.iter().map(|problem| {
        let line = file.position(problem.span.start).line;
        format!("line {line}: {}", problem.reason)
    });
    let statements = statements.map(|sql| if sql.is_empty() { "(unread)".to_owned() } else { sql });
    statements.chain(ran).chain(problems).collect::<Vec<_>>().join("\n")
}

#[test]
fn rows_are_passed_over_and_migrations_remembered() {
    let mysql = "/*M!999999\\- enable the sandbox mode */ \nCREATE TABLE `migrations` (`id` int, `migration` varchar(9), `batch` int);\n\
        LOCK TABLES `users` WRITE;\nINSERT INTO `users` VALUES (1,'it\\'s; DROP TABLE x;'),(2,'b');\nUNLOCK TABLES;\n\
        DELIMITER ;;\n/*!50003 CREATE TRIGGER t BEFORE INSERT ON users FOR EACH ROW BEGIN SET NEW.a = 1; END */;;\nDELIMITER ;\n\
        INSERT INTO `migrations` VALUES (1,'2020_a',1),(2,'2020_b',1);\n\
        INSERT INTO `migrations` (`batch`, `migration`) VALUES (1,'2021_c');\n";
    insta::assert_snapshot!(check(Engine::Mariadb, mysql), @r"
    CREATE TABLE `migrations` (`id` int, `migration` varchar(9), `batch` int)
    LOCK TABLES `users` WRITE
    UNLOCK TABLES
    /*!50003 CREATE TRIGGER t BEFORE INSERT ON users FOR EACH ROW BEGIN SET NEW.a = 1; END */
    ran 2020_a
    ran 2020_b
    ran 2021_c
    ");
    let postgresql = "--\n-- PostgreSQL database dump\n--\n\n\\restrict abc\nSET search_path = '';\n\
        COPY public.users (id, name) FROM stdin;\n1\tDROP TABLE x;\n\\.\n\n\
        COPY public.migrations (id, migration, batch) FROM stdin;\n1\t2020_a\t1\n2\t2020_b\t1\n\\.\n\
        ALTER TABLE ONLY public.users ADD CONSTRAINT users_pkey PRIMARY KEY (id);\n\\unrestrict abc\n\
        --\n-- PostgreSQL database dump complete\n--\n";
    insta::assert_snapshot!(check(Engine::Postgresql, postgresql), @r"
    SET search_path = ''
    COPY public.users (id, name) FROM stdin
    ALTER TABLE ONLY public.users ADD CONSTRAINT users_pkey PRIMARY KEY (id)
    ran 2020_a
    ran 2020_b
    ");
}

#[test]
fn a_dump_that_breaks_off_says_where() {
    insta::assert_snapshot!(check(Engine::Postgresql, "CREATE TABLE a (id int);\nCREATE TABLE b (\n  id int,\n  name te"), @r"
    CREATE TABLE a (id int)
    CREATE TABLE b ( id int, name te
    line 2: expected ), but the statement ends
    ");
    insta::assert_snapshot!(check(Engine::Postgresql, "CREATE TABLE a (id int);\nCOPY a (id) FROM stdin;\n1\n2\n"), @r"
    CREATE TABLE a (id int)
    COPY a (id) FROM stdin
    line 5: the dump ends in the midst of the rows that begin before
    ");
    insta::assert_snapshot!(check(Engine::Mysql, "CREATE TABLE a (id int);\nINSERT INTO a VALUES ('x"), @r"
    CREATE TABLE a (id int)
    line 2: nothing closes this quote
    ");
    insta::assert_snapshot!(check(Engine::Mysql, "-- MySQL dump 10.13\nCREATE TABLE a (id int);\n"), @r"
    CREATE TABLE a (id int)
    (unread)
    line 3: the dump ends here without the line by which its tool closes it: what is missing is not known
    ");
}

#[test]
fn what_is_not_understood_is_shown_with_its_line() {
    insta::assert_snapshot!(check(Engine::Postgresql, "CREATE TABLE a (id int);\n\n\nFROB a;\r\nCREATE TABLE b (id int);\r\nFROB\n b;"), @r"
    CREATE TABLE a (id int)
    FROB a
    CREATE TABLE b (id int)
    FROB b
    line 4: no statement that is known begins with `FROB a`
    line 6: no statement that is known begins with `FROB b`
    ");
}

/// An extended INSERT, a blob, a hexadecimal blob, a row of COPY, a comment, a comment of one line: each many times as long
/// as what is held of it, with what could be taken for its end inside.
#[test]
fn what_is_held_has_a_bound() {
    let times = 6 * LIMIT / 16;
    let bound = 3 * LIMIT;
    let cases: [(Engine, &str, &str, &str); 9] = [
        (Engine::Mysql, "INSERT INTO a VALUES (0,'')", ",(1,'it\\';s;x')  ", ";\n"),
        (Engine::Mysql, "INSERT INTO a VALUES ('", "\\\\\\'; DROP  ''é\\n", "');\n"),
        (Engine::Mysql, "INSERT INTO a VALUES (0x", "0123456789abcdef", ");\n"),
        (Engine::Postgresql, "INSERT INTO a VALUES ($b$", "; ' $c$ DROP T; ", "$b$);\n"),
        (Engine::Postgresql, "COPY a (id) FROM stdin;\n", "1\t; DROP TABLE a", "\n\\.\n"),
        (Engine::Postgresql, "COPY a (id) FROM stdin;\n", "1\t; \\.  DROP T\n", "\\.\n"),
        (Engine::Postgresql, "/* /* ", " ; ' */ DROP /* ", " */ */"),
        (Engine::Postgresql, "-- ", "; DROP TABLE a; ", "\n"),
        (Engine::Sqlite, "INSERT INTO a VALUES ('", "''; DROP TABLE a", "');\n"),
    ];
    for (engine, begin, middle, end) in cases {
        let text =
            format!("CREATE TABLE a (id int);\n{begin}{}{end}CREATE TABLE b (id int);\nFROB;\n", middle.repeat(times));
        let loaded = load(engine, pieces(&text, 64 * 1024));
        assert!(loaded.held <= bound, "{begin}: {} bytes are held", loaded.held);
        let lines = text.lines().count();
        let copy = if begin.starts_with("COPY") { "COPY a (id) FROM stdin\n" } else { "" };
        let expected = format!(
            "CREATE TABLE a (id int)\n{copy}CREATE TABLE b (id int)\nFROB\nline {lines}: no statement that is known begins with `FROB`"
        );
        assert_eq!(shown(loaded), expected, "{begin}");
    }
}

#[test]
fn a_statement_that_is_too_long_is_told_and_passed_over() {
    let body = "SELECT 'a;'; ".repeat(LIMIT / 8);
    let text = format!(
        "DELIMITER ;;\nCREATE PROCEDURE p() BEGIN {body} DROP TABLE a; END ;;\nDELIMITER ;\nCREATE TABLE b (id int);"
    );
    insta::assert_snapshot!(shown(load(Engine::Mysql, pieces(&text, 64 * 1024))), @r"
    (unread)
    CREATE TABLE b (id int)
    line 2: the statement that begins here is longer than 1048576 bytes, and is not read
    ");
    let text =
        format!("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC {body} DROP TABLE a; END;\nCREATE TABLE b (id int);");
    insta::assert_snapshot!(shown(load(Engine::Postgresql, pieces(&text, 64 * 1024))), @r"
    (unread)
    CREATE TABLE b (id int)
    line 1: the statement that begins here is longer than 1048576 bytes, and is not read
    ");
}

/// The front end for migrations finds the same statements, but for rows.
#[test]
fn a_dump_reads_as_a_migration_does() {
    for name in ["postgresql", "mariadb"] {
        let engine = Engine::from_name(name).unwrap();
        let path = format!("{}/fixtures/dumps/{name}.sql", env!("CARGO_MANIFEST_DIR"));
        #[expect(clippy::disallowed_methods, reason = "a test reads a fixture")]
        let text = std::fs::read_to_string(path).unwrap();
        let file = Tree::new("").put("a.sql", text.clone());
        let script = crate::sql::read(&text, &SourceMap::verbatim(file.id, 0, text.len() as u32), engine);
        let all = script.statements.into_iter().map(|statement| statement.sql);
        let expected: Vec<String> = all.filter(|sql| !sql.starts_with("INSERT")).collect();
        let loaded = load(engine, pieces(&text, 100));
        let found: Vec<String> = loaded.statements.into_iter().map(|statement| statement.sql).collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn what_sqlite_dumps_of_itself_is_told_apart() {
    let dump = "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE users (id integer PRIMARY KEY AUTOINCREMENT);\n\
        INSERT INTO users VALUES(1);\nPRAGMA writable_schema=ON;\n\
        INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql)VALUES('table','docs','docs',0,'CREATE VIRTUAL TABLE docs USING fts5(a)');\n\
        CREATE TABLE sqlite_sequence(name,seq);\nDELETE FROM sqlite_sequence;\nCOMMIT;\n";
    insta::assert_snapshot!(check(Engine::Sqlite, dump), @r"
    PRAGMA foreign_keys=OFF
    BEGIN TRANSACTION
    CREATE TABLE users (id integer PRIMARY KEY AUTOINCREMENT)
    PRAGMA writable_schema=ON
    (unread)
    DELETE FROM sqlite_sequence
    COMMIT
    line 6: the columns of a virtual table are its module's
    ");
}
