//! Settings of a session that change how its SQL is read: what double quotes hold, and whether a backslash escapes.
//!
//! MySQL's `sql_mode`, PostgreSQL's `standard_conforming_strings`, SQL Server's `QUOTED_IDENTIFIER`.

use std::collections::BTreeMap;

use crate::change::SetVariable;
use crate::engine::Engine;

/// How a text is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Quoting {
    pub engine: Engine,
    /// Whether a backslash escapes in plain quotes.
    pub has_backslashes: bool,
    /// Whether double quotes hold a name; else they hold a string.
    pub double_quotes_name: bool,
}

/// The settings that are in force, and what is needed to tell those that a statement takes from others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Modes {
    pub quoting: Quoting,
    /// What sets a mode of which nobody knows what it says, until that has been told.
    pub unknown: Option<&'static str>,
    opened: Quoting,
    /// Variables that keep a mode: `@old_sql_mode`.
    kept: BTreeMap<String, Option<Quoting>>,
}

impl Quoting {
    /// As the engine reads before anything was set.
    pub(super) fn of(engine: Engine) -> Self {
        let is_mysql = engine.is_mysql_family();
        Self { engine, has_backslashes: is_mysql, double_quotes_name: !is_mysql }
    }

    /// The mode that a list of words stands for.
    fn of_sql_mode(self, words: &str) -> Self {
        let has = |wanted: &[&str]| {
            words.split(',').any(|word| wanted.iter().any(|wanted| word.trim().eq_ignore_ascii_case(wanted)))
        };
        let names = ["ANSI_QUOTES", "ANSI", "ORACLE", "MSSQL", "DB2", "MAXDB", "POSTGRESQL"];
        Self { has_backslashes: !has(&["NO_BACKSLASH_ESCAPES"]), double_quotes_name: has(&names), ..self }
    }

    /// The mode of that number: MySQL's `MODE_ANSI_QUOTES` and `MODE_NO_BACKSLASH_ESCAPES`.
    fn of_sql_mode_bits(self, bits: u64) -> Self {
        Self { has_backslashes: bits & (1 << 20) == 0, double_quotes_name: bits & 4 != 0, ..self }
    }
}

impl Modes {
    pub(super) fn new(engine: Engine) -> Self {
        let quoting = Quoting::of(engine);
        Self { quoting, unknown: None, opened: quoting, kept: BTreeMap::new() }
    }

    /// With the `sql_mode` that the connection is opened with.
    pub(super) fn opened_in(mut self, sql_mode: &str) -> Self {
        if self.quoting.engine.is_mysql_family() {
            self.opened = self.quoting.of_sql_mode(sql_mode);
            self.quoting = self.opened;
        }
        self
    }

    /// Takes note of what a statement sets.
    pub(super) fn follow(&mut self, set: &SetVariable) {
        match (self.quoting.engine, set.name.as_str()) {
            (Engine::Mysql | Engine::Mariadb, "sql_mode") => match self.sql_mode(&set.value) {
                Some(quoting) => (self.quoting, self.unknown) = (quoting, None),
                None => self.unknown = Some("sql_mode"),
            },
            (Engine::Mysql | Engine::Mariadb, name) if name.starts_with('@') => {
                let mode = if set.value.starts_with("@@") { self.sql_mode(&set.value) } else { None };
                self.kept.insert(name.to_owned(), mode);
            }
            (Engine::Postgresql, "standard_conforming_strings") => {
                self.quoting.has_backslashes =
                    ["off", "false", "0", "no"].iter().any(|off| set.value.eq_ignore_ascii_case(off));
            }
            (Engine::Sqlserver, "quoted_identifier") => {
                self.quoting.double_quotes_name = !set.value.eq_ignore_ascii_case("off");
            }
            _ => {}
        }
    }

    /// The mode that a value stands for: a list of words, a number, a variable, or one of these with words added or taken away.
    fn sql_mode(&self, value: &str) -> Option<Quoting> {
        let value = value.trim();
        let upper = value.to_ascii_uppercase();
        if upper.is_empty() || value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_, ".contains(&byte)) {
            return Some(match value.parse() {
                Ok(bits) => self.opened.of_sql_mode_bits(bits),
                Err(_) if upper == "DEFAULT" => self.opened,
                Err(_) => self.opened.of_sql_mode(value),
            });
        }
        if let Some(variable) = value.strip_prefix('@') {
            return match variable.strip_prefix('@') {
                Some(system) if system.to_ascii_lowercase().ends_with("sql_mode") => Some(self.quoting),
                Some(_) => None,
                None => self.kept.get(&value.to_ascii_lowercase()).copied().flatten(),
            };
        }
        self.computed(value, &upper)
    }

    /// `CONCAT(@@sql_mode, ',ANSI_QUOTES')`, `REPLACE(@@sql_mode, 'ONLY_FULL_GROUP_BY', '')`, also in brackets and behind SELECT.
    fn computed(&self, value: &str, upper: &str) -> Option<Quoting> {
        let mut words = value.split(['\'', '"']).skip(1).step_by(2);
        let calls = |function: &str| upper.matches(&format!("{function}(")).count();
        let base = if upper.contains("SQL_MODE") && !upper.contains(" FROM ") { self.quoting } else { return None };
        match (calls("CONCAT") + calls("CONCAT_WS"), calls("REPLACE")) {
            (1, 0) => {
                let added = base.of_sql_mode(&words.collect::<Vec<_>>().join(","));
                Some(Quoting {
                    has_backslashes: base.has_backslashes && added.has_backslashes,
                    double_quotes_name: base.double_quotes_name || added.double_quotes_name,
                    ..base
                })
            }
            (0, 1) => {
                let taken = base.of_sql_mode(words.next()?);
                let added = base.of_sql_mode(words.next()?);
                Some(Quoting {
                    has_backslashes: (base.has_backslashes || !taken.has_backslashes) && added.has_backslashes,
                    double_quotes_name: base.double_quotes_name && !taken.double_quotes_name
                        || added.double_quotes_name,
                    ..base
                })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(values: &[(&str, &str)]) -> String {
        let mut modes = Modes::new(Engine::Mysql);
        for (name, value) in values {
            modes.follow(&SetVariable { name: (*name).to_owned(), value: (*value).to_owned(), is_local: false });
        }
        match (modes.unknown, modes.quoting.double_quotes_name, modes.quoting.has_backslashes) {
            (Some(_), ..) => "unknown".to_owned(),
            (None, names, backslashes) => {
                let quotes = if names { "names" } else { "strings" };
                format!("{quotes}, {}", if backslashes { "backslashes" } else { "no backslashes" })
            }
        }
    }

    #[test]
    fn a_sql_mode_is_told_from_words_numbers_and_other_modes() {
        let mode = |value: &str| check(&[("sql_mode", value)]);
        assert_eq!(mode(""), "strings, backslashes");
        assert_eq!(mode("NO_AUTO_VALUE_ON_ZERO"), "strings, backslashes");
        assert_eq!(mode("ansi"), "names, backslashes");
        assert_eq!(mode("STRICT_ALL_TABLES, NO_BACKSLASH_ESCAPES,ANSI_QUOTES"), "names, no backslashes");
        assert_eq!(mode("4"), "names, backslashes");
        assert_eq!(mode("CONCAT(@@sql_mode, ',ANSI_QUOTES')"), "names, backslashes");
        assert_eq!(mode("(SELECT REPLACE(@@sql_mode, 'ONLY_FULL_GROUP_BY', ''))"), "strings, backslashes");
        assert_eq!(mode("my_function(@@sql_mode)"), "unknown");
        assert_eq!(mode("@never_set"), "unknown");
    }

    #[test]
    fn a_mode_that_was_kept_comes_back() {
        let dump = [("@old_sql_mode", "@@SQL_MODE"), ("sql_mode", "ANSI_QUOTES"), ("sql_mode", "@OLD_SQL_MODE")];
        assert_eq!(check(dump.get(..2).unwrap_or_default()), "names, backslashes");
        assert_eq!(check(&dump), "strings, backslashes");
        assert_eq!(
            check(&[("sql_mode", "ANSI"), ("sql_mode", "REPLACE(@@sql_mode,'ANSI','')")]),
            "strings, backslashes"
        );
    }
}
