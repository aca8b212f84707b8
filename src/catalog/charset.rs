//! Character sets: what a column has, whoever says so.

use super::table::Table;
use crate::change::{ChangeTableOptions, TableOptions};
use crate::engine::Engine;

/// A column's character set and collation, as far as column and table say; neither where the database's own hold, which no
/// migration tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Charset<'t> {
    pub name: Option<&'t str>,
    pub collation: Option<&'t str>,
}

impl Charset<'_> {
    /// The bytes that one character takes at most; `None` where the character set is not known.
    pub fn bytes(self) -> Option<u8> {
        // A collation's name begins with its character set's (`utf8mb4_0900_ai_ci`).
        let of_collation = self.collation.and_then(|collation| collation.split('_').next());
        match self.name.or(of_collation)? {
            "utf8mb4" | "utf16" | "utf16le" | "utf32" | "gb18030" => Some(4),
            "utf8" | "utf8mb3" | "ujis" | "eucjpms" => Some(3),
            "ucs2" | "big5" | "gbk" | "gb2312" | "euckr" | "sjis" | "cp932" => Some(2),
            "latin1" | "latin2" | "latin5" | "latin7" | "ascii" | "binary" | "armscii8" | "cp850" | "cp852"
            | "cp866" | "cp1250" | "cp1251" | "cp1256" | "cp1257" | "dec8" | "geostd8" | "greek" | "hebrew" | "hp8"
            | "keybcs2" | "koi8r" | "koi8u" | "macce" | "macroman" | "swe7" | "tis620" => Some(1),
            _ => None,
        }
    }
}

impl Table {
    /// The character set of a column of the MySQL family: its own, or its table's.
    pub fn charset_of(&self, column: &str, engine: Engine) -> Charset<'_> {
        let Some(column) = self.column(column, engine) else { return Charset::default() };
        let own = &column.definition;
        let (name, collation) = match (&own.charset, &own.collation) {
            (None, None) if column.has_database_charset => (&None, &None),
            (None, None) => (&self.options.charset, &self.options.collation),
            own => own,
        };
        Charset { name: name.as_deref(), collation: collation.as_deref() }
    }

    pub(super) fn change_options(&mut self, change: &ChangeTableOptions) {
        let new = &change.options;
        if new.charset.is_some() || new.collation.is_some() {
            if change.converts_columns {
                self.convert_columns(new);
            } else {
                self.keep_charsets();
            }
            // A character set brings its own collation along, and a collation its character set.
            self.options.charset.clone_from(&new.charset);
            self.options.collation.clone_from(&new.collation);
        }
        let old = &mut self.options;
        for (old, new) in
            [(&mut old.engine, &new.engine), (&mut old.row_format, &new.row_format), (&mut old.comment, &new.comment)]
        {
            if new.is_some() {
                old.clone_from(new);
            }
        }
    }

    /// The table's default changes for new columns only: those that stand keep what they took from it.
    fn keep_charsets(&mut self) {
        let TableOptions { charset, collation, .. } = &self.options;
        for column in &mut self.columns {
            let definition = &column.definition;
            let says_nothing = definition.charset.is_none() && definition.collation.is_none();
            if says_nothing && definition.column_type.name != "json" && !column.has_database_charset {
                column.definition.charset.clone_from(charset);
                column.definition.collation.clone_from(collation);
                column.has_database_charset |= charset.is_none() && collation.is_none();
            }
        }
    }

    /// Every column takes what the table gets; a text that could overflow becomes the next larger one.
    fn convert_columns(&mut self, new: &TableOptions) {
        let after = Charset { name: new.charset.as_deref(), collation: new.collation.as_deref() }.bytes();
        let names: Vec<String> = self.columns.iter().map(|column| column.definition.name.clone()).collect();
        for (at, name) in names.iter().enumerate() {
            let before = self.charset_of(name, Engine::Mysql).bytes();
            let Some(column) = self.columns.get_mut(at) else { continue };
            if let (Some(before), Some(after)) = (before, after)
                && after > before
                && let Some(larger) = larger_text(&column.definition.column_type.name)
            {
                larger.clone_into(&mut column.definition.column_type.name);
            }
            // JSON has a character set of its own until it is converted.
            let is_json = column.definition.column_type.name == "json";
            column.definition.charset = new.charset.clone().filter(|_| is_json);
            column.definition.collation = new.collation.clone().filter(|_| is_json);
            column.has_database_charset = false;
        }
    }
}

/// Source: MySQL manual, "ALTER TABLE Statement", "Changing the Character Set"; MariaDB does the same.
fn larger_text(name: &str) -> Option<&'static str> {
    match name {
        "tinytext" => Some("text"),
        "text" => Some("mediumtext"),
        "mediumtext" => Some("longtext"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Charset;

    #[test]
    fn a_character_takes_what_its_character_set_says() {
        let bytes = |name, collation| Charset { name, collation }.bytes();
        assert_eq!(bytes(Some("latin1"), None), Some(1));
        assert_eq!(bytes(None, Some("utf8mb4_0900_ai_ci")), Some(4));
        assert_eq!(bytes(None, None), None);
    }
}
