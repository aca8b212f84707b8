//! How much of a body of SQL is read: for each kind of statement how many are typed, typed but of a temporary table, opaque
//! but known in what they may touch, not known at all, and lost; then why what should be typed is not.
//!
//! ```text
//! cargo run --example sql_coverage -- <engine> [--unread <n>] [--only <words>] <file or directory>...
//! ```
//!
//! `--unread` prints up to so many statements of each kind that are not typed, with their places and reasons; `--only` looks
//! at statements that begin with those words. Directories are searched for `.sql`. It fails if anything is lost: code that is
//! in no statement, a statement without a change, a panic.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a measuring tool reads files and the clock, and prints its figures"
)]

use std::collections::BTreeMap;
use std::panic;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use phasewise::change::{OnlineClauses, SchemaChange, Statement, Touches};
use phasewise::engine::Engine;
use phasewise::source::{SourceMap, Tree};
use phasewise::sql::{self, Script};

/// What was made of a statement: the worst that was made of any of its changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Read {
    Typed,
    /// Typed, and set aside because only its session has the table.
    OfSession,
    /// Opaque, and said to leave columns, keys and rows as they are.
    Classified,
    /// Opaque, and may have done anything to the table that it names.
    UnknownOfTable,
    UnknownOfAnything,
    Lost,
}

const COLUMNS: [Read; 6] =
    [Read::Typed, Read::OfSession, Read::Classified, Read::UnknownOfTable, Read::UnknownOfAnything, Read::Lost];

/// The statements that change tables, and whose effect on each engine is therefore stated, by their leading words: they
/// should be typed whatever they go on to say.
const WITH_EFFECT: &[&str] = &["CREATE TABLE", "ALTER TABLE", "DROP TABLE", "CREATE INDEX", "DROP INDEX", "UPDATE"];
const WITH_EFFECT_ON_MYSQL: &[&str] = &["RENAME TABLE", "TRUNCATE", "OPTIMIZE TABLE"];
const WITH_EFFECT_ON_POSTGRESQL: &[&str] = &[
    "TRUNCATE",
    "ALTER INDEX",
    "ALTER SEQUENCE",
    "ALTER TYPE",
    "CLUSTER",
    "COMMENT",
    "CREATE TRIGGER",
    "DROP TRIGGER",
    "CREATE VIEW",
    "CREATE MATERIALIZED",
    "GRANT",
    "LOCK",
    "REFRESH MATERIALIZED",
    "REINDEX",
    "VACUUM FULL",
];
const WITH_EFFECT_ON_SQLSERVER: &[&str] = &["TRUNCATE", "EXEC SP_RENAME"];

/// Words between CREATE and what is made; those before the object of ALTER and DROP.
const MODIFIERS: &[&str] = &[
    "OR",
    "REPLACE",
    "TEMPORARY",
    "TEMP",
    "GLOBAL",
    "LOCAL",
    "UNLOGGED",
    "FOREIGN",
    "UNIQUE",
    "FULLTEXT",
    "SPATIAL",
    "VECTOR",
    "CLUSTERED",
    "NONCLUSTERED",
    "COLUMNSTORE",
    "PRIMARY",
    "XML",
    "ONLINE",
    "OFFLINE",
    "IGNORE",
    "CONSTRAINT",
    "RECURSIVE",
];

/// The reason for which a statement on a temporary table is set aside.
const OF_SESSION: &str = "only this session has the table";

struct Arguments {
    engine: Engine,
    unread: usize,
    only: Option<String>,
    paths: Vec<PathBuf>,
}

#[derive(Default)]
struct Figures {
    files: usize,
    by_kind: BTreeMap<String, [usize; 6]>,
    /// Why statements that should be typed are not, by their leading words.
    reasons: BTreeMap<(String, String), usize>,
    unread: BTreeMap<String, Vec<String>>,
    lost: Vec<String>,
    slowest: Duration,
}

fn main() -> ExitCode {
    let Some(arguments) = arguments() else {
        eprintln!("usage: sql_coverage <engine> [--unread <n>] [--only <words>] <file or directory>...");
        return ExitCode::from(2);
    };
    let mut files = Vec::new();
    arguments.paths.iter().for_each(|path| list(path, true, &mut files));
    let mut figures = Figures::default();
    for file in &files {
        let Ok(bytes) = std::fs::read(file) else {
            eprintln!("{} cannot be read", file.display());
            continue;
        };
        figures.measure(&arguments, file, &String::from_utf8_lossy(&bytes));
    }
    figures.print(arguments.engine);
    if figures.lost.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn arguments() -> Option<Arguments> {
    let mut words = std::env::args().skip(1);
    let engine = Engine::from_name(&words.next()?)?;
    let mut found = Arguments { engine, unread: 0, only: None, paths: Vec::new() };
    while let Some(word) = words.next() {
        match word.as_str() {
            "--unread" => found.unread = words.next()?.parse().ok()?,
            "--only" => found.only = Some(words.next()?.to_ascii_uppercase()),
            path => found.paths.push(PathBuf::from(path)),
        }
    }
    (!found.paths.is_empty()).then_some(found)
}

/// A file that is named is read whatever its name; of a directory only SQL is.
fn list(path: &Path, is_named: bool, files: &mut Vec<PathBuf>) {
    if let Ok(entries) = std::fs::read_dir(path) {
        let mut entries: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        entries.sort();
        for entry in &entries {
            list(entry, false, files);
        }
    } else if is_named || path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("sql")) {
        files.push(path.to_owned());
    }
}

impl Figures {
    fn measure(&mut self, arguments: &Arguments, file: &Path, text: &str) {
        self.files += 1;
        let started = Instant::now();
        let Ok(script) = panic::catch_unwind(|| read(arguments.engine, text)) else {
            self.lost.push(format!("{}: it panics", file.display()));
            return;
        };
        self.slowest = self.slowest.max(started.elapsed());
        if let Some(code) = code_in_no_statement(arguments.engine, text, &script) {
            self.lost.push(format!("{}: in no statement: {code}", file.display()));
        }
        for statement in &script.statements {
            let kind = kind(&statement.sql);
            if arguments.only.as_ref().is_some_and(|only| !kind.starts_with(only)) {
                continue;
            }
            let read = judge(statement);
            if let Some(count) = self.by_kind.entry(kind.clone()).or_default().get_mut(read as usize) {
                *count += 1;
            }
            let place = || {
                let line = text.get(..statement.span.start as usize).unwrap_or_default().matches('\n').count() + 1;
                format!("{}:{line}: {}", file.display(), one_line(&statement.sql))
            };
            if read == Read::Lost {
                self.lost.push(place());
            }
            if !matches!(read, Read::Typed | Read::OfSession) && has_effect(&kind, arguments.engine) {
                *self.reasons.entry((kind.clone(), without_names(&reasons(statement)))).or_default() += 1;
            }
            let unread = self.unread.entry(kind).or_default();
            if read != Read::Typed && unread.len() < arguments.unread {
                unread.push(format!("{}\n      {read:?}: {}", place(), reasons(statement)));
            }
        }
    }

    fn print(&self, engine: Engine) {
        println!(
            "{:<44} {:>10} {:>8} {:>10} {:>10} {:>10} {:>9} {:>5}",
            "", "statements", "typed", "of session", "classified", "of a table", "anything", "lost"
        );
        for (kind, counts) in &self.by_kind {
            row(kind, counts);
            for unread in self.unread.get(kind).into_iter().flatten() {
                println!("    {unread}");
            }
        }
        let sum = |wanted: &dyn Fn(&str) -> bool| {
            let mut sum = [0; 6];
            for (_, counts) in self.by_kind.iter().filter(|(kind, _)| wanted(kind)) {
                sum.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
            }
            sum
        };
        println!();
        row("all statements", &sum(&|_| true));
        row("CREATE, ALTER, DROP, RENAME, TRUNCATE", &sum(&is_definition));
        row("with an effect that is stated", &sum(&|kind| has_effect(kind, engine)));
        let mut reasons: Vec<_> = self.reasons.iter().collect();
        reasons.sort_by_key(|(reason, count)| (std::cmp::Reverse(**count), *reason));
        println!("\nof those, not typed:");
        for ((kind, reason), count) in reasons.into_iter().take(TOP) {
            println!("    {count:>5} {kind}: {reason}");
        }
        println!("{} files, the slowest took {:?}", self.files, self.slowest);
        self.lost.iter().for_each(|lost| println!("LOST {lost}"));
    }
}

/// How many reasons are printed.
const TOP: usize = 12;

fn row(title: &str, counts: &[usize; 6]) {
    let all: usize = counts.iter().sum();
    print!("{title:<44} {all:>10}");
    for (column, width) in COLUMNS.iter().zip([8, 10, 10, 10, 9, 5]) {
        print!(" {:>width$}", counts.get(*column as usize).copied().unwrap_or_default());
    }
    let typed: usize = counts.iter().take(2).sum();
    let per_mille = typed * 1000 / all.max(1);
    println!("  {}.{} % typed", per_mille / 10, per_mille % 10);
}

fn read(engine: Engine, text: &str) -> Script {
    let file = Tree::new("").put("a.sql", text.to_owned());
    sql::read(text, &SourceMap::verbatim(file.id, 0, text.len() as u32), engine)
}

fn judge(statement: &Statement) -> Read {
    let worst = statement.changes.iter().map(|change| match &change.what {
        SchemaChange::Opaque(opaque) if opaque.reason == OF_SESSION => Read::OfSession,
        SchemaChange::Opaque(opaque) => match opaque.touches {
            Touches::Nothing | Touches::Surroundings(_) => Read::Classified,
            Touches::Table(_) => Read::UnknownOfTable,
            Touches::Anything => Read::UnknownOfAnything,
        },
        _ => Read::Typed,
    });
    let nothing = if statement.online == OnlineClauses::default() { Read::Lost } else { Read::Typed };
    worst.max().unwrap_or(nothing)
}

fn reasons(statement: &Statement) -> String {
    let reasons = statement.changes.iter().filter_map(|change| match &change.what {
        SchemaChange::Opaque(opaque) => Some(format!("{}: {}", opaque.what, opaque.reason)),
        _ => None,
    });
    one_line(&reasons.collect::<Vec<_>>().join("; "))
}

/// Reasons are alike where they differ in what they quote.
fn without_names(reason: &str) -> String {
    let parts = reason.split('`').enumerate().map(|(at, part)| if at % 2 == 0 { part } else { "…" });
    parts.collect::<Vec<_>>().join("`")
}

/// The words that a statement begins with, without those that say how rather than what: `CREATE INDEX`.
fn kind(sql: &str) -> String {
    let code = without_comments(sql);
    let mut words = code
        .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_uppercase);
    let Some(verb) = words.next() else { return "(other)".to_owned() };
    let takes_object = ["CREATE", "ALTER", "DROP", "RENAME", "REFRESH", "EXEC", "VACUUM", "OPTIMIZE"];
    match words.find(|word| !MODIFIERS.contains(&word.as_str())) {
        Some(object) if verb == "EXEC" && object != "SP_RENAME" => verb,
        Some(object) if verb == "VACUUM" && object != "FULL" => verb,
        Some(object) if verb == "UPDATE" && object == "STATISTICS" => format!("{verb} {object}"),
        Some(object) if takes_object.contains(&verb.as_str()) => format!("{verb} {object}"),
        _ => verb,
    }
}

fn without_comments(sql: &str) -> String {
    let mut rest = sql.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '(');
    while let Some((_, after)) = rest
        .strip_prefix("/*")
        .filter(|comment| !comment.starts_with(['!', 'M']))
        .and_then(|comment| comment.split_once("*/"))
        .or_else(|| rest.strip_prefix("--").and_then(|comment| comment.split_once('\n')))
    {
        rest = after.trim_start();
    }
    rest.trim_start_matches("/*!")
        .trim_start_matches("/*M!")
        .trim_start_matches(|letter: char| letter.is_ascii_digit())
        .chars()
        .take(200)
        .collect()
}

fn is_definition(kind: &str) -> bool {
    ["CREATE ", "ALTER ", "DROP ", "RENAME ", "TRUNCATE"].iter().any(|verb| kind.starts_with(verb))
}

fn has_effect(kind: &str, engine: Engine) -> bool {
    let more: &[&str] = match engine {
        Engine::Mysql | Engine::Mariadb => WITH_EFFECT_ON_MYSQL,
        Engine::Postgresql => WITH_EFFECT_ON_POSTGRESQL,
        Engine::Sqlserver => WITH_EFFECT_ON_SQLSERVER,
        Engine::Sqlite => &[],
    };
    WITH_EFFECT.iter().chain(more).any(|words| kind == *words)
}

/// Code outside of all statements and comments that is neither a delimiter nor a command for the client, and of which no
/// problem tells.
fn code_in_no_statement(engine: Engine, text: &str, script: &Script) -> Option<String> {
    let mut bytes = text.as_bytes().to_vec();
    let comments = script.comments.iter().map(|comment| comment.span);
    let problems = script.problems.iter().map(|problem| problem.span);
    let spans = script.statements.iter().map(|statement| statement.span).chain(comments).chain(problems);
    for (start, end) in spans.map(|span| (span.start as usize, span.end as usize)).chain(copied_rows(text, script)) {
        bytes.get_mut(start..end)?.fill(0);
    }
    let left = String::from_utf8_lossy(&bytes).into_owned();
    let code = left.split('\0').filter_map(|gap| code_of(engine, gap));
    let mut lost = code.filter(|code| !steers(engine, code));
    lost.next()?.lines().next().map(|line| line.trim().to_owned())
}

/// What stands in a gap between statements, from its first line of code on.
fn code_of(engine: Engine, gap: &str) -> Option<&str> {
    let mut at = 0;
    for line in gap.split_inclusive('\n') {
        if is_code(engine, line) {
            return gap
                .get(at..)
                .map(|code| code.trim_start_matches(|letter: char| letter == ';' || letter.is_whitespace()));
        }
        at += line.len();
    }
    None
}

/// Whether it is SQL Server's control of flow, which is told as the condition of the statements in it.
fn steers(engine: Engine, gap: &str) -> bool {
    let word = gap.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next().unwrap_or_default();
    let is_label = gap.get(word.len()..).is_some_and(|rest| rest.starts_with(':'));
    let is_control = ["IF", "WHILE", "BEGIN", "END", "ELSE"].contains(&word.to_ascii_uppercase().as_str());
    engine == Engine::Sqlserver && (is_control || is_label)
}

fn is_code(engine: Engine, line: &str) -> bool {
    let line = line.trim_start_matches(|letter: char| letter == ';' || letter.is_whitespace());
    let word = line.split_whitespace().next().unwrap_or_default().trim_end_matches(';').to_ascii_lowercase();
    let is_for_client = match engine {
        Engine::Mysql | Engine::Mariadb => word == "delimiter",
        Engine::Sqlserver => word == "go",
        Engine::Postgresql => word.starts_with('\\'),
        Engine::Sqlite => false,
    };
    !is_for_client && line.chars().any(char::is_alphanumeric)
}

/// The rows behind each `COPY … FROM stdin`, to the line that ends them.
fn copied_rows(text: &str, script: &Script) -> Vec<(usize, usize)> {
    let copies = script.statements.iter().filter(|statement| {
        let sql = statement.sql.to_ascii_lowercase();
        kind(&statement.sql) == "COPY" && sql.contains("stdin")
    });
    let rows = copies.filter_map(|statement| {
        let start = statement.span.end as usize;
        let mut lines = text.get(start..)?.split_inclusive('\n');
        let mut end = start;
        lines.by_ref().find(|line| {
            end += line.len();
            line.trim_end() == "\\."
        })?;
        Some((start, end))
    });
    rows.collect()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(300).collect()
}
