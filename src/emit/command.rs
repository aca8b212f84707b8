//! A backfill as an Artisan command.
//!
//! It walks the table's key a range of rows at a time, each range one statement by itself; takes only rows that still
//! lack the value, so that it can be stopped and run again and never overwrites what the application wrote; adapts the
//! size of a range to the time that it takes, rests between ranges, and counts at the end what is left. No model of the
//! application takes part: those change while it runs.

use super::ask;
use super::fill::Fill;
use super::php;
use crate::engine::Engine;

const COMMAND: &str = include_str!("backfill.php");

/// The class: `BackfillOrdersReferenceCode`.
pub(super) fn class(fill: &Fill<'_>) -> String {
    let name = format!("{}_{}", fill.backfill.table, fill.column);
    let words = name.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let upper =
        |word: &str| word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect::<String>();
    format!("Backfill{}", words.map(upper).collect::<String>())
}

/// How it is called: `backfill:orders-reference-code`.
pub(super) fn signature(fill: &Fill<'_>) -> String {
    format!(
        "backfill:{}",
        format!("{}-{}", fill.backfill.table, fill.column).replace(['_', '.', ' '], "-").to_lowercase()
    )
}

pub(super) fn text(fill: &Fill<'_>, words: &str, prefix: &str, engine: Engine) -> String {
    let backfill = fill.backfill;
    let table = backfill.table.to_string();
    let table = table.strip_prefix(prefix).unwrap_or(&table);
    let value = match (&backfill.value, &backfill.question) {
        (Some(value), _) => format!("    private const VALUE = {};\n", php::quoted(value)),
        (None, question) => format!(
            "    // {} {}\n    // An SQL expression, which may name columns of the row: \"'none'\", \"concat('ORD-', id)\".\n    \
             private const VALUE = null;\n    // {}\n",
            ask::OPENING,
            php::in_comment(question.as_deref().unwrap_or_default()),
            ask::CLOSING
        ),
    };
    let keeps: Vec<String> =
        backfill.keeps.iter().map(|name| format!(", {0} => DB::raw({0})", php::quoted(name))).collect();
    let settings: Vec<String> =
        settings(engine).iter().map(|sql| format!("        DB::statement({});\n", php::quoted(sql))).collect();
    let (lock, unlock) = exclusion(engine);
    let values = [
        ("{words}", php::in_comment(words)),
        ("{class}", class(fill)),
        ("{signature}", signature(fill)),
        ("{subject}", format!("{}.{}", backfill.table, fill.column)),
        ("    {value}\n", value),
        ("{table}", php::quoted(table)),
        ("{column}", php::quoted(fill.column)),
        ("{key}", php::list(&backfill.key)),
        ("{where}", php::quoted(fill.only_where)),
        (", {keeps}", keeps.concat()),
        ("        {settings}\n", settings.concat()),
        ("{lock}", lock),
        ("{unlock}", unlock),
    ];
    values.iter().fold(COMMAND.to_owned(), |text, (name, value)| text.replace(name, value))
}

/// So that the backfill is what gives way, and locks no more than its rows.
fn settings(engine: Engine) -> &'static [&'static str] {
    match engine {
        Engine::Postgresql => &["set lock_timeout = '1s'", "set statement_timeout = '15s'"],
        Engine::Mysql | Engine::Mariadb => {
            &["set session innodb_lock_wait_timeout = 2", "set session transaction isolation level read committed"]
        }
        Engine::Sqlserver => &["set lock_timeout 1000"],
        Engine::Sqlite => &["pragma busy_timeout = 1000"],
    }
}

/// What the session asks so that no second one runs, and what gives it back.
fn exclusion(engine: Engine) -> (String, String) {
    let (lock, unlock) = match engine {
        Engine::Postgresql => (
            "DB::selectOne('select pg_try_advisory_lock(hashtext(?)) as got', [$this->getName()])->got",
            "DB::select('select pg_advisory_unlock(hashtext(?))', [$this->getName()])",
        ),
        Engine::Mysql | Engine::Mariadb => (
            "DB::selectOne('select get_lock(?, 0) as got', [$this->getName()])->got",
            "DB::select('select release_lock(?)', [$this->getName()])",
        ),
        Engine::Sqlserver => (
            "DB::selectOne(\"declare @got int; exec @got = sp_getapplock ?, 'Exclusive', 'Session', 0; select iif(@got < 0, 0, 1) as got\", [$this->getName()])->got",
            "DB::statement(\"exec sp_releaseapplock ?, 'Session'\", [$this->getName()])",
        ),
        // It has one writer at a time anyway.
        Engine::Sqlite => ("true", "null"),
    };
    (lock.to_owned(), unlock.to_owned())
}
