//! A backfill as a script of SQL, for projects without an application that could run it.
//!
//! It walks the table's key a range of rows at a time and commits each; takes only rows that still lack the value, so that
//! it can be stopped and run again; rests between ranges, and fails at the end if rows are left.

use super::ask;
use super::error::EmitError;
use super::fill::Fill;
use super::sql_files::one_line;
use crate::engine::Engine;
use crate::sql::write::Dialect;

const POSTGRESQL: &str = include_str!("backfill.postgresql.sql");
const MYSQL: &str = include_str!("backfill.mysql.sql");
const SQLITE: &str = include_str!("backfill.sqlite.sql");

/// The script, and how it is run.
pub(super) fn text(step: &str, fill: &Fill<'_>, words: &str, engine: Engine) -> Result<String, EmitError> {
    let backfill = fill.backfill;
    let [key] = backfill.key.as_slice() else {
        let reason = "the table's key has several columns, and a script of SQL walks one";
        return Err(EmitError::step(step, reason, "fill the rows with a program of your own, and waive the step"));
    };
    let script = match engine {
        Engine::Postgresql => POSTGRESQL,
        Engine::Mysql | Engine::Mariadb => MYSQL,
        Engine::Sqlite => SQLITE,
        Engine::Sqlserver => {
            let reason = "phasewise writes no backfill for SQL Server yet";
            return Err(EmitError::step(step, reason, "fill the rows with a program of your own"));
        }
    };
    let column = engine.quote(fill.column);
    let keeps: Vec<String> = backfill.keeps.iter().map(|name| format!("{0} = {0}, ", engine.quote(name))).collect();
    let keeps = keeps.concat();
    let value = match (&backfill.value, &backfill.question) {
        (Some(value), _) => format!("SET {keeps}{column} = {value}"),
        (None, question) => format!(
            "SET {keeps}{column} =\n-- {} {}\n-- An SQL expression, which may name columns of the row: 'none', concat('ORD-', id).\n{}\n-- {}",
            ask::OPENING,
            one_line(question.as_deref().unwrap_or_default()),
            ask::UNANSWERED,
            ask::CLOSING
        ),
    };
    let values = [
        ("{words}", one_line(words)),
        ("{table}", Dialect(engine).table_name(&backfill.table)),
        ("{key}", engine.quote(key)),
        ("{where}", fill.only_where.to_owned()),
        ("{set}", value),
        ("{name}", format!("backfill_{}", fill.column.replace(|letter: char| !letter.is_ascii_alphanumeric(), "_"))),
    ];
    Ok(values.iter().fold(script.to_owned(), |text, (name, value)| text.replace(name, value)))
}

pub(super) fn run(path: &str, engine: Engine) -> String {
    match engine {
        Engine::Postgresql => format!("psql \"$DATABASE_URL\" -v ON_ERROR_STOP=1 -f {path}"),
        Engine::Mysql => format!("mysql DATABASE < {path}"),
        Engine::Mariadb => format!("mariadb DATABASE < {path}"),
        Engine::Sqlite => format!("sqlite3 DATABASE < {path}, until it says 0"),
        Engine::Sqlserver => format!("sqlcmd -i {path}"),
    }
}
