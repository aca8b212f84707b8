//! What takes a migration back, where anything can.
//!
//! Takes its statements and the tables before them, gives statements in the reverse order. A change that loses something,
//! or whose way back is not known, has none: the reason says which.

use crate::catalog::Catalog;
use crate::change::{
    AddCheck, AddForeignKey, AddIndex, AddPrimaryKey, ChangeType, Default, DropColumn, DropConstraint, DropDefault,
    DropIndex, DropNotNull, DropObject, DropPrimaryKey, DropTable, RedefineColumn, RenameColumn, RenameIndex,
    RenameTable, SchemaChange, SetDefault, SetNotNull, Statement, TableName,
};
use crate::engine::Engine;
use crate::source::SourceMap;
use crate::sql::{self, write};

/// The statements that undo `statements`, which find the tables as in `before`; an error says why there are none.
pub(super) fn way_back(statements: &[Statement], before: &Catalog) -> Result<Vec<Statement>, String> {
    let engine = before.engine();
    let mut catalog = before.clone();
    let mut back: Vec<Statement> = Vec::new();
    let (mut settings, mut has_begun) = (Vec::new(), false);
    for statement in statements {
        if is_setting(statement) {
            let at = if has_begun { back.len() } else { 0 };
            settings.push((has_begun, at, statement.clone()));
            continue;
        }
        has_begun = true;
        if let Some(guard) = &statement.guard {
            return Err(format!("whether it was sent hangs on `{guard}`"));
        }
        for change in &statement.changes {
            for undo in undo(&change.what, &catalog)? {
                let text = text(&undo, engine).ok_or_else(|| no_statement(&undo, engine))?;
                let read = sql::read(&text, &SourceMap::new(statement.span), engine);
                back.splice(0..0, read.statements);
            }
            catalog.apply(&change.what);
        }
    }
    if back.is_empty() {
        return Ok(back);
    }
    let (after, before): (Vec<_>, Vec<_>) = settings.into_iter().partition(|(is_after, ..)| *is_after);
    let before = before.into_iter().map(|(.., statement)| statement);
    Ok(before.chain(back).chain(after.into_iter().map(|(.., statement)| statement)).collect())
}

fn is_setting(statement: &Statement) -> bool {
    statement.changes.iter().all(|change| matches!(change.what, SchemaChange::SetVariable(_)))
}

fn no_statement(undo: &SchemaChange, engine: Engine) -> String {
    format!("{} has no statement to {}", engine.title(), undo.description())
}

fn text(undo: &SchemaChange, engine: Engine) -> Option<String> {
    let SchemaChange::DropObject(DropObject { object, .. }) = undo else { return write::statement(undo, engine) };
    let dialect = write::Dialect(engine);
    let name = dialect.table_name(&object.name);
    Some(match (&object.table, engine) {
        (Some(table), Engine::Postgresql) => format!("drop {} {name} on {}", object.kind, dialect.table_name(table)),
        _ => format!("drop {} {name}", object.kind),
    })
}

/// The changes that undo one; empty where nothing need be done.
fn undo(change: &SchemaChange, before: &Catalog) -> Result<Vec<SchemaChange>, String> {
    let engine = before.engine();
    let lost = || Err(format!("what it loses does not come back: {}", change.description()));
    let unknown = || format!("what stood before is not known: {}", change.description());
    let standing = |table: &TableName, name: &str| {
        let column = before.table(table).and_then(|table| table.column(name, engine));
        column.map(|column| column.definition.clone()).ok_or_else(unknown)
    };
    let one = match change {
        SchemaChange::CreateTable(create) if !create.if_not_exists => {
            SchemaChange::DropTable(DropTable { table: create.table.clone(), if_exists: false, cascade: false })
        }
        SchemaChange::RenameTable(rename) => {
            SchemaChange::RenameTable(RenameTable { table: rename.to.clone(), to: rename.table.clone() })
        }
        SchemaChange::AddColumn(add) if !add.if_not_exists => SchemaChange::DropColumn(DropColumn {
            table: add.table.clone(),
            column: add.column.name.clone(),
            if_exists: false,
            cascade: false,
        }),
        SchemaChange::RenameColumn(RenameColumn { table, column, to }) => {
            SchemaChange::RenameColumn(RenameColumn { table: table.clone(), column: to.clone(), to: column.clone() })
        }
        SchemaChange::RedefineColumn(redefine) => {
            let definition = standing(&redefine.table, &redefine.column)?;
            let column = redefine.definition.name.clone();
            SchemaChange::RedefineColumn(RedefineColumn { table: redefine.table.clone(), column, definition })
        }
        SchemaChange::ChangeType(ChangeType { table, column, .. }) => {
            let old = standing(table, column)?;
            let (column_type, collation) = (old.column_type, old.collation);
            let (table, column) = (table.clone(), column.clone());
            SchemaChange::ChangeType(ChangeType { table, column, column_type, collation, using: None })
        }
        SchemaChange::SetNotNull(SetNotNull { table, column }) => {
            if !standing(table, column)?.is_nullable {
                return Ok(Vec::new());
            }
            SchemaChange::DropNotNull(DropNotNull { table: table.clone(), column: column.clone() })
        }
        SchemaChange::DropNotNull(DropNotNull { table, column }) => {
            if standing(table, column)?.is_nullable {
                return Ok(Vec::new());
            }
            SchemaChange::SetNotNull(SetNotNull { table: table.clone(), column: column.clone() })
        }
        SchemaChange::SetDefault(SetDefault { table, column, .. })
        | SchemaChange::DropDefault(DropDefault { table, column }) => {
            let default = standing(table, column)?.default;
            let (table, column) = (table.clone(), column.clone());
            match default {
                Default::None => SchemaChange::DropDefault(DropDefault { table, column }),
                default => SchemaChange::SetDefault(SetDefault { table, column, default }),
            }
        }
        SchemaChange::AddIndex(add) if !add.if_not_exists => undo_index(add, engine).ok_or_else(unknown)?,
        SchemaChange::DropIndex(drop) => standing_index(drop, before).ok_or_else(unknown)?,
        SchemaChange::RenameIndex(RenameIndex { table, name, to }) => {
            SchemaChange::RenameIndex(RenameIndex { table: table.clone(), name: to.clone(), to: name.clone() })
        }
        SchemaChange::AddPrimaryKey(AddPrimaryKey { table, .. }) if engine.is_mysql_family() => {
            SchemaChange::DropPrimaryKey(DropPrimaryKey { table: table.clone() })
        }
        SchemaChange::AddPrimaryKey(AddPrimaryKey { table, name, .. }) => {
            drop_constraint(table, &name.clone().unwrap_or_else(|| format!("{}_pkey", table.name)))
        }
        SchemaChange::AddForeignKey(AddForeignKey { table, foreign_key, .. }) => {
            drop_constraint(table, foreign_key.name.as_ref().ok_or_else(unknown)?)
        }
        SchemaChange::AddCheck(AddCheck { table, name, .. }) => {
            drop_constraint(table, name.as_ref().ok_or_else(unknown)?)
        }
        SchemaChange::DropConstraint(drop) => standing_constraint(drop, before).ok_or_else(unknown)?,
        SchemaChange::CreateObject(create) if !create.replaces && !create.if_not_exists => {
            SchemaChange::DropObject(DropObject { object: create.object.clone(), if_exists: false, cascade: false })
        }
        SchemaChange::ValidateConstraint(_) | SchemaChange::MaintainTable(_) | SchemaChange::SetVariable(_) => {
            return Ok(Vec::new());
        }
        SchemaChange::DropColumn(_) | SchemaChange::DropTable(_) | SchemaChange::DataRows(_) => return lost(),
        change => return Err(format!("nothing is known that undoes it: {}", change.description())),
    };
    Ok(vec![one])
}

fn drop_constraint(table: &TableName, name: &str) -> SchemaChange {
    let (table, name) = (table.clone(), name.to_owned());
    SchemaChange::DropConstraint(DropConstraint { table, name, if_exists: false, cascade: false })
}

/// PostgreSQL drops the index that became a constraint together with that.
fn undo_index(add: &AddIndex, engine: Engine) -> Option<SchemaChange> {
    let name = add.index.name.clone()?;
    if add.is_constraint && !engine.is_mysql_family() {
        return Some(drop_constraint(&add.table, &name));
    }
    let is_concurrent = add.is_concurrent;
    Some(SchemaChange::DropIndex(DropIndex {
        table: Some(add.table.clone()),
        name,
        is_concurrent,
        if_exists: is_concurrent,
    }))
}

fn standing_index(drop: &DropIndex, before: &Catalog) -> Option<SchemaChange> {
    let table = match &drop.table {
        Some(table) => before.table(table),
        None => before.table_of_index(&drop.name),
    }?;
    let index = table.index(&drop.name, before.engine())?;
    let mut definition = index.definition.clone();
    definition.name = Some(index.name.clone());
    Some(SchemaChange::AddIndex(AddIndex {
        table: table.name.clone(),
        index: definition,
        is_constraint: index.is_constraint && !before.engine().is_mysql_family(),
        using_index: None,
        is_concurrent: drop.is_concurrent,
        if_not_exists: false,
    }))
}

fn standing_constraint(drop: &DropConstraint, before: &Catalog) -> Option<SchemaChange> {
    let (engine, table) = (before.engine(), before.table(&drop.table)?);
    let name = Some(drop.name.clone());
    if let Some(check) = table.check(&drop.name, engine) {
        let condition = check.condition.clone();
        let table = table.name.clone();
        // It is true of every row, or was not proven before either.
        let is_not_valid = engine == Engine::Postgresql;
        return Some(SchemaChange::AddCheck(AddCheck { table, name, condition, is_not_valid }));
    }
    if let Some(key) = table.foreign_key(&drop.name, engine) {
        let mut foreign_key = key.definition.clone();
        foreign_key.name = name;
        let (table, is_not_valid) = (table.name.clone(), engine == Engine::Postgresql);
        return Some(SchemaChange::AddForeignKey(AddForeignKey { table, foreign_key, is_not_valid }));
    }
    let index = table.index(&drop.name, engine).filter(|index| index.is_constraint)?;
    let mut definition = index.definition.clone();
    definition.name = name;
    Some(SchemaChange::AddIndex(AddIndex {
        table: table.name.clone(),
        index: definition,
        is_constraint: true,
        using_index: None,
        is_concurrent: false,
        if_not_exists: false,
    }))
}
