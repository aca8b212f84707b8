//! Types that a schema makes: enums, composite types, domains.

use super::names;
use crate::change::{Attribute, Default, Definition, Domain, DomainCheck, ObjectAction, ValuePlace};
use crate::sql::cursor::{Cursor, Read};
use crate::sql::default;
use crate::sql::types::column_type;

/// Reads on behind the type's name; `Unsaid` for ranges, base types, and what is not understood.
pub(super) fn definition(cursor: &mut Cursor<'_>) -> Definition {
    let read = if cursor.eat("AS ENUM") {
        members(cursor).map(Definition::Enum)
    } else if cursor.is("AS") && cursor.is_symbol_ahead(1, "(") {
        cursor.advance();
        attributes(cursor).map(Definition::Composite)
    } else {
        return Definition::Unsaid;
    };
    read.unwrap_or(Definition::Unsaid)
}

fn members(cursor: &mut Cursor<'_>) -> Read<Vec<String>> {
    let mut inside = cursor.parens()?;
    let mut members = Vec::new();
    while let Some(mut item) = inside.item() {
        members.push(item.string()?);
    }
    Ok(members)
}

fn attributes(cursor: &mut Cursor<'_>) -> Read<Vec<Attribute>> {
    let mut inside = cursor.parens()?;
    let mut attributes = Vec::new();
    while let Some(mut item) = inside.item() {
        attributes.push(attribute(&mut item)?);
    }
    Ok(attributes)
}

fn attribute(cursor: &mut Cursor<'_>) -> Read<Attribute> {
    Ok(Attribute { name: cursor.name()?, column_type: column_type(cursor)? })
}

/// Reads on behind the domain's name.
pub(super) fn domain(cursor: &mut Cursor<'_>) -> Definition {
    cursor.eat("AS");
    read_domain(cursor).map_or(Definition::Unsaid, Definition::Domain)
}

fn read_domain(cursor: &mut Cursor<'_>) -> Read<Domain> {
    let base = column_type(cursor)?;
    let mut domain = Domain { base, is_nullable: true, default: Default::None, checks: Vec::new() };
    while !cursor.is_end() {
        if cursor.eat("DEFAULT") {
            domain.default = default::default(cursor)?;
        } else if cursor.eat("COLLATE") {
            cursor.table_name()?;
        } else if cursor.eat("NOT NULL") {
            domain.is_nullable = false;
        } else if cursor.eat("NULL") {
            domain.is_nullable = true;
        } else {
            domain.checks.push(check(cursor)?);
        }
    }
    Ok(domain)
}

fn check(cursor: &mut Cursor<'_>) -> Read<DomainCheck> {
    let name = if cursor.eat("CONSTRAINT") { Some(cursor.name()?) } else { None };
    cursor.expect("CHECK")?;
    let condition = cursor.parens()?.text();
    Ok(DomainCheck { name, condition, is_not_valid: cursor.eat("NOT VALID") })
}

/// What ALTER TYPE says, behind the name.
pub(super) fn type_actions(cursor: &mut Cursor<'_>) -> Vec<ObjectAction> {
    let mut actions = Vec::new();
    while let Some(mut item) = cursor.item() {
        let words = names::words(&item);
        actions.push(type_action(&mut item).unwrap_or(ObjectAction::Other(words)));
    }
    actions
}

fn type_action(item: &mut Cursor<'_>) -> Read<ObjectAction> {
    Ok(if item.eat("ADD VALUE") {
        let if_not_exists = item.eat("IF NOT EXISTS");
        let value = item.string()?;
        let place = match item.eat_any(&["BEFORE", "AFTER"]) {
            Some("BEFORE") => Some(ValuePlace::Before(item.string()?)),
            Some(_) => Some(ValuePlace::After(item.string()?)),
            None => None,
        };
        ObjectAction::AddValue { value, if_not_exists, place }
    } else if item.eat("RENAME VALUE") {
        let value = item.string()?;
        item.expect("TO")?;
        ObjectAction::RenameValue { value, to: item.string()? }
    } else if item.eat("ADD ATTRIBUTE") {
        let attribute = attribute(item)?;
        ObjectAction::AddAttribute { attribute, cascade: cascades(item) }
    } else if item.eat("DROP ATTRIBUTE") {
        item.eat("IF EXISTS");
        ObjectAction::DropAttribute { name: item.name()?, cascade: cascades(item) }
    } else if item.eat("ALTER ATTRIBUTE") {
        let name = item.name()?;
        item.eat("SET DATA");
        item.expect("TYPE")?;
        ObjectAction::ChangeAttribute { name, column_type: column_type(item)?, cascade: cascades(item) }
    } else if item.eat("RENAME ATTRIBUTE") {
        let name = item.name()?;
        item.expect("TO")?;
        ObjectAction::RenameAttribute { name, to: item.name()?, cascade: cascades(item) }
    } else {
        return Err(item.unread("an action on a type"));
    })
}

fn cascades(item: &mut Cursor<'_>) -> bool {
    item.part_until_any(&["CASCADE"]);
    item.eat("CASCADE")
}

/// What ALTER DOMAIN says, behind the name.
pub(super) fn domain_action(cursor: &mut Cursor<'_>) -> ObjectAction {
    let words = names::words(cursor);
    read_domain_action(cursor).unwrap_or(ObjectAction::Other(words))
}

fn read_domain_action(cursor: &mut Cursor<'_>) -> Read<ObjectAction> {
    Ok(if cursor.eat("SET NOT NULL") {
        ObjectAction::SetNotNull
    } else if cursor.eat("DROP NOT NULL") {
        ObjectAction::DropNotNull
    } else if cursor.eat("SET DEFAULT") {
        ObjectAction::SetDefault(default::classify(cursor))
    } else if cursor.eat("DROP DEFAULT") {
        ObjectAction::DropDefault
    } else if cursor.is("ADD") {
        cursor.advance();
        ObjectAction::AddCheck(check(cursor)?)
    } else if cursor.eat("DROP CONSTRAINT") {
        let if_exists = cursor.eat("IF EXISTS");
        ObjectAction::DropConstraint { name: cursor.name()?, if_exists, cascade: cascades(cursor) }
    } else if cursor.eat("VALIDATE CONSTRAINT") {
        ObjectAction::ValidateConstraint { name: cursor.name()? }
    } else if cursor.eat("RENAME CONSTRAINT") {
        let name = cursor.name()?;
        cursor.expect("TO")?;
        ObjectAction::RenameConstraint { name, to: cursor.name()? }
    } else {
        return Err(cursor.unread("an action on a domain"));
    })
}
