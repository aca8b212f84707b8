//! The replayed catalog, as the facts that the server's own is compared with.

use phasewise::catalog::{Catalog, Table};
use phasewise::change::{self, Default, Identity, IndexKind, IndexPart, ReferentialAction, TableName};

use super::expression::normalised;
use super::fact::{Column, Facts, ForeignKey, Index};
use super::{mariadb, postgres};
use crate::server::Engine;

/// What a new database of the test has.
const DATABASE_COLLATION: &str = "utf8mb4_general_ci";

/// MariaDB 10.11's default collations.
const COLLATIONS: [(&str, &str); 7] = [
    ("utf8mb4", "utf8mb4_general_ci"),
    ("utf8mb3", "utf8mb3_general_ci"),
    ("utf8", "utf8mb3_general_ci"),
    ("latin1", "latin1_swedish_ci"),
    ("ascii", "ascii_general_ci"),
    ("ucs2", "ucs2_general_ci"),
    ("binary", "binary"),
];

const TEXTS: [&str; 9] = ["json", "char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set"];

pub(super) fn facts(catalog: &Catalog, engine: Engine) -> Facts {
    let mut facts = Facts::default();
    for table in catalog.tables() {
        Reading { catalog, table, engine, name: name_of(&table.name) }.put(&mut facts);
    }
    facts
}

pub(super) fn name_of(name: &TableName) -> String {
    match &name.schema {
        Some(schema) if schema != "public" => format!("{schema}.{}", name.name),
        _ => name.name.clone(),
    }
}

struct Reading<'c> {
    catalog: &'c Catalog,
    table: &'c Table,
    engine: Engine,
    name: String,
}

impl Reading<'_> {
    fn put(&self, facts: &mut Facts) {
        let table = self.table;
        // Of a table that is known in part, options that it does not say are not known to be the defaults.
        if !table.is_partial || table.options != change::TableOptions::default() {
            facts.table(&self.name, &self.options());
        }
        for (at, column) in table.columns.iter().enumerate() {
            let fact = self.column(
                at + 1,
                &column.definition,
                table.charset_of(&column.definition.name, self.catalog.engine()),
            );
            facts.column(&self.name, &column.definition.name, &fact);
        }
        if !table.primary_key.is_empty() {
            let name = match self.engine {
                Engine::Postgres => table.primary_key_name.as_deref().unwrap_or("?"),
                Engine::MariaDb | Engine::MySql => "PRIMARY",
            };
            facts.primary_key(&self.name, name, &table.primary_key);
        }
        for index in &table.indexes {
            facts.index(&self.name, &index.name, &self.index(index));
        }
        for key in &table.foreign_keys {
            facts.foreign_key(&self.name, &key.name, &self.foreign_key(key));
        }
        for check in &table.checks {
            facts.check(&self.name, &check.name, &self.spelled(&check.condition), check.is_valid);
        }
        for column in table.columns.iter().map(|column| &column.definition) {
            let has_check = table.checks.iter().any(|check| check.name == column.name);
            if column.column_type.name == "json" && self.engine == Engine::MariaDb && !has_check {
                facts.check(&self.name, &column.name, &format!("json_valid {}", column.name.to_lowercase()), true);
            }
        }
    }

    fn spelled(&self, text: &str) -> String {
        normalised(text, self.engine)
    }

    fn options(&self) -> String {
        let options = &self.table.options;
        let collation = collation(options.charset.as_deref(), options.collation.as_deref())
            .unwrap_or(DATABASE_COLLATION.to_owned());
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        match self.engine {
            Engine::Postgres => String::new(),
            Engine::MariaDb | Engine::MySql => {
                let engine = options.engine.as_deref().unwrap_or("innodb");
                mariadb::table_options(engine, &text(&options.row_format), &collation, &text(&options.comment))
            }
        }
    }

    fn column(&self, place: usize, column: &change::Column, charset: phasewise::catalog::Charset<'_>) -> Column {
        let name = self.stored_type(column);
        let collation = match self.engine {
            Engine::Postgres => column.collation.clone().filter(|name| name != "default").unwrap_or_default(),
            Engine::MariaDb | Engine::MySql
                if column.column_type.name == "json" && column.collation.is_none() && column.charset.is_none() =>
            {
                "utf8mb4_bin".to_owned()
            }
            Engine::MariaDb if TEXTS.contains(&column.column_type.name.as_str()) => {
                collation(charset.name, charset.collation).unwrap_or(DATABASE_COLLATION.to_owned())
            }
            Engine::MariaDb | Engine::MySql => String::new(),
        };
        Column {
            place: place.to_string(),
            own_type: name,
            is_nullable: column.is_nullable,
            default: self.default(column),
            generated: column.generated.as_ref().map_or(String::new(), |generated| {
                let kind = if generated.is_stored { "stored" } else { "virtual" };
                format!("{} {kind}", self.spelled(&generated.expression))
            }),
            identity: match column.identity {
                Some(Identity::Always) => "always",
                Some(Identity::ByDefault) => "by default",
                Some(Identity::AutoIncrement) => "auto",
                Some(Identity::Serial) | None => "",
            },
            charset: match self.engine {
                Engine::Postgres => String::new(),
                Engine::MariaDb | Engine::MySql => collation.split('_').next().unwrap_or_default().to_owned(),
            },
            collation,
            comment: match self.engine {
                Engine::Postgres => String::new(),
                Engine::MariaDb | Engine::MySql => column.comment.clone().unwrap_or_default(),
            },
        }
    }

    fn stored_type(&self, column: &change::Column) -> String {
        let column_type = &column.column_type;
        match self.engine {
            Engine::MariaDb if column_type.name == "json" => "longtext".to_owned(),
            Engine::MariaDb | Engine::MySql => column_type.to_string(),
            Engine::Postgres => {
                let dimensions = if column_type.array_depth > 0 { "[]" } else { "" };
                let element = change::ColumnType { array_depth: 0, ..column_type.clone() };
                match column_type.name.as_str() {
                    "serial" | "bigserial" | "smallserial" => column_type.name.replace("serial", "int"),
                    _ => postgres::known_type(&element.to_string()) + dimensions,
                }
            }
        }
    }

    fn default(&self, column: &change::Column) -> String {
        let value = match &column.default {
            _ if column.identity == Some(Identity::Serial) => "nextval".to_owned(),
            Default::None | Default::Null => String::new(),
            Default::Literal(text) | Default::CurrentTimestamp(text) | Default::Expression(text) => self.spelled(text),
        };
        let value = if value.starts_with("nextval") { "nextval" } else { &value };
        let updates = if column.updates_itself { " on update" } else { "" };
        format!("{value}{updates}").trim().to_owned()
    }

    fn index(&self, index: &phasewise::catalog::Index) -> Index {
        let definition = &index.definition;
        let unique = if definition.is_unique { "unique " } else { "" };
        let kind = match &definition.kind {
            IndexKind::Btree => "btree",
            IndexKind::Fulltext => "fulltext",
            IndexKind::Spatial => "spatial",
            IndexKind::Vector => "vector",
            IndexKind::Other(kind) => kind,
        };
        let part = |part: &IndexPart| match part {
            IndexPart::Column { name, length: Some(length) } => format!("{name}[{length}]"),
            IndexPart::Column { name, length: None } if self.engine != Engine::Postgres => name.clone(),
            IndexPart::Column { name, length: None } => normalised(&format!("\"{name}\""), self.engine),
            IndexPart::Expression(text) => self.spelled(text),
        };
        let condition = definition.condition.as_deref().unwrap_or_default();
        Index {
            kind: format!("{unique}{kind}"),
            parts: definition.parts.iter().map(part).collect(),
            included: definition.included.clone(),
            condition: self.spelled(condition),
            is_constraint: index.is_constraint && self.engine == Engine::Postgres,
        }
    }

    fn foreign_key(&self, key: &phasewise::catalog::ForeignKey) -> ForeignKey {
        let unsaid = match self.engine {
            Engine::Postgres => "no action",
            Engine::MariaDb | Engine::MySql => "restrict",
        };
        let words = |action: Option<ReferentialAction>| match action {
            None => unsaid,
            Some(ReferentialAction::NoAction) => "no action",
            Some(ReferentialAction::Restrict) => "restrict",
            Some(ReferentialAction::Cascade) => "cascade",
            Some(ReferentialAction::SetNull) => "set null",
            Some(ReferentialAction::SetDefault) => "set default",
        };
        ForeignKey {
            columns: key.definition.columns.clone(),
            to_table: name_of(&key.definition.to_table),
            to_columns: key.definition.to_columns.clone(),
            on_delete: words(key.definition.on_delete),
            on_update: words(key.definition.on_update),
            is_valid: key.is_valid,
        }
    }
}

fn collation(charset: Option<&str>, collation: Option<&str>) -> Option<String> {
    let of_charset = |charset: &str| {
        COLLATIONS.iter().find(|(name, _)| *name == charset).map(|(_, collation)| (*collation).to_owned())
    };
    let named = |name: &str| name.strip_prefix("utf8_").map_or(name.to_owned(), |rest| format!("utf8mb3_{rest}"));
    collation.map(named).or_else(|| charset.and_then(of_charset))
}
