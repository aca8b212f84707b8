//! LOAD DATA and COPY, which write the rows of a file.

use crate::change::{DataKind, DataRows, SchemaChange, Touches};
use crate::sql::cursor::Cursor;
use crate::sql::reading::Reading;

/// Reads the statement, if it is one of these.
pub(super) fn read(cursor: &mut Cursor<'_>, reading: &mut Reading) -> Option<()> {
    let range = cursor.range();
    let mut ahead = cursor.clone();
    let table = if ahead.eat_any(&["LOAD DATA", "LOAD XML"]).is_some() {
        ahead.part_until_any(&["INTO TABLE"]);
        ahead.eat("INTO TABLE");
        ahead.table_name().ok()?
    } else if ahead.eat("COPY") {
        let Ok(table) = ahead.table_name() else {
            let writes = ahead.parens().is_ok_and(|query| !query.is_any(&["SELECT", "TABLE", "VALUES"]));
            let (touches, reason) = if writes {
                (Touches::Anything, "it runs a query that is not read here")
            } else {
                (Touches::Nothing, "it reads the rows of a query")
            };
            reading.opaque(range, "COPY", touches, reason);
            cursor.skip_all();
            return Some(());
        };
        ahead.skip_parens();
        if ahead.eat("TO") {
            reading.opaque(range, "COPY", Touches::Nothing, "it reads the rows of a table");
            cursor.skip_all();
            return Some(());
        }
        table
    } else {
        return None;
    };
    let rows = DataRows {
        table,
        kind: DataKind::Insert,
        columns: Vec::new(),
        has_condition: Some(false),
        is_bounded: None,
        is_chunked: false,
    };
    reading.push(range, SchemaChange::DataRows(rows));
    cursor.skip_all();
    Some(())
}
