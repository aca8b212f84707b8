//! A column in doctrine/dbal's terms: as it stands, and as `change()` wants it.

use crate::change::{self, Default, TableOptions};
use crate::engine::Engine;
use crate::laravel::blueprint::CompileError;
use crate::laravel::blueprint::definition::Definition;
use crate::laravel::blueprint::majors::{ALL, DOCTRINE_CHANGES_ALL, Majors, since};
use crate::laravel::blueprint::text;
use crate::laravel::{Settings, Value};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DbalColumn {
    pub kind: Kind,
    pub length: Option<u64>,
    pub precision: u64,
    pub scale: u64,
    pub is_unsigned: bool,
    pub is_fixed: bool,
    pub is_required: bool,
    pub default: Option<String>,
    pub counts: bool,
    pub comment: Option<String>,
    pub charset: Option<String>,
    pub collation: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    SmallInteger,
    Integer,
    BigInteger,
    Boolean,
    Decimal,
    Float,
    String,
    Text,
    Blob,
    Json,
    Guid,
    Date,
    Time,
    DateTime,
    DateTimeTz,
}

impl DbalColumn {
    /// The column of the catalog, or why it is not known well enough.
    pub(super) fn standing(
        column: &change::Column,
        table: Option<&TableOptions>,
        settings: &Settings,
    ) -> Result<Self, String> {
        let column_type = &column.column_type;
        let unreadable = || format!("what doctrine/dbal reads from a column of type `{column_type}` is not known");
        let (kind, length) = kind_of(&column_type.name, settings.engine).ok_or_else(unreadable)?;
        let default = match &column.default {
            Default::None | Default::Null => None,
            Default::Literal(literal) => Some(unquoted(literal)),
            Default::CurrentTimestamp(_) => Some("CURRENT_TIMESTAMP".to_owned()),
            Default::Expression(expression) => {
                return Err(format!("what doctrine/dbal makes of the default `{expression}` is not known"));
            }
        };
        let has_charset = keeps_charset(kind) && DOCTRINE_CHANGES_ALL.include(settings);
        let known = |own: &Option<String>, of_table: Option<&String>, configured: &Option<String>| {
            own.clone().or_else(|| of_table.cloned()).or_else(|| configured.clone()).filter(|_| has_charset)
        };
        let (charset, collation) =
            (table.and_then(|table| table.charset.as_ref()), table.and_then(|table| table.collation.as_ref()));
        Ok(Self {
            kind,
            length: column_type.length.filter(|_| kind == Kind::String).or(length),
            precision: column_type.length.filter(|_| kind == Kind::Decimal).unwrap_or(10),
            scale: column_type.scale.map_or(0, u64::from),
            is_unsigned: column_type.is_unsigned,
            is_fixed: column_type.name == "char",
            is_required: !column.is_nullable,
            default,
            counts: column.identity.is_some() || column_type.name.ends_with("serial"),
            comment: column.comment.clone(),
            charset: known(&column.charset, charset, &settings.charset),
            collation: known(&column.collation, collation, &settings.collation),
        })
    }

    /// The column with what the call asks for, and all else as it stands.
    pub(super) fn changed(&self, call: &Definition, settings: &Settings) -> Result<Self, CompileError> {
        let laravel_type = call.text("type");
        let mut changed = self.clone();
        changed.kind = KINDS
            .iter()
            .find(|(name, majors, _)| *name == laravel_type && majors.include(settings))
            .map(|(_, _, kind)| *kind)
            .ok_or_else(|| unknown_type(&laravel_type, call))?;
        if let Some((_, length)) = TEXT_LENGTHS.iter().find(|(name, _)| *name == laravel_type) {
            changed.length = Some(*length);
        }
        if !keeps_charset(changed.kind) {
            (changed.charset, changed.collation) = (None, None);
        }
        changed.is_fixed |= laravel_type == "char";
        changed.set_attributes(call)?;
        Ok(changed)
    }

    fn set_attributes(&mut self, call: &Definition) -> Result<(), CompileError> {
        let number = |attribute: &str| call.text(attribute).parse::<u64>().ok();
        self.length = number("length").or(self.length);
        self.precision = number("total").or_else(|| number("precision")).unwrap_or(self.precision);
        self.scale = number("places").unwrap_or(self.scale);
        for (attribute, is_set) in [("unsigned", &mut self.is_unsigned), ("autoIncrement", &mut self.counts)] {
            if call.was_set(attribute) {
                *is_set = call.is_true(attribute);
            }
        }
        if call.was_set("nullable") {
            self.is_required = !call.is_true("nullable");
        }
        if call.was_set("default") {
            self.default = match call.get("default") {
                Some(Value::Raw(expression)) => {
                    let reason = format!("what doctrine/dbal makes of the default `{expression}` is not known");
                    return Err(CompileError::Unknown { reason, span: call.span });
                }
                Some(Value::Bool(is_true)) => Some(u8::from(*is_true).to_string()),
                default => default.map(text::text),
            };
        }
        for (attribute, text) in
            [("comment", &mut self.comment), ("charset", &mut self.charset), ("collation", &mut self.collation)]
        {
            if call.was_set(attribute) {
                *text = call.get(attribute).map(text::text);
            }
        }
        Ok(())
    }
}

/// Laravel's types in doctrine/dbal's terms. Those that are not here throw, unless the application registered them.
const KINDS: &[(&str, Majors, Kind)] = &[
    ("smallInteger", ALL, Kind::SmallInteger),
    ("integer", ALL, Kind::Integer),
    ("bigInteger", ALL, Kind::BigInteger),
    ("boolean", ALL, Kind::Boolean),
    ("decimal", ALL, Kind::Decimal),
    ("float", ALL, Kind::Float),
    ("double", since(9), Kind::Float),
    ("string", ALL, Kind::String),
    ("char", since(9), Kind::String),
    ("tinyText", since(9), Kind::Text),
    ("text", ALL, Kind::Text),
    ("mediumText", ALL, Kind::Text),
    ("longText", ALL, Kind::Text),
    ("binary", ALL, Kind::Blob),
    ("json", ALL, Kind::Json),
    ("uuid", ALL, Kind::Guid),
    ("date", ALL, Kind::Date),
    ("time", ALL, Kind::Time),
    ("dateTime", ALL, Kind::DateTime),
    ("dateTimeTz", ALL, Kind::DateTimeTz),
];

const TEXT_LENGTHS: &[(&str, u64)] =
    &[("tinyText", 1), ("text", 256), ("mediumText", 65_536), ("longText", 16_777_216)];

/// The engines' types in doctrine/dbal's terms, and the length it reads where the type implies one.
const STANDING: &[(&str, Kind, Option<u64>)] = &[
    ("smallint", Kind::SmallInteger, None),
    ("smallserial", Kind::SmallInteger, None),
    ("int", Kind::Integer, None),
    ("integer", Kind::Integer, None),
    ("mediumint", Kind::Integer, None),
    ("serial", Kind::Integer, None),
    ("bigint", Kind::BigInteger, None),
    ("bigserial", Kind::BigInteger, None),
    ("tinyint", Kind::Boolean, None),
    ("boolean", Kind::Boolean, None),
    ("decimal", Kind::Decimal, None),
    ("numeric", Kind::Decimal, None),
    ("float", Kind::Float, None),
    ("double", Kind::Float, None),
    ("double precision", Kind::Float, None),
    ("real", Kind::Float, None),
    ("varchar", Kind::String, None),
    ("char", Kind::String, None),
    ("enum", Kind::String, None),
    ("tinytext", Kind::Text, Some(255)),
    ("text", Kind::Text, Some(65_535)),
    ("mediumtext", Kind::Text, Some(16_777_215)),
    ("longtext", Kind::Text, None),
    ("json", Kind::Json, None),
    ("jsonb", Kind::Json, None),
    ("uuid", Kind::Guid, None),
    ("date", Kind::Date, None),
    ("time", Kind::Time, None),
    ("datetime", Kind::DateTime, None),
    ("timestamp", Kind::DateTime, None),
    ("timestamp without time zone", Kind::DateTime, None),
    ("timestamp with time zone", Kind::DateTimeTz, None),
    ("timestamptz", Kind::DateTimeTz, None),
    ("tinyblob", Kind::Blob, Some(255)),
    ("blob", Kind::Blob, Some(65_535)),
    ("mediumblob", Kind::Blob, Some(16_777_215)),
    ("longblob", Kind::Blob, None),
    ("bytea", Kind::Blob, None),
];

fn kind_of(name: &str, engine: Engine) -> Option<(Kind, Option<u64>)> {
    let (_, kind, length) = STANDING.iter().find(|(known, ..)| *known == name)?;
    match kind {
        // MariaDB keeps JSON as text.
        Kind::Json if engine == Engine::Mariadb => Some((Kind::Text, None)),
        _ => Some((*kind, *length)),
    }
}

fn keeps_charset(kind: Kind) -> bool {
    matches!(kind, Kind::String | Kind::Text | Kind::Guid)
}

fn unknown_type(laravel_type: &str, call: &Definition) -> CompileError {
    let name = laravel_type.to_lowercase();
    let message = format!("Unknown column type \"{name}\" requested.");
    CompileError::Refused { message, span: call.span }
}

/// The text of a string literal, without PostgreSQL's cast; any other literal as it is.
fn unquoted(literal: &str) -> String {
    let inner = literal.strip_prefix('\'').and_then(|rest| rest.rsplit_once('\''));
    inner.map_or_else(|| literal.to_owned(), |(text, _)| text.replace("''", "'"))
}
