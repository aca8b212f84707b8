//! Functions and procedures: their language, and whether only triggers run them.

use crate::change::{Definition, Routine};
use crate::engine::Engine;
use crate::sql::cursor::Cursor;

/// Reads on behind the routine's name.
pub(super) fn definition(cursor: &mut Cursor<'_>) -> Definition {
    if cursor.engine != Engine::Postgresql {
        return Definition::Routine(Routine { language: Some("sql".to_owned()), is_for_triggers: false });
    }
    let mut routine = Routine { language: None, is_for_triggers: false };
    // Clauses stand in any order, and none of their values is told by these words.
    while !cursor.is_end() {
        if cursor.eat("LANGUAGE") {
            routine.language = cursor.name_or_string().ok().map(|name| name.to_ascii_lowercase());
        } else if cursor.eat("RETURNS") {
            routine.is_for_triggers |= cursor.is("TRIGGER");
        } else if !cursor.skip_parens() {
            cursor.advance();
        }
    }
    Definition::Routine(routine)
}
