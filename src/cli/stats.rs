//! `phasewise stats`: what a database says of its tables, in a file that `lint` reads without one.

use std::env;
use std::io::{self, Write};
use std::time::SystemTime;

use miette::Diagnostic;
use serde::Serialize;
use thiserror::Error;

use super::arguments::StatsArguments;
use super::baseline::replace;
use super::exit::{Exit, Failure};
use super::notes::Notes;
use super::terminal;
use crate::database::{DatabaseUrl, Survey, SurveyedTable};
use crate::finding::Date;
use crate::lint::STATS_VERSION;

/// Where the address is taken from that nobody types, so that it stands in no list of processes.
const VARIABLE: &str = "DATABASE_URL";

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Written<'a> {
    version: u32,
    engine: &'static str,
    server_version: &'a str,
    sql_mode: Option<&'a str>,
    taken: String,
    tables: Vec<WrittenTable<'a>>,
}

#[derive(Debug, Serialize)]
struct WrittenTable<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<&'a str>,
    name: &'a str,
    rows: Option<u64>,
    bytes: Option<u64>,
}

#[derive(Debug, Error, Diagnostic)]
enum StatsError {
    #[error("no database is named")]
    #[diagnostic(
        code(phasewise::stats::no_database),
        help("say it with `--database-url postgresql://user:password@host:5432/database`, or in `DATABASE_URL`")
    )]
    NoDatabase,
    #[error("`{path}` cannot be written: {error}")]
    #[diagnostic(code(phasewise::stats::unwritable))]
    Unwritable { path: String, error: io::Error },
}

pub(super) fn run(arguments: &StatsArguments) -> Result<Exit, Failure> {
    let notes = Notes::new(&arguments.voice);
    let typed = arguments.database_url.clone();
    let url = typed.or_else(|| env::var(VARIABLE).ok().filter(|url| !url.is_empty())).ok_or(StatsError::NoDatabase)?;
    let url: DatabaseUrl = url.parse()?;
    let survey = url.survey()?;
    if survey.tables.is_empty() {
        notes.remark(&format!("`{url}` has no tables that this user sees"));
    }
    let today = Date::of(SystemTime::now());
    let written = Written::new(&survey, today);
    let write = |out: &mut dyn Write| {
        serde_json::to_writer_pretty(&mut *out, &written)?;
        writeln!(out)
    };
    match &arguments.output {
        Some(path) => {
            replace(path, write).map_err(|error| StatsError::Unwritable { path: path.display().to_string(), error })?;
            notes.detail(&format!("`{}`: {} tables of `{url}`", path.display(), survey.tables.len()));
        }
        None => terminal::print(|out| write(out))?,
    }
    Ok(Exit::Clean)
}

impl<'a> Written<'a> {
    fn new(survey: &'a Survey, today: Date) -> Self {
        let table = |table: &'a SurveyedTable| WrittenTable {
            schema: table.schema.as_deref(),
            name: &table.name,
            rows: table.rows,
            bytes: table.bytes,
        };
        Self {
            version: STATS_VERSION,
            engine: survey.engine.name(),
            server_version: &survey.version,
            sql_mode: survey.sql_mode.as_deref(),
            taken: today.to_string(),
            tables: survey.tables.iter().map(table).collect(),
        }
    }
}
