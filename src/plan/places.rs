//! Where in the application's code what a release does has to be done.

use std::collections::BTreeSet;

use super::{CodePlace, CodePlaces};
use crate::recipe::{Doing, Sought};
use crate::usage::{Index, Place, PlaceKind, Query, What};

/// The places of code that runs, each line once, by file and line.
pub(super) fn of(sought: &Sought, index: &Index) -> CodePlaces {
    let what = match sought.doing {
        Doing::Uses | Doing::Reads | Doing::Writes => What::Gone,
        Doing::Omits => What::Omitted,
        Doing::WritesNull => What::NullWritten,
    };
    let query = |column: Option<&String>| Query { table: sought.table.clone(), column: column.cloned(), what };
    let queries = match sought.columns.as_slice() {
        [] => vec![query(None)],
        columns => columns.iter().map(|column| query(Some(column))).collect(),
    };
    let (mut known, mut in_doubt) = (BTreeSet::new(), BTreeSet::new());
    for answer in queries.iter().map(|query| index.answer(query)) {
        let meant = answer.places.iter().filter(|place| place.counts() && is_meant(sought.doing, place));
        known.extend(meant.map(|place| (place.file.clone(), place.line)));
        in_doubt.extend(answer.unproved.iter().map(|place| (place.file.clone(), place.line)));
    }
    let in_doubt = in_doubt.difference(&known).count();
    let known = known.into_iter().map(|(file, line)| CodePlace { file, line }).collect();
    CodePlaces { known, in_doubt, shown_by: shown_by(sought) }
}

fn is_meant(doing: Doing, place: &Place) -> bool {
    let writes = matches!(place.kind, PlaceKind::Write | PlaceKind::Value | PlaceKind::Insert);
    match doing {
        // SQL does either.
        Doing::Writes => writes || place.kind == PlaceKind::Sql,
        Doing::Reads => !writes,
        Doing::Uses | Doing::Omits | Doing::WritesNull => true,
    }
}

fn shown_by(sought: &Sought) -> String {
    let column = sought.columns.first().map(|column| format!(".{column}")).unwrap_or_default();
    let omitted = if sought.doing == Doing::Omits { " --omitted" } else { "" };
    format!("{}{column}{omitted}", sought.table)
}
