//! Statements about everything beside tables and indexes: a file for each kind of thing.
//!
//! What none of them knows becomes `Opaque`, never nothing: it may have done anything.

mod alter;
mod comment;
mod create;
mod load;
mod names;
mod privileges;
mod rest;
mod routine;
mod sequence;
mod trigger;
mod type_;
mod upkeep;
mod view;

use super::cursor::{Cursor, Read};
use super::reading::Reading;
use crate::change::{DropObject, ObjectKind, SchemaChange, Touches};

/// Reads the statement, as several changes where it names several things.
pub(super) fn read(cursor: &mut Cursor<'_>, reading: &mut Reading) -> Read<()> {
    let is_read = load::read(cursor, reading).is_some()
        || privileges::read(cursor, reading)
        || comment::read(cursor, reading)
        || upkeep::read(cursor, reading)?
        || trigger::switch(cursor, reading)?
        || read_object(cursor, reading);
    if !is_read {
        rest::read(cursor, reading);
    }
    cursor.skip_all();
    Ok(())
}

/// CREATE, ALTER or DROP of something that is neither table nor index.
fn read_object(cursor: &mut Cursor<'_>, reading: &mut Reading) -> bool {
    let Some(verb) = ["CREATE", "ALTER", "DROP"].into_iter().find(|verb| cursor.is(verb)) else { return false };
    let mut ahead = cursor.clone();
    ahead.advance();
    let Some((kind, modifiers)) = names::kind(&mut ahead) else { return false };
    let range = cursor.range();
    match verb {
        "CREATE" => create::read(&mut ahead, kind, &modifiers, range, reading),
        "ALTER" => alter::read(&mut ahead, kind, range, reading),
        _ => read_drop(&mut ahead, kind, reading),
    }
    *cursor = ahead;
    true
}

/// Each of the objects that are dropped.
fn read_drop(cursor: &mut Cursor<'_>, kind: ObjectKind, reading: &mut Reading) {
    let whole = cursor.range();
    let if_exists = cursor.eat("IF EXISTS");
    let mut list = cursor.part_until_any(&["CASCADE", "RESTRICT"]);
    let cascade = cursor.is("CASCADE");
    let before = reading.found.len();
    while let Some(mut item) = list.item() {
        let range = item.range();
        let object = names::object(&mut item, kind);
        reading.push(range, SchemaChange::DropObject(DropObject { object, if_exists, cascade }));
    }
    if reading.found.len() == before {
        reading.opaque(whole, "DROP", Touches::Anything, "it names nothing");
    }
}
