//! The SQL front end on whole statements: fixtures, spans, and what holds for any input.

#![expect(clippy::disallowed_methods, reason = "these tests read fixtures and measure time")]

use std::fmt::Write as _;
use std::path::Path;

use proptest::prelude::*;

use super::modes::Quoting;
use super::split::{Piece, PieceKind, Splitter, State};
use super::{Reader, Script, read};
use crate::change::OnlineClauses;
use crate::engine::Engine;
use crate::source::{SourceMap, Span, Tree};

fn script(engine: Engine, sql: &str) -> Script {
    let file = Tree::new("").put("migration.sql", sql.to_owned());
    read(sql, &SourceMap::verbatim(file.id, 0, sql.len() as u32), engine)
}

/// Each statement, then each of its changes with the text that it points at.
fn check(engine: Engine, sql: &str) -> String {
    let script = script(engine, sql);
    let mut out = String::new();
    for statement in &script.statements {
        writeln!(out, "{}", one_line(&statement.sql)).unwrap();
        for change in &statement.changes {
            let text = &sql[change.span.start as usize..change.span.end as usize];
            if change.span != statement.span {
                writeln!(out, "  at {}", one_line(text)).unwrap();
            }
            writeln!(out, "    {}", compact(&format!("{:?}", change.what))).unwrap();
        }
        if let Some(guard) = &statement.guard {
            writeln!(out, "    if {}", one_line(guard)).unwrap();
        }
        if statement.online != OnlineClauses::default() {
            writeln!(out, "    {}", compact(&format!("{:?}", statement.online))).unwrap();
        }
    }
    for problem in &script.problems {
        writeln!(out, "problem at {}..{}: {}", problem.span.start, problem.span.end, problem.reason).unwrap();
    }
    out
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A change's `Debug` without the fields that say nothing.
fn compact(debug: &str) -> String {
    let mut text = debug.to_owned();
    for empty in [": None", ": false", ": []", ": Btree", ": TableOptions {  }", ": TableOptions { }", ": 0"] {
        while let Some(at) = text.find(&format!("{empty},")).or_else(|| text.find(&format!("{empty} }}"))) {
            let start = text[..at].rfind([' ', '{']).map_or(0, |start| start + 1);
            let mut end = at + empty.len();
            if text[end..].starts_with(", ") {
                end += 2;
            }
            text.replace_range(start..end, "");
        }
    }
    while let Some(at) = text.find("TableName { name: ") {
        let end = at + text[at..].find(" }").unwrap();
        text.replace_range(end..end + 2, "");
        text.replace_range(at..at + "TableName { name: ".len(), "");
    }
    let text = text.replace(",  }", " }").replace(", }", " }").replace(" {  }", "").replace("\\\"", "\"");
    match text.split_once('(') {
        Some((kind, rest)) if rest.starts_with(kind) => rest.strip_suffix(')').unwrap_or(rest).to_owned(),
        _ => text,
    }
}

/// Every `fixtures/sql/<engine>/<case>.sql` reads as the `.txt` beside it says; `PHASEWISE_ACCEPT=1` rewrites those.
#[test]
fn fixtures_read_as_written() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/sql");
    let mut wrong = Vec::new();
    for engine in Engine::ALL {
        for entry in std::fs::read_dir(root.join(engine.name())).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "sql") {
                continue;
            }
            let found = check(engine, &std::fs::read_to_string(&path).unwrap());
            let expected = path.with_extension("txt");
            if std::env::var_os("PHASEWISE_ACCEPT").is_some() {
                std::fs::write(&expected, &found).unwrap();
            }
            if std::fs::read_to_string(&expected).unwrap_or_default() != found {
                wrong.push(expected);
            }
        }
    }
    assert!(wrong.is_empty(), "read otherwise than written: {wrong:#?}");
}

/// What holds for any text: its pieces are in order, without gap, and each is what it is called; changes are inside the text.
fn assert_holds(engine: Engine, sql: &str) {
    let mut splitter = Splitter::new(sql, true, State::new(Quoting::of(engine)));
    let (mut end, mut statements) = (0, 0);
    while let Some(Piece { kind, range }) = splitter.next() {
        assert_eq!(range.start, end, "a gap before {range:?}");
        let text = sql.get(range.clone()).unwrap_or_else(|| panic!("{range:?} cuts a character"));
        assert!(!text.is_empty(), "an empty piece at {end}");
        match kind {
            PieceKind::Statement if splitter.unclosed.is_empty() => {
                assert!(text.trim_ascii() == text, "space around it");
            }
            PieceKind::Statement => {}
            PieceKind::Space => assert_eq!(text.trim_ascii(), "", "no space"),
            PieceKind::Comment => assert!(["--", "#", "/*", "*/"].iter().any(|mark| text.starts_with(mark)), "{text}"),
            PieceKind::Command | PieceKind::RunningCommand => assert!(!text.contains('\n'), "{text}"),
            PieceKind::Delimiter | PieceKind::Rows => {}
        }
        let unclosed = splitter.unclosed.iter().map(|unclosed| unclosed.range.clone());
        for inner in splitter.blanks().chain(unclosed) {
            assert!(range.start <= inner.start && inner.end <= range.end, "{inner:?} stands out of {range:?}");
        }
        statements += usize::from(matches!(kind, PieceKind::Statement | PieceKind::RunningCommand));
        end = range.end;
    }
    assert_eq!(end, sql.len(), "all of the text is some piece");
    let script = script(engine, sql);
    // A batch has as many statements as it has; what a session sets may part the text elsewhere.
    let is_plain = engine != Engine::Sqlserver && !sql.to_ascii_lowercase().contains("set");
    assert!(!is_plain || script.statements.len() == statements, "{} of {statements}", script.statements.len());
    for statement in &script.statements {
        assert!(
            !statement.changes.is_empty() || statement.online != OnlineClauses::default(),
            "dropped: {}",
            statement.sql
        );
        for change in &statement.changes {
            let (start, end) = (change.span.start as usize, change.span.end as usize);
            assert!(sql.get(start..end).is_some(), "{start}..{end} of {}", sql.len());
        }
    }
}

fn fixtures() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/sql");
    let mut texts = Vec::new();
    for engine in Engine::ALL {
        for entry in std::fs::read_dir(root.join(engine.name())).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "sql") {
                texts.push(std::fs::read_to_string(path).unwrap());
            }
        }
    }
    texts.sort();
    texts
}

fn engines() -> impl Strategy<Value = Engine> {
    prop::sample::select(Engine::ALL.to_vec())
}

/// Statements with a piece of another in their midst, or with a piece missing.
fn mutants() -> impl Strategy<Value = String> {
    let statements: Vec<String> =
        fixtures().iter().flat_map(|text| text.split_inclusive('\n').map(str::to_owned).collect::<Vec<_>>()).collect();
    let statement = prop::sample::select(statements);
    (
        statement.clone(),
        statement,
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
    )
        .prop_map(|(text, other, cut, from, to)| {
            let at = text.floor_char_boundary(cut.index(text.len() + 1));
            let from = other.floor_char_boundary(from.index(other.len() + 1));
            let to = other.floor_char_boundary(to.index(other.len() + 1));
            let (from, to) = (from.min(to), from.max(to));
            let resume = text.floor_char_boundary((at + (to - from) / 2).min(text.len()));
            format!("{}{}{}", &text[..at], &other[from..to], &text[resume..])
        })
}

/// What decides where statements end.
fn pieces() -> impl Strategy<Value = String> {
    let pieces = [
        "'",
        "''",
        "\"",
        "`",
        "[",
        "]",
        "E'",
        "N'",
        "\\",
        "\\'",
        "$a$",
        "$b$",
        "$$",
        "$1",
        "--",
        "-- ",
        "#",
        "/*",
        "*/",
        "/*!40101 ",
        "/*!999999 ",
        "/*M! ",
        ";",
        ";;",
        "//",
        "\n",
        "\r\n",
        "\r",
        " ",
        "DELIMITER //\n",
        "delimiter ;\n",
        "\nGO\n",
        "\n go 3\n",
        "\\.\n",
        "\n\\.\n",
        "COPY t FROM stdin;\n",
        "1\t2\n",
        "\\g\n",
        "\\i x\n",
        "BEGIN ",
        "END ",
        "BEGIN TRY ",
        "END CATCH ",
        "IF x ",
        "ELSE ",
        "CASE ",
        "CREATE TRIGGER t ",
        "CREATE PROCEDURE p AS ",
        "SET @a = ",
        "SELECT 1",
        "EXEC(@a)",
        "PREPARE s FROM ",
        "EXECUTE s",
        "SET sql_mode = 'ANSI_QUOTES';",
        "SET sql_mode = '';",
        "SET standard_conforming_strings = off;",
        "SET QUOTED_IDENTIFIER OFF\n",
        "SET search_path TO a, b;",
        "USE db;",
        "DO $$ BEGIN ",
        "DROP TABLE t",
        "ALTER TABLE t ADD a int",
        "ü",
        "(",
        ")",
    ];
    prop::sample::select(pieces.map(str::to_owned).to_vec())
}

/// Each statement's text, condition and changes.
fn told(script: &Script) -> Vec<String> {
    let statements = script.statements.iter();
    let line = |statement: &crate::change::Statement| {
        let changes: Vec<_> = statement.changes.iter().map(|change| &change.what).collect();
        format!("{:?} {:?} {changes:?}", statement.sql, statement.guard)
    };
    statements.map(line).collect()
}

fn read_in_parts(engine: Engine, text: &str, length: usize) -> Vec<String> {
    let file = Tree::new("").put("migration.sql", String::new());
    let mut reader = Reader::new(engine);
    let (mut at, mut longer, mut all) = (0, length, Vec::new());
    loop {
        let end = text.floor_char_boundary((at + longer).min(text.len()));
        let part = &text[at..end];
        let map = SourceMap::verbatim(file.id, at as u32, part.len() as u32);
        let (script, used) = reader.read_part(part, &map, end == text.len(), &|_| false);
        all.extend(told(&script));
        at += used;
        if end == text.len() {
            assert_eq!(at, text.len(), "the last part is read to its end");
            return all;
        }
        longer = if used == 0 { 2 * longer + 4 } else { length };
    }
}

#[test]
fn a_line_for_the_client_may_be_cut_anywhere() {
    let cases = [
        (Engine::Sqlserver, "SELECT 1\n  go 3\nSELECT 2\n go\n"),
        (Engine::Sqlserver, "SELECT 1 AS\ngone FROM t\n\tGO -- here\nSELECT 2\n go"),
        (Engine::Sqlserver, "  GO\nDROP TABLE t\n go 2 times\n"),
        (Engine::Postgresql, "SELECT 1 \\gset\nSELECT 2 \\garbage\n;DROP TABLE t \\g\n"),
        (Engine::Mysql, "DELIMITER //\nSELECT 1; SELECT 2 //\ndelimiter ;\nDROP TABLE t;"),
    ];
    for (engine, text) in cases {
        for length in 1..text.len() {
            assert_eq!(read_in_parts(engine, text, length), told(&script(engine, text)), "{length} bytes of {text:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(500), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(engine in engines(), text in any::<String>()) {
        assert_holds(engine, &text);
    }

    #[test]
    fn any_sql_like_text_is_read(
        engine in engines(),
        text in r#"(?s)([a-z ]{1,3}|alter table |create |drop |add |begin |end |['`"\[\]();,.$@#*/!\\-]|\n|\$\$|/\*!40101|ü|delimiter x\n|default |::|\?){0,40}"#,
    ) {
        assert_holds(engine, &text);
    }

    #[test]
    fn any_bytes_are_read(engine in engines(), bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        assert_holds(engine, &String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_quotes_and_blocks_are_read(engine in engines(), pieces in prop::collection::vec(pieces(), 0..40)) {
        assert_holds(engine, &pieces.concat());
    }

    #[test]
    fn a_text_in_parts_is_read_as_the_whole(
        engine in engines(),
        texts in prop::collection::vec(prop_oneof![mutants(), pieces()], 0..8),
        length in 1_usize..40,
    ) {
        let text = texts.concat();
        assert_eq!(read_in_parts(engine, &text, length), told(&script(engine, &text)), "{text:?}");
    }

    #[test]
    fn any_mutant_is_read(engine in engines(), text in mutants()) {
        assert_holds(engine, &text);
    }
}

#[test]
fn nesting_does_not_exhaust_the_stack() {
    let open = "(".repeat(100_000);
    let close = ")".repeat(100_000);
    let cases = [
        format!("ALTER TABLE t ADD c INT DEFAULT {open}1{close}"),
        format!("ALTER TABLE t ADD c INT CHECK {open}1"),
        format!("UPDATE t SET a = 1 WHERE {open}b = 1{close}"),
        format!("UPDATE t SET a = 1 WHERE {}1 = 1", "1+".repeat(100_000)),
        format!("UPDATE t SET a = 1 WHERE {}1 = 1", "1+".repeat(900)),
        format!("UPDATE t SET a = 1 WHERE {}b = 1", "NOT ".repeat(900)),
        format!("UPDATE t SET a = 1 WHERE {}b = 1", "a = 1 OR ".repeat(300)),
        format!("UPDATE t SET a = 1 WHERE {}b = 1", "a = 1 AND ".repeat(300)),
        format!("{open}SELECT 1{close}"),
        format!("CREATE TABLE t {open}a int{close}"),
        format!("CREATE INDEX i ON t ({open}a{close})"),
        format!("SET @a = {open}'x'{close}"),
        format!("SET @a = {}", "'x' + ".repeat(20_000)),
        format!("SET @a = {}'x'", "CONCAT('x', ".repeat(20_000)),
        format!("DO $$ BEGIN EXECUTE {}'x'; END $$", "format(".repeat(10_000)),
        format!("DO $$ {} $$", "IF a THEN ".repeat(10_000)),
        "IF 1 = 1 BEGIN ".repeat(20_000),
        "IF 1 = 1 ".repeat(20_000),
        format!("SELECT {}", "CASE WHEN 1 = 1 THEN ".repeat(20_000)),
        format!("WITH x AS {open}SELECT 1{close} DELETE FROM t"),
        "DO $$ BEGIN ".repeat(10_000),
        "/*".repeat(100_000),
        "SET STATEMENT a = 1 FOR ".repeat(10_000),
        format!("CREATE TRIGGER t BEFORE INSERT ON t FOR EACH ROW {}", "BEGIN ".repeat(10_000)),
    ];
    for sql in cases {
        for engine in Engine::ALL {
            assert_holds(engine, &sql);
        }
    }
}

#[test]
fn what_was_asked_for_in_another_file_is_pointed_at_there() {
    let tree = Tree::new("");
    let file = tree.put("migration.php", "$table->integer('a'); $table->integer('b');".to_owned());
    let sql = "alter table `t` add `a` int, add `b` int";
    let mut map = SourceMap::new(Span::new(file.id, 0, 43));
    map.add(16..27, Span::new(file.id, 0, 21));
    map.add(29..40, Span::new(file.id, 22, 43));
    let script = read(sql, &map, Engine::Mysql);
    let places: Vec<_> =
        script.statements[0].changes.iter().map(|change| (change.span.start, change.span.end)).collect();
    assert_eq!(places, [(0, 21), (22, 43)]);
}

#[test]
fn comments_are_handed_over_with_their_places() {
    let sql = "-- one\nSELECT '-- none' /* two */; # three";
    let comments: Vec<_> = script(Engine::Mysql, sql).comments.into_iter().map(|comment| comment.text).collect();
    assert_eq!(comments, ["-- one", "/* two */", "# three"]);
}
