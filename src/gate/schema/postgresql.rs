//! What PostgreSQL's catalogs say, of the schemas in the search path.

use super::{ConstraintKind, LiveColumn, LiveConstraint, LiveIndex, LiveSchema, Names, is_true};
use crate::database::{DatabaseError, Session};

const TABLES: &str = "
    select schema.nspname, class.relname, class.relkind in ('v', 'm')
    from pg_class class join pg_namespace schema on schema.oid = class.relnamespace
    where class.relkind in ('r', 'p', 'v', 'm', 'f') and schema.nspname = any (current_schemas(false))
    order by array_position(current_schemas(false), schema.nspname), class.relname";

/// `GENERATED` stands for a column that is there from 12 on.
const COLUMNS: &str = "
    select schema.nspname, class.relname, attribute.attname, format_type(attribute.atttypid, attribute.atttypmod),
        attribute.attnotnull, attribute.atthasdef, GENERATED, attribute.attidentity <> ''
    from pg_attribute attribute
        join pg_class class on class.oid = attribute.attrelid
        join pg_namespace schema on schema.oid = class.relnamespace
    where class.relkind in ('r', 'p', 'v', 'm', 'f') and schema.nspname = any (current_schemas(false))
        and attribute.attnum > 0 and not attribute.attisdropped
    order by attribute.attrelid, attribute.attnum";

/// Columns that are only kept beside the indexed ones come after those, from 11 on: `KEYS`.
const INDEXES: &str = "
    select schema.nspname, class.relname, index_class.relname, index.indisunique, index.indisprimary,
        index.indpred is not null, index.indisvalid,
        coalesce(attribute.attname, pg_get_indexdef(index.indexrelid, key.place::int, true))
    from pg_index index
        join pg_class class on class.oid = index.indrelid
        join pg_class index_class on index_class.oid = index.indexrelid
        join pg_namespace schema on schema.oid = class.relnamespace
        cross join lateral unnest(index.indkey::int2[]) with ordinality as key (number, place)
        left join pg_attribute attribute on attribute.attrelid = index.indrelid and attribute.attnum = key.number
            and key.number <> 0
    where schema.nspname = any (current_schemas(false)) and key.place <= index.KEYS
    order by index.indexrelid, key.place";

const CONSTRAINTS: &str = "
    select schema.nspname, class.relname, item.conname, item.contype, item.convalidated,
        target.relname, case when item.contype = 'c' then pg_get_constraintdef(item.oid) end, attribute.attname
    from pg_constraint item
        join pg_class class on class.oid = item.conrelid
        join pg_namespace schema on schema.oid = class.relnamespace
        left join pg_class target on target.oid = nullif(item.confrelid, 0)
        left join lateral unnest(item.conkey) with ordinality as key (number, place) on true
        left join pg_attribute attribute on attribute.attrelid = item.conrelid and attribute.attnum = key.number
    where schema.nspname = any (current_schemas(false)) and item.contype in ('p', 'u', 'f', 'c', 'n', 'x')
    order by item.conrelid, item.oid, key.place";

pub(super) fn read(session: &mut Session) -> Result<LiveSchema, DatabaseError> {
    let major: u32 = session.version().split('.').next().and_then(|major| major.parse().ok()).unwrap_or_default();
    let mut schema = LiveSchema::new(Names { tables_fold: false, columns_fold: false });
    for row in session.rows(TABLES)? {
        if let [Some(place), Some(name), is_view] = row.as_slice() {
            schema.add(place, name, is_true(is_view.as_deref()));
        }
    }
    let generated = if major >= 12 { "attribute.attgenerated <> ''" } else { "false" };
    for row in session.rows(&COLUMNS.replace("GENERATED", generated))? {
        let Some((table, [Some(name), Some(type_name), required, default, generated, identity])) = schema.of_row(row)
        else {
            continue;
        };
        let (is_generated, is_identity) = (is_true(generated.as_deref()), is_true(identity.as_deref()));
        table.columns.push(LiveColumn {
            name,
            type_name,
            is_nullable: !is_true(required.as_deref()),
            has_default: is_true(default.as_deref()) && !is_generated,
            is_generated,
            is_identity,
        });
    }
    let keys = if major >= 11 { "indnkeyatts" } else { "indnatts" };
    for row in session.rows(&INDEXES.replace("KEYS", keys))? {
        let Some((table, [Some(name), unique, primary, partial, valid, Some(column)])) = schema.of_row(row) else {
            continue;
        };
        table.add_to_index(LiveIndex {
            name,
            columns: vec![column],
            is_unique: is_true(unique.as_deref()),
            is_primary: is_true(primary.as_deref()),
            is_partial: is_true(partial.as_deref()),
            is_valid: is_true(valid.as_deref()),
        });
    }
    for row in session.rows(CONSTRAINTS)? {
        let Some((table, [Some(name), Some(kind), validated, references, clause, column])) = schema.of_row(row) else {
            continue;
        };
        let kind = match kind.as_str() {
            "p" => ConstraintKind::Primary,
            "u" => ConstraintKind::Unique,
            "f" => ConstraintKind::Foreign,
            "n" => ConstraintKind::NotNull,
            "x" => ConstraintKind::Exclusion,
            _ => ConstraintKind::Check,
        };
        table.add_to_constraint(LiveConstraint {
            name,
            kind,
            columns: column.into_iter().collect(),
            references,
            is_validated: is_true(validated.as_deref()),
            clause,
        });
    }
    Ok(schema)
}
