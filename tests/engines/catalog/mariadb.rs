//! MariaDB's own catalog, as the facts that a replayed one is compared with.

use std::collections::BTreeMap;

use super::expression::normalised;
use super::fact::{Column, Facts, ForeignKey, Index};
use crate::server::Engine;

/// One row for each object or part of one, its fields parted by tabs: what it is, its table, and what it is like.
pub(super) const QUERY: &str = r"
select 'table', table_name, engine, create_options, table_collation, table_comment, '', '', '', '', '', ''
from information_schema.tables where table_schema = database() and table_type in ('BASE TABLE', 'SYSTEM VERSIONED')
union all
select 'column', table_name, column_name, ordinal_position, column_type, is_nullable, ifnull(column_default, ''), extra,
  ifnull(generation_expression, ''), ifnull(character_set_name, ''), ifnull(collation_name, ''), column_comment
from information_schema.columns join information_schema.tables using (table_schema, table_name)
where table_schema = database() and table_type in ('BASE TABLE', 'SYSTEM VERSIONED')
union all
select 'index', table_name, index_name, seq_in_index, if(non_unique, '', 'unique '), lower(index_type),
  concat(ifnull(column_name, ''), if(sub_part is null or index_type in ('FULLTEXT', 'SPATIAL'), '', concat('[', sub_part, ']'))), '', '', '', '', ''
from information_schema.statistics where table_schema = database()
union all
select 'foreign key', k.table_name, k.constraint_name, k.ordinal_position, k.column_name, k.referenced_table_name,
  k.referenced_column_name, lower(r.delete_rule), lower(r.update_rule), '', '', ''
from information_schema.key_column_usage k join information_schema.referential_constraints r
  on r.constraint_schema = k.constraint_schema and r.constraint_name = k.constraint_name and r.table_name = k.table_name
where k.table_schema = database() and k.referenced_table_name is not null
union all
select 'check', table_name, constraint_name, check_clause, level, '', '', '', '', '', '', ''
from information_schema.check_constraints where constraint_schema = database()";

pub(super) fn facts(answer: &str) -> Facts {
    let mut facts = Facts::default();
    let (mut indexes, mut keys) = (BTreeMap::new(), BTreeMap::new());
    for row in answer.lines() {
        let fields: Vec<String> = row.split('\t').map(|field| field.replace("\\\\", "\\")).collect();
        let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
        let about = |name: &str| (fields[1].to_owned(), name.to_owned());
        match fields[0] {
            "table" => facts.table(fields[1], &options(&fields[2..])),
            "column" => facts.column(fields[1], fields[2], &column(&fields[3..])),
            "index" => {
                let kind = format!("{}{}", fields[4], fields[5]);
                let parts: &mut Vec<(u32, String)> =
                    &mut indexes.entry(about(fields[2])).or_insert((kind, Vec::new())).1;
                parts.push((fields[3].parse().expect("a place"), fields[6].to_owned()));
            }
            "foreign key" => {
                let key = keys.entry(about(fields[2])).or_insert_with(|| ForeignKey {
                    columns: Vec::new(),
                    to_table: fields[5].to_owned(),
                    to_columns: Vec::new(),
                    on_delete: action(fields[7]),
                    on_update: action(fields[8]),
                    is_valid: true,
                });
                key.columns.push(fields[4].to_owned());
                key.to_columns.push(fields[6].to_owned());
            }
            _ => facts.check(fields[1], fields[2], &normalised(fields[3], Engine::MariaDb), true),
        }
    }
    for ((table, name), (kind, mut parts)) in indexes {
        parts.sort();
        let parts: Vec<String> = parts.into_iter().map(|(_, part)| part).collect();
        let index = Index { kind, parts, included: Vec::new(), condition: String::new(), is_constraint: false };
        match name.as_str() {
            "PRIMARY" => facts.primary_key(&table, "PRIMARY", &index.parts),
            _ => facts.index(&table, &name, &index),
        }
    }
    for ((table, name), key) in keys {
        facts.foreign_key(&table, &name, &key);
    }
    facts
}

fn options(fields: &[&str]) -> String {
    let row_format = fields[1].split(' ').find_map(|option| option.strip_prefix("row_format=")).unwrap_or_default();
    table_options(fields[0], row_format, fields[2], fields[3])
}

/// The line of a table.
pub(super) fn table_options(engine: &str, row_format: &str, collation: &str, comment: &str) -> String {
    format!("{} {} {collation} {comment}", engine.to_lowercase(), row_format.to_lowercase()).trim().to_owned()
}

fn column(fields: &[&str]) -> Column {
    let [place, own_type, nullability, default, extra, generated, charset, collation, comment] = fields[..] else {
        panic!("an odd column: {fields:?}")
    };
    let extra = extra.to_lowercase();
    let default = normalised(default, Engine::MariaDb);
    let updates = if extra.contains("on update") { " on update" } else { "" };
    let kind = if extra.contains("stored") { "stored" } else { "virtual" };
    Column {
        place: place.to_owned(),
        own_type: without_display_width(own_type),
        is_nullable: nullability == "YES",
        default: format!("{}{updates}", if default == "null" { "" } else { &default }).trim().to_owned(),
        generated: match generated {
            "" => String::new(),
            expression => format!("{} {kind}", normalised(expression, Engine::MariaDb)),
        },
        identity: if extra.contains("auto_increment") { "auto" } else { "" },
        charset: charset.to_owned(),
        collation: collation.to_owned(),
        comment: comment.to_owned(),
    }
}

/// MariaDB says `int(11)` where the 11 means nothing; only in `tinyint(1)` it does.
pub(super) fn without_display_width(own_type: &str) -> String {
    let own_type = own_type.replace(" zerofill", "");
    let integers = ["tinyint", "smallint", "mediumint", "int", "bigint", "year"];
    let Some((name, after)) = own_type.split_once('(') else { return own_type };
    match after.split_once(')') {
        Some((width, rest)) if integers.contains(&name) && (name, width) != ("tinyint", "1") => format!("{name}{rest}"),
        _ => own_type,
    }
}

fn action(words: &str) -> &'static str {
    ["cascade", "set null", "set default", "no action"].into_iter().find(|known| *known == words).unwrap_or("restrict")
}
