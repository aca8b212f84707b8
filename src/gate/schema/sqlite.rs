//! What SQLite's pragmas say. Of checks, and of names of foreign keys, there is nothing but the text of the table.

use super::{ConstraintKind, LiveColumn, LiveConstraint, LiveIndex, LiveSchema, Names, is_true};
use crate::database::{DatabaseError, Session};

const TABLES: &str = "
    select '', name, type = 'view' from sqlite_schema
    where type in ('table', 'view') and name not like 'sqlite\\_%' escape '\\' order by name";

/// 2 and 3 are generated columns; 1 is one of a virtual table that is not shown.
const COLUMNS: &str = "
    select '', item.name, field.name, field.type, field.\"notnull\", field.dflt_value, field.hidden in (2, 3), field.pk
    from sqlite_schema item join pragma_table_xinfo(item.name) field
    where item.type in ('table', 'view') and field.hidden <> 1 order by item.name, field.cid";

const INDEXES: &str = "
    select '', item.name, list.name, list.\"unique\", list.origin = 'pk', list.partial,
        coalesce(field.name, '(expression)'), list.origin
    from sqlite_schema item
        join pragma_index_list(item.name) list
        join pragma_index_xinfo(list.name) field
    where item.type = 'table' and field.key = 1 order by item.name, list.seq, field.seqno";

const FOREIGN_KEYS: &str = "
    select '', item.name, list.id, list.\"table\", list.\"from\"
    from sqlite_schema item join pragma_foreign_key_list(item.name) list
    where item.type = 'table' order by item.name, list.id, list.seq";

pub(super) fn read(session: &mut Session) -> Result<LiveSchema, DatabaseError> {
    let mut schema = LiveSchema::new(Names { tables_fold: true, columns_fold: true });
    for row in session.rows(TABLES)? {
        if let [Some(place), Some(name), is_view] = row.as_slice() {
            schema.add(place, name, is_true(is_view.as_deref()));
        }
    }
    for row in session.rows(COLUMNS)? {
        let Some((table, [Some(name), type_name, required, default, generated, key])) = schema.of_row(row) else {
            continue;
        };
        let type_name = type_name.unwrap_or_default();
        if key.as_deref() != Some("0") {
            table.add_to_constraint(constraint(ConstraintKind::Primary, vec![name.clone()]));
        }
        table.columns.push(LiveColumn {
            // The one that stands for the row's number; `read` takes it back where the key has more columns.
            is_identity: key.as_deref() == Some("1") && type_name.eq_ignore_ascii_case("integer"),
            name,
            type_name,
            is_nullable: !is_true(required.as_deref()),
            has_default: default.is_some_and(|default| !default.eq_ignore_ascii_case("null")),
            is_generated: is_true(generated.as_deref()),
        });
    }
    for table in &mut schema.tables {
        let has_wide_key = table.constraints.iter().any(|key| key.columns.len() > 1);
        table.columns.iter_mut().for_each(|column| column.is_identity &= !has_wide_key);
    }
    for row in session.rows(INDEXES)? {
        let Some((table, [Some(name), unique, primary, partial, Some(column), origin])) = schema.of_row(row) else {
            continue;
        };
        if origin.as_deref() == Some("u") {
            let name = name.clone();
            table
                .add_to_constraint(LiveConstraint { name, ..constraint(ConstraintKind::Unique, vec![column.clone()]) });
        }
        table.add_to_index(LiveIndex {
            name,
            columns: vec![column],
            is_unique: is_true(unique.as_deref()),
            is_primary: is_true(primary.as_deref()),
            is_partial: is_true(partial.as_deref()),
            is_valid: true,
        });
    }
    let mut last = None;
    for row in session.rows(FOREIGN_KEYS)? {
        let Some((table, [Some(id), references, Some(column)])) = schema.of_row(row) else { continue };
        let place = Some((table.name.clone(), id));
        match table.constraints.last_mut() {
            Some(known) if place == last => known.columns.push(column),
            _ => table
                .constraints
                .push(LiveConstraint { references, ..constraint(ConstraintKind::Foreign, vec![column]) }),
        }
        last = place;
    }
    Ok(schema)
}

fn constraint(kind: ConstraintKind, columns: Vec<String>) -> LiveConstraint {
    LiveConstraint { name: String::new(), kind, columns, references: None, is_validated: true, clause: None }
}
