//! Calls of Laravel's `Schema` and `Blueprint` that ask for a change.
//!
//! What they are is guessed, most usual first; whoever takes one evaluates it and compares what it sends. So nothing here
//! has to know which Laravel has which method, or what a grammar makes of it.

use super::php;
use crate::change::{
    AddForeignKey, AddIndex, Column, ColumnType, Default, ForeignKey, Identity, Index, IndexKind, Place,
    ReferentialAction, SchemaChange, Statement, TableName,
};

/// Methods that add a column, the most usual of each type first.
const COLUMN_METHODS: [&str; 41] = [
    "string",
    "text",
    "integer",
    "bigInteger",
    "unsignedInteger",
    "unsignedBigInteger",
    "boolean",
    "timestamp",
    "dateTime",
    "date",
    "decimal",
    "json",
    "enum",
    "uuid",
    "float",
    "double",
    "char",
    "longText",
    "mediumText",
    "tinyText",
    "smallInteger",
    "unsignedSmallInteger",
    "tinyInteger",
    "unsignedTinyInteger",
    "mediumInteger",
    "unsignedMediumInteger",
    "unsignedDecimal",
    "timestampTz",
    "dateTimeTz",
    "time",
    "timeTz",
    "year",
    "binary",
    "jsonb",
    "set",
    "ulid",
    "ipAddress",
    "macAddress",
    "geometry",
    "geography",
    "vector",
];

/// Ways in which a statement says ALGORITHM=, LOCK= and CONCURRENTLY.
const ONLINE: [&str; 5] = ["", "->instant()", "->lock('none')", "->lock('shared')", "->online()"];

/// PHP statements that may ask for what `statement` does, at `indent`.
pub(super) fn candidates(statement: &Statement, prefix: &str, indent: usize) -> Vec<String> {
    let [change] = statement.changes.as_slice() else { return Vec::new() };
    let Some(table) = change.what.table().and_then(|table| argument(table, prefix)) else { return Vec::new() };
    let space = " ".repeat(indent);
    if let SchemaChange::RenameTable(rename) = &change.what {
        let Some(to) = argument(&rename.to, prefix) else { return Vec::new() };
        return vec![format!("{space}Schema::rename({table}, {to});\n")];
    }
    let calls = calls(&change.what, prefix);
    let is_plain = statement.online.algorithm.is_none() && statement.online.lock.is_none();
    let is_concurrent = matches!(&change.what, SchemaChange::AddIndex(AddIndex { is_concurrent: true, .. }));
    let online = ONLINE.iter().filter(|online| online.is_empty() == (is_plain && !is_concurrent));
    let closure = |call: &str, online: &str| {
        format!(
            "{space}Schema::table({table}, function (Blueprint $table) {{\n{space}    $table->{call}{online};\n{space}}});\n"
        )
    };
    calls.iter().flat_map(|call| online.clone().map(move |online| closure(call, online))).collect()
}

/// A table's name without the connection's prefix, as PHP.
fn argument(table: &TableName, prefix: &str) -> Option<String> {
    let name = table.name.strip_prefix(prefix)?;
    Some(php::quoted(&table.schema.as_ref().map_or_else(|| name.to_owned(), |schema| format!("{schema}.{name}"))))
}

fn calls(change: &SchemaChange, prefix: &str) -> Vec<String> {
    let named = |method: &str, name: &str| vec![format!("{method}({})", php::quoted(name))];
    match change {
        SchemaChange::AddColumn(add) => columns(&add.column, ""),
        SchemaChange::RedefineColumn(redefine) if redefine.column == redefine.definition.name => {
            columns(&redefine.definition, "->change()")
        }
        SchemaChange::DropColumn(drop) => named("dropColumn", &drop.column),
        SchemaChange::RenameColumn(rename) => {
            vec![format!("renameColumn({}, {})", php::quoted(&rename.column), php::quoted(&rename.to))]
        }
        SchemaChange::AddIndex(add) => index(&add.index),
        SchemaChange::DropIndex(drop) => {
            ["dropIndex", "dropUnique"].iter().flat_map(|method| named(method, &drop.name)).collect()
        }
        SchemaChange::RenameIndex(rename) => {
            vec![format!("renameIndex({}, {})", php::quoted(&rename.name), php::quoted(&rename.to))]
        }
        SchemaChange::AddForeignKey(AddForeignKey { foreign_key, .. }) => foreign(foreign_key, prefix),
        // PostgreSQL drops any constraint by each of them; a reader should not wonder.
        SchemaChange::DropConstraint(drop) if drop.name.ends_with("_foreign") => named("dropForeign", &drop.name),
        SchemaChange::DropConstraint(drop) if drop.name.ends_with("_unique") => named("dropUnique", &drop.name),
        SchemaChange::AddPrimaryKey(add) => vec![format!("primary({})", php::names(&add.columns))],
        _ => Vec::new(),
    }
}

/// Every way to add a column of that name, type and modifiers.
fn columns(column: &Column, suffix: &str) -> Vec<String> {
    let is_odd = column.generated.is_some()
        || column.is_unique
        || column.is_primary_key
        || column.references.is_some()
        || !column.checks.is_empty()
        || matches!(column.identity, Some(Identity::Always | Identity::ByDefault));
    if is_odd || column.identity.is_some() {
        return Vec::new();
    }
    let mut modifiers = String::new();
    if column.is_nullable {
        modifiers += "->nullable()";
    }
    let mut after = Vec::new();
    for (method, value) in
        [("charset", &column.charset), ("collation", &column.collation), ("comment", &column.comment)]
    {
        if let Some(value) = value {
            after.push(format!("->{method}({})", php::quoted(value)));
        }
    }
    match &column.place {
        Some(Place::First) => after.push("->first()".to_owned()),
        Some(Place::After(name)) => after.push(format!("->after({})", php::quoted(name))),
        None => {}
    }
    if column.updates_itself {
        after.push("->useCurrentOnUpdate()".to_owned());
    }
    let after = after.concat();
    let name = php::quoted(&column.name);
    let mut calls = Vec::new();
    for method in COLUMN_METHODS {
        for arguments in arguments(&column.column_type) {
            for default in defaults(&column.default) {
                calls.push(format!("{method}({name}{arguments}){modifiers}{default}{after}{suffix}"));
            }
        }
    }
    calls
}

/// What may follow the name among the arguments.
fn arguments(column_type: &ColumnType) -> Vec<String> {
    if !column_type.members.is_empty() {
        return vec![format!(", {}", php::list(&column_type.members))];
    }
    let mut arguments = vec![String::new()];
    match (column_type.length, column_type.scale) {
        (Some(length), Some(scale)) => arguments.push(format!(", {length}, {scale}")),
        (Some(length), None) => arguments.push(format!(", {length}")),
        _ => {}
    }
    arguments
}

fn defaults(default: &Default) -> Vec<String> {
    let raw = |text: &str| format!("->default(DB::raw({}))", php::quoted(text));
    match default {
        Default::None => vec![String::new()],
        Default::Null => vec!["->default(null)".to_owned()],
        Default::Literal(text) => {
            let literal = php::of_literal(text).map(|literal| format!("->default({literal})"));
            literal.into_iter().chain([raw(text)]).collect()
        }
        Default::CurrentTimestamp(text) => vec!["->useCurrent()".to_owned(), raw(text)],
        Default::Expression(text) => vec![raw(&format!("({text})"))],
    }
}

fn index(index: &Index) -> Vec<String> {
    let columns: Vec<String> = index.columns().map(str::to_owned).collect();
    if columns.len() != index.parts.len() {
        return Vec::new();
    }
    let method = match (&index.kind, index.is_unique) {
        (IndexKind::Fulltext, _) => "fullText",
        (IndexKind::Spatial, _) => "spatialIndex",
        (_, true) => "unique",
        (_, false) => "index",
    };
    let columns = php::names(&columns);
    let name = index.name.iter().map(|name| format!("{method}({columns}, {})", php::quoted(name)));
    std::iter::once(format!("{method}({columns})")).chain(name).collect()
}

fn foreign(key: &ForeignKey, prefix: &str) -> Vec<String> {
    let Some(table) = argument(&key.to_table, prefix) else { return Vec::new() };
    let columns = php::names(&key.columns);
    let mut rest = format!("->references({})->on({table})", php::names(&key.to_columns));
    for (method, action) in [("onDelete", key.on_delete), ("onUpdate", key.on_update)] {
        let action = action.map(|action| match action {
            ReferentialAction::NoAction => "no action",
            ReferentialAction::Restrict => "restrict",
            ReferentialAction::Cascade => "cascade",
            ReferentialAction::SetNull => "set null",
            ReferentialAction::SetDefault => "set default",
        });
        rest += &action.map_or(String::new(), |action| format!("->{method}('{action}')"));
    }
    let name = key.name.iter().map(|name| format!("foreign({columns}, {}){rest}", php::quoted(name)));
    std::iter::once(format!("foreign({columns}){rest}")).chain(name).collect()
}
