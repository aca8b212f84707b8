//! What is compared: a line for each table, column, key, index and check.

use std::collections::BTreeMap;

/// Lines by what they are about: `orders column total` is `…`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Facts(pub(super) BTreeMap<(String, String), String>);

/// All in the test's own spelling; what does not apply is empty.
pub(super) struct Column {
    pub(super) place: String,
    pub(super) own_type: String,
    pub(super) is_nullable: bool,
    pub(super) default: String,
    pub(super) generated: String,
    pub(super) identity: &'static str,
    pub(super) charset: String,
    pub(super) collation: String,
    pub(super) comment: String,
}

pub(super) struct Index {
    /// `unique btree`
    pub(super) kind: String,
    pub(super) parts: Vec<String>,
    pub(super) included: Vec<String>,
    pub(super) condition: String,
    pub(super) is_constraint: bool,
}

pub(super) struct ForeignKey {
    pub(super) columns: Vec<String>,
    pub(super) to_table: String,
    pub(super) to_columns: Vec<String>,
    pub(super) on_delete: &'static str,
    pub(super) on_update: &'static str,
    pub(super) is_valid: bool,
}

impl Facts {
    fn put(&mut self, table: &str, about: &str, parts: &[String]) {
        let parts: Vec<&str> = parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        let before = self.0.insert((table.to_owned(), about.to_owned()), parts.join(", "));
        assert_eq!(before, None, "{table} has two of {about}");
    }

    pub(super) fn table(&mut self, table: &str, options: &str) {
        self.put(table, "table", &[options.to_owned()]);
    }

    pub(super) fn column(&mut self, table: &str, name: &str, column: &Column) {
        let labelled =
            |label: &str, value: &str| if value.is_empty() { String::new() } else { format!("{label} {value}") };
        let line = [
            format!("at {}", column.place),
            column.own_type.clone(),
            if column.is_nullable { "null" } else { "not null" }.to_owned(),
            labelled("default", &column.default),
            labelled("generated", &column.generated),
            labelled("identity", column.identity),
            labelled("charset", &column.charset),
            labelled("collation", &column.collation),
            labelled("comment", &column.comment),
        ];
        self.put(table, &format!("column {name}"), &line);
    }

    pub(super) fn primary_key(&mut self, table: &str, name: &str, columns: &[String]) {
        self.put(table, "primary key", &[name.to_owned(), format!("({})", columns.join(", "))]);
    }

    pub(super) fn index(&mut self, table: &str, name: &str, index: &Index) {
        let included =
            if index.included.is_empty() { String::new() } else { format!("include ({})", index.included.join(", ")) };
        let condition = if index.condition.is_empty() { String::new() } else { format!("where {}", index.condition) };
        let constraint = if index.is_constraint { "constraint" } else { "" }.to_owned();
        let line = [index.kind.clone(), format!("({})", index.parts.join(", ")), included, condition, constraint];
        self.put(table, &format!("index {name}"), &line);
    }

    pub(super) fn foreign_key(&mut self, table: &str, name: &str, key: &ForeignKey) {
        let line = [
            format!("({}) to {} ({})", key.columns.join(", "), key.to_table, key.to_columns.join(", ")),
            format!("on delete {}", key.on_delete),
            format!("on update {}", key.on_update),
            if key.is_valid { "" } else { "not valid" }.to_owned(),
        ];
        self.put(table, &format!("foreign key {name}"), &line);
    }

    pub(super) fn check(&mut self, table: &str, name: &str, condition: &str, is_valid: bool) {
        let validity = if is_valid { "" } else { "not valid" };
        self.put(table, &format!("check {name}"), &[condition.to_owned(), validity.to_owned()]);
    }

    /// A line for each, but for the places of columns.
    pub(super) fn lines(&self) -> Vec<String> {
        let placeless = |line: &str| match line.strip_prefix("at ").and_then(|rest| rest.split_once(", ")) {
            Some((_, rest)) => rest.to_owned(),
            None => line.to_owned(),
        };
        self.0.iter().map(|((table, what), line)| format!("{table}: {what}: {}", placeless(line))).collect()
    }

    /// Where the two differ, for people. Of a table in `partial`, what only the server has is not compared.
    pub(super) fn differences(&self, replayed: &Self, partial: &[String]) -> Vec<String> {
        let is_partial = |table: &String| partial.contains(table);
        let mut differences = Vec::new();
        for (about @ (table, what), line) in &self.0 {
            match replayed.0.get(about) {
                Some(ours) if ours == line => {}
                Some(ours) => differences.push(format!("{table}: {what}: the server has {line}; phasewise {ours}")),
                None if is_partial(table) => {}
                None => differences.push(format!("{table}: {what}: the server has {line}; phasewise nothing")),
            }
        }
        for (about @ (table, what), line) in &replayed.0 {
            if !self.0.contains_key(about) {
                differences.push(format!("{table}: {what}: the server has nothing; phasewise {line}"));
            }
        }
        differences
    }
}
