//! Files of SQLite, opened for reading, and what one says of its tables.

use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error, ErrorCode, OpenFlags};

use super::{DatabaseError, Limits, Row, Session, SurveyedTable};
use crate::engine::Engine;

/// Rows are counted, for SQLite keeps no figure; bytes are those of the pages of a table and its indexes.
const TABLES: &str = "
    select null, list.name, null, coalesce(pages.bytes, 0)
    from pragma_table_list list
        left join (
            select object.tbl_name as name, sum(stat.pgsize) as bytes
            from dbstat stat join sqlite_schema object on object.name = stat.name
            where stat.aggregate = true
            group by 1
        ) pages on pages.name = list.name
    where list.schema = 'main' and list.type = 'table' and list.name not like 'sqlite\\_%' escape '\\'
    order by list.name";

/// Where the header of the file holds the version of the SQLite that wrote it last, as 3046001.
const VERSION_AT: usize = 96;

/// How many steps of its machine SQLite takes between two looks at the clock.
const STEPS: i32 = 10_000;

/// The sizes of its tables.
pub(super) fn tables(session: &mut Session) -> Result<Vec<SurveyedTable>, DatabaseError> {
    let mut tables = Vec::new();
    for mut table in session.rows(TABLES)?.into_iter().filter_map(SurveyedTable::of_row) {
        let count = session.value(&format!("select count(*) from {}", Engine::Sqlite.quote(&table.name)))?;
        table.rows = count.and_then(|count| count.parse().ok());
        tables.push(table);
    }
    Ok(tables)
}

/// One connection.
#[derive(Debug)]
pub(super) struct Link {
    connection: Connection,
    file: String,
    version: String,
    limits: Limits,
}

impl Link {
    pub(super) fn open(path: &Path, limits: Limits) -> Result<Self, DatabaseError> {
        let file = path.display().to_string();
        let unreadable = |reason: String| DatabaseError::Unreadable { file: file.clone(), reason };
        let version = version(path).map_err(unreadable)?;
        let opened = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).and_then(|connection| {
            connection.busy_timeout(limits.answer)?;
            connection.pragma_update(None, "query_only", true)?;
            Ok(connection)
        });
        let connection = opened.map_err(|error| unreadable(error.to_string()))?;
        Ok(Self { connection, file, version, limits })
    }

    pub(super) fn version(&self) -> &str {
        &self.version
    }

    pub(super) fn rows(&mut self, query: &str) -> Result<Vec<Row>, DatabaseError> {
        let is_late = Arc::new(AtomicBool::new(false));
        let asked = self.end_after(self.limits.answer, Arc::clone(&is_late)).and_then(|()| self.ask(query));
        let cleared = self.connection.progress_handler(0, None::<fn() -> bool>);
        let rows = asked.map_err(|error| self.told(&error, is_late.load(Ordering::Relaxed)))?;
        cleared.map_err(|error| self.told(&error, false))?;
        Ok(rows)
    }

    fn ask(&self, query: &str) -> Result<Vec<Row>, Error> {
        let mut statement = self.connection.prepare(query)?;
        let columns = statement.column_count();
        let rows = statement.query_map([], |row| (0..columns).map(|at| row.get_ref(at).map(text)).collect())?;
        rows.collect()
    }

    /// Ends the next question when its time is over.
    #[expect(clippy::disallowed_methods, reason = "a question is ended by the clock")]
    fn end_after(&mut self, limit: Duration, is_late: Arc<AtomicBool>) -> Result<(), Error> {
        let start = Instant::now();
        let end = move || {
            let is_over = start.elapsed() > limit;
            is_late.fetch_or(is_over, Ordering::Relaxed);
            is_over
        };
        self.connection.progress_handler(STEPS, Some(end))
    }

    fn told(&self, error: &Error, is_late: bool) -> DatabaseError {
        let (server, reason) = (self.file.clone(), error.to_string());
        match error.sqlite_error_code() {
            Some(ErrorCode::OperationInterrupted) if is_late => DatabaseError::TimedOut {
                server,
                reason: format!("the answer took more than {:?}", self.limits.answer),
            },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => DatabaseError::TimedOut { server, reason },
            Some(ErrorCode::ReadOnly) => DatabaseError::Writes { server, reason },
            Some(ErrorCode::NotADatabase | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                DatabaseError::Unreadable { file: server, reason }
            }
            _ if reason.contains("no such table") => DatabaseError::MissingTable { server, reason },
            _ => DatabaseError::Failed { server, reason },
        }
    }
}

fn text(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
    }
}

/// The version of the application's SQLite: it is that which counts, not the one that asks here. Empty where the file is.
#[expect(clippy::disallowed_methods, reason = "databases are opened here, those that are files too")]
fn version(path: &Path) -> Result<String, String> {
    let mut header = [0; VERSION_AT + 4];
    let mut file = std::fs::File::open(path).map_err(|error| error.to_string())?;
    match file.read_exact(&mut header) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof && is_empty(&file) => return Ok(String::new()),
        read => read.map_err(|_| "it is no database of SQLite".to_owned())?,
    }
    let number = header.last_chunk::<4>().map_or(0, |bytes| u32::from_be_bytes(*bytes));
    if !header.starts_with(b"SQLite format 3\0") || number == 0 {
        return Err("it is no database of SQLite".to_owned());
    }
    Ok(format!("{}.{}.{}", number / 1_000_000, number / 1000 % 1000, number % 1000))
}

fn is_empty(file: &std::fs::File) -> bool {
    file.metadata().is_ok_and(|metadata| metadata.len() == 0)
}
