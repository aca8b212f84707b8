//! What a file of SQLite says of itself.

use std::io::Read as _;
use std::path::Path;

use rusqlite::{Connection, Error, OpenFlags};

use super::{ANSWER_TIMEOUT, DatabaseError, Survey, SurveyedTable};
use crate::engine::Engine;

/// Rows are counted, for SQLite keeps no figure; bytes are those of the pages of a table and its indexes.
const TABLES: &str = "
    select list.name, coalesce(pages.bytes, 0)
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

/// What the file says.
pub(super) fn survey(path: &Path) -> Result<Survey, DatabaseError> {
    let unreadable = |reason: String| DatabaseError::Unreadable { file: path.display().to_string(), reason };
    let version = version(path).map_err(unreadable)?;
    let tables = ask(path).map_err(|error| unreadable(error.to_string()))?;
    Ok(Survey { engine: Engine::Sqlite, version, sql_mode: None, tables })
}

/// The version of the application's SQLite: it is that which counts, not the one that asks here.
#[expect(clippy::disallowed_methods, reason = "databases are opened here, those that are files too")]
fn version(path: &Path) -> Result<String, String> {
    let mut header = [0; VERSION_AT + 4];
    let mut file = std::fs::File::open(path).map_err(|error| error.to_string())?;
    file.read_exact(&mut header).map_err(|_| "it is no database of SQLite".to_owned())?;
    let number = header.last_chunk::<4>().map_or(0, |bytes| u32::from_be_bytes(*bytes));
    if !header.starts_with(b"SQLite format 3\0") || number == 0 {
        return Err("it is no database of SQLite".to_owned());
    }
    Ok(format!("{}.{}.{}", number / 1_000_000, number / 1000 % 1000, number % 1000))
}

fn ask(path: &Path) -> Result<Vec<SurveyedTable>, Error> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.busy_timeout(ANSWER_TIMEOUT)?;
    let mut statement = connection.prepare(TABLES)?;
    let named = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))?;
    let mut tables = Vec::new();
    for table in named {
        let (name, bytes) = table?;
        let count = format!("select count(*) from {}", Engine::Sqlite.quote(&name));
        let rows: i64 = connection.query_row(&count, [], |row| row.get(0))?;
        tables.push(SurveyedTable { schema: None, name, rows: rows.try_into().ok(), bytes: bytes.try_into().ok() });
    }
    Ok(tables)
}
