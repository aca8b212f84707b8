//! What changes between two types of a column: for the code that reads and writes it, and for how its values are kept.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::change::ColumnType;
use crate::engine::Engine;

/// What a change of type means to code that knows the old type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TypeRelation {
    Same,
    /// Every value of the old type fits, and reads and writes alike.
    Widened,
    /// Some values of the old type no longer fit.
    Narrowed,
    /// Another kind of type.
    Replaced,
}

/// What a change of type asks of the stored values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TypeStep {
    Same,
    /// `varchar(20)` to `varchar(50)`, and the same of `varbinary` and `bit varying`.
    VarcharLengthened,
    /// From `varchar` to `text`, or to `varchar` without a length; from `text` to the latter.
    ToUnlimited,
    /// More digits before the point, as many after it.
    DecimalLengthened,
    /// More digits of a second.
    PrecisionRaised,
    /// A timestamp gains or loses its zone.
    ZoneChanged,
    /// A timestamp gains or loses its zone, and digits of a second are cut.
    ZoneChangedAndRounded,
    MembersAppended,
    /// So many members that each value takes another byte.
    MembersAppendedBeyondAByte,
    /// Members are inserted or stand in another order; none is gone.
    MembersReordered,
    MembersRemoved,
    /// Another representation that holds every old value: `int` to `bigint`, `char` to `varchar`.
    Converted,
    Narrowed,
    Replaced,
}

impl TypeStep {
    pub fn between(old: &ColumnType, new: &ColumnType, engine: Engine) -> Self {
        if old.array_depth != new.array_depth {
            return Self::Replaced;
        }
        match (Family::of(old, engine), Family::of(new, engine)) {
            (Family::Text(old), Family::Text(new)) => between_texts(old, new),
            (Family::Bytes(old), Family::Bytes(new)) => between_texts(old, new),
            (Family::Bits(old), Family::Bits(new)) => between_texts(old, new),
            (Family::Integer(old), Family::Integer(new)) => between_integers(old, new),
            (Family::Decimal(old), Family::Decimal(new)) => between_decimals(old, new),
            (Family::Float(old), Family::Float(new)) => by_size(old, new, Self::Converted),
            (Family::Moment(old), Family::Moment(new)) => between_moments(old, new),
            (Family::Time(old), Family::Time(new)) => by_size(old, new, Self::PrecisionRaised),
            (Family::Members(old_kind), Family::Members(new_kind)) if old_kind == new_kind => between_members(old, new),
            (Family::Members("enum"), Family::Text(text)) => enum_to_text(old, text),
            (Family::Other("json"), Family::Other("jsonb")) => Self::Converted,
            // There a JSON column reads, writes and computes as text does; in PostgreSQL `->` is for JSON alone.
            (Family::Other("json"), Family::Text(text)) if engine.is_mysql_family() => match text.limit {
                u64::MAX => Self::Converted,
                _ => Self::Narrowed,
            },
            (Family::Other(old_name), Family::Other(new_name)) if old_name == new_name && old.length == new.length => {
                Self::Same
            }
            _ => Self::Replaced,
        }
    }

    /// Whether a text or binary type holds 64 KB, as MySQL's TEXT does.
    pub fn holds_64k(column_type: &ColumnType, engine: Engine) -> bool {
        matches!(Family::of(column_type, engine), Family::Text(text) | Family::Bytes(text) if text.limit >= 65_535)
    }

    pub fn relation(self) -> TypeRelation {
        match self {
            Self::Same => TypeRelation::Same,
            Self::VarcharLengthened
            | Self::ToUnlimited
            | Self::DecimalLengthened
            | Self::PrecisionRaised
            | Self::MembersAppended
            | Self::MembersAppendedBeyondAByte
            | Self::MembersReordered
            | Self::Converted => TypeRelation::Widened,
            Self::MembersRemoved | Self::Narrowed => TypeRelation::Narrowed,
            Self::ZoneChanged | Self::ZoneChangedAndRounded | Self::Replaced => TypeRelation::Replaced,
        }
    }

    /// Every step that a change to `new` may be where the old type is not known.
    pub fn possible_to(new: &ColumnType, engine: Engine) -> Vec<Self> {
        let mut steps = match Family::of(new, engine) {
            Family::Members(_) => vec![Self::Same, Self::MembersAppended, Self::MembersReordered, Self::MembersRemoved],
            Family::Text(_) | Family::Bytes(_) => vec![Self::Same, Self::VarcharLengthened, Self::Converted],
            Family::Decimal(_) => vec![Self::Same, Self::DecimalLengthened, Self::Converted],
            Family::Moment(_) | Family::Time(_) => vec![Self::Same, Self::PrecisionRaised, Self::Converted],
            _ => vec![Self::Same, Self::Converted],
        };
        let holds_all = matches!(Family::of(new, engine), Family::Text(Text { limit: u64::MAX, .. }));
        if !holds_all {
            steps.push(Self::Narrowed);
        }
        steps.push(Self::Replaced);
        steps
    }
}

/// A kind of type whose members compare.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Family<'a> {
    Text(Text),
    Bytes(Text),
    Bits(Text),
    Integer(Integer),
    Decimal(Option<(u64, u32)>),
    Float(u8),
    Moment(Moment),
    Time(u64),
    /// `enum` or `set`.
    Members(&'a str),
    Other(&'a str),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Text {
    shape: TextShape,
    /// The most it holds; `u64::MAX` for no limit.
    pub(super) limit: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextShape {
    /// Filled up to its length.
    Fixed,
    Varying,
    /// `text` and `blob`, kept apart from the row.
    Large,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Integer {
    bits: u8,
    is_unsigned: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Moment {
    pub(super) kind: MomentKind,
    pub(super) precision: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MomentKind {
    /// The MySQL family's `datetime`.
    Datetime,
    Timestamp,
    TimestampWithZone,
}

impl<'a> Family<'a> {
    pub(super) fn of(column_type: &'a ColumnType, engine: Engine) -> Self {
        let length = column_type.length;
        let text = |shape, limit: Option<u64>| Text { shape, limit: limit.unwrap_or(u64::MAX) };
        let precision = length.unwrap_or(engine.default_second_digits());
        let integer = |bits| Self::Integer(Integer { bits, is_unsigned: column_type.is_unsigned });
        match column_type.name.as_str() {
            "char" | "character" | "bpchar" | "nchar" => Self::Text(text(TextShape::Fixed, Some(length.unwrap_or(1)))),
            "varchar" | "character varying" | "nvarchar" => Self::Text(text(TextShape::Varying, length)),
            "tinytext" => Self::Text(text(TextShape::Large, Some(255))),
            "text" if engine.is_mysql_family() => Self::Text(text(TextShape::Large, Some(65_535))),
            "mediumtext" => Self::Text(text(TextShape::Large, Some(16_777_215))),
            "text" | "longtext" => Self::Text(text(TextShape::Large, None)),
            "binary" => Self::Bytes(text(TextShape::Fixed, Some(length.unwrap_or(1)))),
            "varbinary" => Self::Bytes(text(TextShape::Varying, length)),
            "tinyblob" => Self::Bytes(text(TextShape::Large, Some(255))),
            "blob" => Self::Bytes(text(TextShape::Large, Some(65_535))),
            "mediumblob" => Self::Bytes(text(TextShape::Large, Some(16_777_215))),
            "longblob" => Self::Bytes(text(TextShape::Large, None)),
            "bit varying" | "varbit" => Self::Bits(text(TextShape::Varying, length)),
            "tinyint" => integer(8),
            "smallint" | "smallserial" => integer(16),
            "mediumint" => integer(24),
            "int" | "integer" | "serial" => integer(32),
            "bigint" | "bigserial" => integer(64),
            "decimal" | "numeric" => Self::Decimal(digits(column_type, engine)),
            "real" | "float" => Self::Float(if length > Some(24) { 2 } else { 1 }),
            "double" | "double precision" => Self::Float(2),
            "datetime" => Self::Moment(Moment { kind: MomentKind::Datetime, precision }),
            "timestamp" | "timestamp without time zone" => {
                Self::Moment(Moment { kind: MomentKind::Timestamp, precision })
            }
            "timestamp with time zone" | "timestamptz" => {
                Self::Moment(Moment { kind: MomentKind::TimestampWithZone, precision })
            }
            "time" | "time without time zone" => Self::Time(precision),
            name @ ("enum" | "set") => Self::Members(name),
            name => Self::Other(name),
        }
    }
}

/// Digits in all and after the point; `None` for no limit.
fn digits(column_type: &ColumnType, engine: Engine) -> Option<(u64, u32)> {
    match column_type.length {
        Some(length) => Some((length, column_type.scale.unwrap_or(0))),
        None if engine.is_mysql_family() => Some((10, 0)),
        None => None,
    }
}

fn between_texts(old: Text, new: Text) -> TypeStep {
    if old == new {
        return TypeStep::Same;
    }
    if new.limit < old.limit {
        return TypeStep::Narrowed;
    }
    match (old.shape, new.shape) {
        (TextShape::Varying, TextShape::Varying) if new.limit < u64::MAX => TypeStep::VarcharLengthened,
        (TextShape::Varying, TextShape::Varying | TextShape::Large) => TypeStep::ToUnlimited,
        (TextShape::Large, TextShape::Varying) => TypeStep::ToUnlimited,
        (TextShape::Varying | TextShape::Large, TextShape::Fixed) => TypeStep::Replaced,
        _ => TypeStep::Converted,
    }
}

fn between_integers(old: Integer, new: Integer) -> TypeStep {
    let holds_all = match (old.is_unsigned, new.is_unsigned) {
        (false, true) => false,
        (true, false) => new.bits > old.bits,
        _ => new.bits >= old.bits,
    };
    match holds_all {
        _ if old == new => TypeStep::Same,
        true => TypeStep::Converted,
        false => TypeStep::Narrowed,
    }
}

fn between_decimals(old: Option<(u64, u32)>, new: Option<(u64, u32)>) -> TypeStep {
    match (old, new) {
        _ if old == new => TypeStep::Same,
        (Some(_), None) => TypeStep::DecimalLengthened,
        (None, _) => TypeStep::Narrowed,
        (Some((old_digits, old_scale)), Some((digits, scale))) => {
            let whole = |digits: u64, scale: u32| digits.saturating_sub(u64::from(scale));
            if scale < old_scale || whole(digits, scale) < whole(old_digits, old_scale) {
                TypeStep::Narrowed
            } else if scale == old_scale {
                TypeStep::DecimalLengthened
            } else {
                TypeStep::Converted
            }
        }
    }
}

fn between_moments(old: Moment, new: Moment) -> TypeStep {
    let has_zone = |moment: Moment| moment.kind == MomentKind::TimestampWithZone;
    if has_zone(old) != has_zone(new) {
        return if new.precision < 6 { TypeStep::ZoneChangedAndRounded } else { TypeStep::ZoneChanged };
    }
    match (old.kind, new.kind) {
        _ if old.kind == new.kind => by_size(old.precision, new.precision, TypeStep::PrecisionRaised),
        (MomentKind::Timestamp, MomentKind::Datetime) if new.precision >= old.precision => TypeStep::Converted,
        _ => TypeStep::Replaced,
    }
}

fn by_size<T: Ord + Copy>(old: T, new: T, grown: TypeStep) -> TypeStep {
    match old.cmp(&new) {
        std::cmp::Ordering::Less => grown,
        std::cmp::Ordering::Equal => TypeStep::Same,
        std::cmp::Ordering::Greater => TypeStep::Narrowed,
    }
}

/// A value of an `enum` takes one byte up to 255 members, one of a `set` a byte for each eight.
fn between_members(old: &ColumnType, new: &ColumnType) -> TypeStep {
    let bytes = |of: &ColumnType| match of.name.as_str() {
        "set" => of.members.len().div_ceil(8),
        _ => usize::from(of.members.len() > 255),
    };
    if old.members == new.members {
        TypeStep::Same
    } else if !old.members.iter().all(|member| new.members.contains(member)) {
        TypeStep::MembersRemoved
    } else if !new.members.starts_with(&old.members) {
        TypeStep::MembersReordered
    } else if bytes(old) == bytes(new) {
        TypeStep::MembersAppended
    } else {
        TypeStep::MembersAppendedBeyondAByte
    }
}

fn enum_to_text(old: &ColumnType, text: Text) -> TypeStep {
    let longest = old.members.iter().map(|member| member.chars().count() as u64).max().unwrap_or(0);
    if text.shape != TextShape::Fixed && longest <= text.limit { TypeStep::Converted } else { TypeStep::Narrowed }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(old: &str, new: &str, engine: Engine) -> TypeStep {
        TypeStep::between(&read(old), &read(new), engine)
    }

    /// `decimal(8,2)`, `int unsigned`, `enum(a,b)`.
    fn read(text: &str) -> ColumnType {
        let (text, is_unsigned) = text.strip_suffix(" unsigned").map_or((text, false), |text| (text, true));
        let (name, rest) = text.split_once('(').unwrap_or((text, ""));
        let parts: Vec<&str> = rest.trim_end_matches(')').split(',').filter(|part| !part.is_empty()).collect();
        let mut column_type = ColumnType { is_unsigned, ..ColumnType::named(name) };
        if matches!(name, "enum" | "set") {
            column_type.members = parts.into_iter().map(str::to_owned).collect();
        } else {
            column_type.length = parts.first().map(|part| part.parse().unwrap());
            column_type.scale = parts.get(1).map(|part| part.parse().unwrap());
        }
        column_type
    }

    #[test]
    fn texts() {
        let postgresql = |old, new| step(old, new, Engine::Postgresql);
        assert_eq!(postgresql("varchar(20)", "varchar(20)"), TypeStep::Same);
        assert_eq!(postgresql("varchar(20)", "varchar(50)"), TypeStep::VarcharLengthened);
        assert_eq!(postgresql("varchar(20)", "text"), TypeStep::ToUnlimited);
        assert_eq!(postgresql("text", "varchar"), TypeStep::ToUnlimited);
        assert_eq!(postgresql("text", "varchar(255)"), TypeStep::Narrowed);
        assert_eq!(postgresql("char(10)", "text"), TypeStep::Converted);
        assert_eq!(postgresql("varchar(20)", "char(20)"), TypeStep::Replaced);
        assert_eq!(step("text", "mediumtext", Engine::Mysql), TypeStep::Converted);
        assert_eq!(step("longtext", "text", Engine::Mysql), TypeStep::Narrowed);
        assert_eq!(step("varbinary(10)", "varbinary(16)", Engine::Mysql), TypeStep::VarcharLengthened);
    }

    #[test]
    fn numbers() {
        let mysql = |old, new| step(old, new, Engine::Mysql);
        assert_eq!(mysql("int", "bigint"), TypeStep::Converted);
        assert_eq!(mysql("int unsigned", "bigint"), TypeStep::Converted);
        assert_eq!(mysql("int unsigned", "int"), TypeStep::Narrowed);
        assert_eq!(mysql("int", "bigint unsigned"), TypeStep::Narrowed);
        assert_eq!(mysql("decimal(8,2)", "decimal(10,2)"), TypeStep::DecimalLengthened);
        assert_eq!(mysql("decimal(8,2)", "decimal(10,4)"), TypeStep::Converted);
        assert_eq!(mysql("decimal(8,2)", "decimal(8,4)"), TypeStep::Narrowed);
        assert_eq!(step("numeric(8,2)", "numeric", Engine::Postgresql), TypeStep::DecimalLengthened);
        assert_eq!(mysql("double", "float"), TypeStep::Narrowed);
        assert_eq!(mysql("int", "varchar(20)"), TypeStep::Replaced);
    }

    #[test]
    fn moments() {
        let postgresql = |old, new| step(old, new, Engine::Postgresql);
        assert_eq!(postgresql("timestamp(0)", "timestamp(6)"), TypeStep::PrecisionRaised);
        assert_eq!(postgresql("timestamp", "timestamp(0)"), TypeStep::Narrowed);
        assert_eq!(postgresql("timestamp(0)", "timestamp with time zone"), TypeStep::ZoneChanged);
        assert_eq!(postgresql("timestamp", "timestamp with time zone(0)"), TypeStep::ZoneChangedAndRounded);
        assert_eq!(step("timestamp", "datetime", Engine::Mysql), TypeStep::Converted);
        assert_eq!(step("datetime", "timestamp", Engine::Mysql), TypeStep::Replaced);
        assert_eq!(step("date", "datetime", Engine::Mysql), TypeStep::Replaced);
    }

    #[test]
    fn members() {
        let mysql = |old, new| step(old, new, Engine::Mysql);
        assert_eq!(mysql("enum(a,b)", "enum(a,b,c)"), TypeStep::MembersAppended);
        assert_eq!(mysql("enum(a,b)", "enum(a,c,b)"), TypeStep::MembersReordered);
        assert_eq!(mysql("enum(a,b)", "enum(a,c)"), TypeStep::MembersRemoved);
        assert_eq!(mysql("set(a,b,c,d,e,f,g,h)", "set(a,b,c,d,e,f,g,h,i)"), TypeStep::MembersAppendedBeyondAByte);
        assert_eq!(mysql("enum(a,bb)", "varchar(2)"), TypeStep::Converted);
        assert_eq!(mysql("enum(a,bb)", "varchar(1)"), TypeStep::Narrowed);
        assert_eq!(mysql("varchar(10)", "enum(a,b)"), TypeStep::Replaced);
    }
}
