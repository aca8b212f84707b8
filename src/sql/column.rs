//! Column definitions: a name, a type, and attributes in whatever order the engine lets them stand.

use super::constraint::{self, foreign_key_target};
use super::cursor::{Cursor, Read};
use super::default::default;
use super::types::column_type;
use crate::change::{Column, ColumnCheck, ColumnType, Generated, Identity, Place};
use crate::engine::Engine;

/// A column definition that is being read.
struct Definition {
    column: Column,
    /// The name of the constraint that comes next.
    constraint: Option<String>,
}

/// Reads a column definition to its end. What is left in the cursor then is no attribute known here.
pub(super) fn definition(cursor: &mut Cursor<'_>) -> Read<Column> {
    let name = cursor.name()?;
    let is_national = cursor.is_any(&["NATIONAL", "NCHAR", "NVARCHAR"]) && cursor.engine.is_mysql_family();
    let column_type = if has_type(cursor) { column_type(cursor)? } else { ColumnType::default() };
    let mut column = Column::new(name, column_type);
    column.charset = Some("utf8mb3".to_owned()).filter(|_| is_national);
    fill_from_serial(&mut column, cursor.engine);
    let mut definition = Definition { column, constraint: None };
    while definition.read_attribute(cursor)? {}
    if definition.column.is_primary_key || definition.column.identity.is_some() {
        definition.column.is_nullable = false;
    }
    // One key serves: MySQL's `serial PRIMARY KEY` is no unique key beside the primary one.
    if cursor.engine.is_mysql_family() && definition.column.is_primary_key {
        definition.column.is_unique = false;
    }
    Ok(definition.column)
}

/// SQLite's columns need no type, and SQL Server's computed ones have none.
fn has_type(cursor: &Cursor<'_>) -> bool {
    let attributes =
        ["AS", "NOT NULL", "NULL", "PRIMARY KEY", "UNIQUE", "DEFAULT", "CHECK", "REFERENCES", "COLLATE", "GENERATED"];
    let may_lack_one = matches!(cursor.engine, Engine::Sqlite | Engine::Sqlserver);
    !(may_lack_one && (cursor.is_end() || cursor.is_any(&attributes)))
}

/// Whether the word ends a type of SQLite, which may have several.
pub(super) fn begins_attribute(word: &str) -> bool {
    let words = [
        "CONSTRAINT",
        "PRIMARY",
        "NOT",
        "NULL",
        "UNIQUE",
        "CHECK",
        "DEFAULT",
        "COLLATE",
        "REFERENCES",
        "FOREIGN",
        "GENERATED",
        "AS",
        "AUTOINCREMENT",
    ];
    words.contains(&word)
}

/// A serial type says more than its name: PostgreSQL keeps the name, MySQL's is short for a whole definition.
fn fill_from_serial(column: &mut Column, engine: Engine) {
    match (engine, column.column_type.name.as_str()) {
        (Engine::Postgresql, "serial" | "bigserial" | "smallserial") => column.identity = Some(Identity::Serial),
        (Engine::Mysql | Engine::Mariadb, "serial") => {
            column.column_type = ColumnType { is_unsigned: true, ..ColumnType::named("bigint") };
            column.identity = Some(Identity::AutoIncrement);
            column.is_unique = true;
        }
        _ => {}
    }
}

impl Definition {
    /// Reads one attribute, if there is one that is known here.
    fn read_attribute(&mut self, cursor: &mut Cursor<'_>) -> Read<bool> {
        if constraint::begins_without_comma(cursor) {
            return Ok(false);
        }
        Ok(self.read_nullability(cursor)?
            || self.read_value(cursor)?
            || self.read_key(cursor)?
            || self.read_text_attribute(cursor)?
            || self.read_place(cursor)?
            || eat_unneeded(cursor))
    }

    fn read_nullability(&mut self, cursor: &mut Cursor<'_>) -> Read<bool> {
        if cursor.eat("CONSTRAINT") {
            self.constraint = Some(cursor.name()?);
        } else if cursor.eat("NOT NULL") {
            self.column.is_nullable = false;
            self.constraint = None;
            cursor.eat("NO INHERIT");
        } else if cursor.eat("NULL") {
            self.column.is_nullable = true;
            self.constraint = None;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    /// What a row gets that does not set the column.
    fn read_value(&mut self, cursor: &mut Cursor<'_>) -> Read<bool> {
        if cursor.eat("SERIAL DEFAULT VALUE") {
            self.column.identity = Some(Identity::AutoIncrement);
            self.column.is_nullable = false;
            self.column.is_unique = true;
        } else if cursor.eat("DEFAULT") {
            self.column.default = default(cursor)?;
            self.constraint = None;
            cursor.eat("WITH VALUES");
        } else if cursor.eat_any(&["AUTO_INCREMENT", "AUTOINCREMENT"]).is_some() {
            self.column.identity = Some(Identity::AutoIncrement);
        } else if cursor.eat("IDENTITY") {
            cursor.skip_parens();
            cursor.eat("NOT FOR REPLICATION");
            self.column.identity = Some(Identity::AutoIncrement);
        } else if cursor.eat("ON UPDATE") {
            // CURRENT_TIMESTAMP or one of its synonyms, with or without a precision.
            cursor.name()?;
            cursor.skip_parens();
            self.column.updates_itself = true;
        } else if let Some(generation) = cursor.eat_any(&["GENERATED ALWAYS AS", "GENERATED BY DEFAULT AS", "AS"]) {
            self.read_generation(cursor, generation)?;
        } else if cursor.eat_any(&["STORED", "PERSISTENT", "PERSISTED"]).is_some() {
            self.set_stored(true);
        } else if cursor.eat("VIRTUAL") {
            self.set_stored(false);
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn read_generation(&mut self, cursor: &mut Cursor<'_>, generation: &str) -> Read<()> {
        if cursor.eat("IDENTITY") {
            cursor.skip_parens();
            self.column.identity =
                Some(if generation == "GENERATED ALWAYS AS" { Identity::Always } else { Identity::ByDefault });
        } else if let Some(row) = cursor.eat_any(VERSIONS) {
            cursor.eat("HIDDEN");
            self.column.generated = Some(Generated { expression: row.to_owned(), is_stored: true });
        } else if cursor.engine == Engine::Sqlserver {
            let expression = computed(cursor)?;
            self.column.generated = Some(Generated { expression, is_stored: false });
        } else {
            let expression = cursor.parens()?.text();
            // PostgreSQL stored every generated column until 18, which made VIRTUAL what it takes when nothing is said.
            self.column.generated = Some(Generated { expression, is_stored: false });
        }
        Ok(())
    }

    fn set_stored(&mut self, is_stored: bool) {
        if let Some(generated) = &mut self.column.generated {
            generated.is_stored = is_stored;
        }
    }

    fn read_key(&mut self, cursor: &mut Cursor<'_>) -> Read<bool> {
        if cursor.eat_any(&["PRIMARY KEY", "PRIMARY"]).is_some() || cursor.engine.is_mysql_family() && cursor.eat("KEY")
        {
            self.column.is_primary_key = true;
            self.column.primary_key_name = self.constraint.take();
            cursor.eat_any(&["ASC", "DESC"]);
            constraint::read_suffix(cursor);
        } else if cursor.eat("UNIQUE") {
            self.column.is_unique = true;
            self.column.unique_name = self.constraint.take();
            cursor.eat("KEY");
            constraint::read_suffix(cursor);
        } else if cursor.eat("CHECK") {
            cursor.eat("NOT FOR REPLICATION");
            let (name, condition) = (self.constraint.take(), cursor.parens()?.text());
            let is_not_valid = constraint::read_suffix(cursor).is_some_and(|suffix| suffix.is_not_valid);
            self.column.checks.push(ColumnCheck { name, condition, is_not_valid });
        } else if cursor.is_any(&["REFERENCES", "FOREIGN KEY REFERENCES"]) {
            cursor.eat("FOREIGN KEY");
            let name = self.constraint.take();
            let mut foreign_key = foreign_key_target(cursor, name)?;
            foreign_key.columns.push(self.column.name.clone());
            self.column.references = Some(foreign_key);
            constraint::read_suffix(cursor);
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn read_text_attribute(&mut self, cursor: &mut Cursor<'_>) -> Read<bool> {
        if cursor.eat("COLLATE") {
            cursor.eat_symbol("=");
            let collation = cursor.string().or_else(|_| cursor.table_name().map(|name| name.name))?;
            self.column.collation = Some(collation);
        } else if cursor.eat("COMMENT") {
            cursor.eat_symbol("=");
            self.column.comment = Some(cursor.string()?);
        } else if cursor.eat_any(&["CHARACTER SET", "CHAR SET", "CHARSET"]).is_some() {
            cursor.eat_symbol("=");
            self.column.charset = Some(cursor.name_or_string()?.to_ascii_lowercase());
        } else if !cursor.engine.is_mysql_family() {
            return Ok(false);
        } else if cursor.eat("ASCII") {
            self.column.charset = Some("latin1".to_owned());
        } else if cursor.eat("UNICODE") {
            self.column.charset = Some("ucs2".to_owned());
        } else if cursor.eat_any(&["UNSIGNED", "ZEROFILL"]).is_some() {
            self.column.column_type.is_unsigned = true;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn read_place(&mut self, cursor: &mut Cursor<'_>) -> Read<bool> {
        if !cursor.engine.is_mysql_family() {
            return Ok(false);
        }
        if cursor.eat("FIRST") {
            self.column.place = Some(Place::First);
        } else if cursor.eat("AFTER") {
            self.column.place = Some(Place::After(cursor.name()?));
        } else {
            return Ok(false);
        }
        Ok(true)
    }
}

/// What the server writes into the columns of a table that keeps its history.
const VERSIONS: &[&str] = &[
    "ROW START",
    "ROW END",
    "TRANSACTION_ID START",
    "TRANSACTION_ID END",
    "SEQUENCE_NUMBER START",
    "SEQUENCE_NUMBER END",
];

/// SQL Server's computed columns need no brackets: the expression ends where an attribute begins. NOT NULL is none that may
/// follow it at once, and may be part of it.
fn computed(cursor: &mut Cursor<'_>) -> Read<String> {
    let ends = ["PERSISTED", "CONSTRAINT", "PRIMARY KEY", "UNIQUE", "CHECK", "REFERENCES", "FOREIGN KEY"];
    let whole = cursor.part_until_any(&ends);
    if whole.is_end() {
        return Err(whole.unread("an expression"));
    }
    let mut rest = whole.clone();
    let inside = rest.parens().ok().filter(|_| rest.is_end());
    Ok(inside.unwrap_or(whole).text())
}

/// Attributes that no rule, replay or engine fact asks for.
fn eat_unneeded(cursor: &mut Cursor<'_>) -> bool {
    let flags = [
        "VISIBLE",
        "INVISIBLE",
        "SIGNED",
        "BINARY",
        "BYTE",
        "SPARSE",
        "ROWGUIDCOL",
        "HIDDEN",
        "FILESTREAM",
        "COLUMN_SET FOR ALL_SPARSE_COLUMNS",
        "NOT SECONDARY",
        "WITH SYSTEM VERSIONING",
        "WITHOUT SYSTEM VERSIONING",
    ];
    let with_value = [
        "COLUMN_FORMAT",
        "STORAGE",
        "COMPRESSION",
        "SRID",
        "REF_SYSTEM_ID",
        "ENGINE_ATTRIBUTE",
        "SECONDARY_ENGINE_ATTRIBUTE",
        "ENCRYPTED",
        "ENCRYPTION_KEY_ID",
    ];
    if cursor.eat("ENCRYPTED WITH") {
        return cursor.skip_parens();
    }
    if cursor.eat_any(&flags).is_some() || constraint::read_suffix(cursor).is_some() {
        return true;
    }
    if cursor.eat_any(&with_value).is_some() {
        cursor.eat_symbol("=");
        cursor.advance();
        return true;
    }
    if cursor.eat("COMPRESSED") {
        // MariaDB lets it name its method.
        if cursor.eat_symbol("=") {
            cursor.advance();
        }
        return true;
    }
    if cursor.engine == Engine::Mariadb && cursor.is_symbol_ahead(1, "=") {
        // An option that a storage engine defines.
        cursor.take_part(3);
        return true;
    }
    cursor.eat_any(&["OPTIONS", "MASKED WITH"]).is_some() && cursor.skip_parens()
}
