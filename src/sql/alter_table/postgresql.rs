//! The actions of ALTER TABLE that only PostgreSQL has.

use super::{Action, settings};
use crate::change::{
    ChangeGenerated, ChangeIdentity, ChangeTableSetting, ChangeType, DropDefault, DropNotNull, Identity, RenameTable,
    SchemaChange, SetDefault, SetNotNull, TableName, ValidateConstraint,
};
use crate::sql::cursor::{Cursor, Read};
use crate::sql::default::classify;
use crate::sql::types::column_type;

/// Reads the action, if it is one that only PostgreSQL has.
pub(super) fn read(item: &mut Cursor<'_>, action: &mut Action<'_>) -> Read<bool> {
    let table = action.table.clone();
    if item.eat("SET SCHEMA") {
        let to = TableName { schema: Some(item.name()?), name: table.name.clone() };
        action.push(SchemaChange::RenameTable(RenameTable { table, to }));
    } else if item.eat("VALIDATE CONSTRAINT") {
        action.push(SchemaChange::ValidateConstraint(ValidateConstraint { table, name: item.name()? }));
    } else if item.is("ALTER CONSTRAINT") && item.is_ahead(3, "ENFORCED") {
        item.eat("ALTER CONSTRAINT");
        let name = item.name()?;
        item.eat("ENFORCED");
        action.push(SchemaChange::ValidateConstraint(ValidateConstraint { table, name }));
    } else if settings::read(item, action)? {
        // Read.
    } else if item.eat("ALTER") {
        item.eat("COLUMN");
        read_column(item, action)?;
    } else {
        return Ok(false);
    }
    Ok(true)
}

fn read_column(item: &mut Cursor<'_>, action: &mut Action<'_>) -> Read<()> {
    let (table, column) = (action.table.clone(), item.name()?);
    let change = if item.eat_any(&["TYPE", "SET DATA TYPE"]).is_some() {
        read_type(item, table, column)?
    } else if item.eat("SET NOT NULL") {
        SchemaChange::SetNotNull(SetNotNull { table, column })
    } else if item.eat("DROP NOT NULL") {
        SchemaChange::DropNotNull(DropNotNull { table, column })
    } else if item.eat("SET DEFAULT") {
        let default = classify(item);
        item.skip_all();
        SchemaChange::SetDefault(SetDefault { table, column, default })
    } else if item.eat("DROP DEFAULT") {
        SchemaChange::DropDefault(DropDefault { table, column })
    } else if item.eat_any(&["ADD GENERATED", "SET GENERATED"]).is_some() {
        let is_always = item.eat("ALWAYS");
        item.skip_all();
        let identity = Some(if is_always { Identity::Always } else { Identity::ByDefault });
        SchemaChange::ChangeIdentity(ChangeIdentity { table, column, identity, if_exists: false })
    } else if item.eat("DROP IDENTITY") {
        let if_exists = item.eat("IF EXISTS");
        SchemaChange::ChangeIdentity(ChangeIdentity { table, column, identity: None, if_exists })
    } else if item.eat("DROP EXPRESSION") {
        let if_exists = item.eat("IF EXISTS");
        SchemaChange::ChangeGenerated(ChangeGenerated { table, column, expression: None, if_exists })
    } else if item.eat("SET EXPRESSION") {
        item.expect("AS")?;
        let expression = Some(item.parens()?.text());
        SchemaChange::ChangeGenerated(ChangeGenerated { table, column, expression, if_exists: false })
    } else if let Some(setting) = settings::of_column(item) {
        SchemaChange::ChangeTableSetting(ChangeTableSetting { table, column: Some(column), setting })
    } else {
        return Err(item.unread("an action on the column"));
    };
    action.push(change);
    Ok(())
}

fn read_type(item: &mut Cursor<'_>, table: TableName, column: String) -> Read<SchemaChange> {
    let column_type = column_type(item)?;
    let collation = if item.eat("COLLATE") { Some(item.table_name()?.name) } else { None };
    let mut using = None;
    if item.eat("USING") {
        using = Some(item.text());
        item.skip_all();
    }
    Ok(SchemaChange::ChangeType(ChangeType { table, column, column_type, collation, using }))
}
