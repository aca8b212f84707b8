//! What becomes of the values that a column holds when it gets another type.

use schemars::JsonSchema;
use serde::Deserialize;

use super::types::{Family, MomentKind};
use crate::change::ColumnType;
use crate::engine::Engine;

/// What the server does to stored values that the new type does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StoredValues {
    /// It keeps them, or refuses the change; what it does to another kind of type is not told here.
    Kept,
    /// Without a word it drops digits after the point, or of a second.
    Rounded,
    /// Without a word it drops their end, or the time of a day.
    CutOff,
}

impl StoredValues {
    /// `is_forgiving`: the server cuts what is too long rather than refuses it, because it is not strict or was told to cast.
    pub fn between(old: &ColumnType, new: &ColumnType, engine: Engine, is_forgiving: bool) -> Self {
        let is_rounded = match (Family::of(old, engine), Family::of(new, engine)) {
            (Family::Decimal(Some((_, old))), Family::Decimal(Some((_, new)))) => new < old,
            (Family::Decimal(Some((_, scale))), Family::Integer(_)) => scale > 0,
            (Family::Decimal(None), Family::Decimal(Some(_)) | Family::Integer(_)) => true,
            (Family::Float(_), Family::Integer(_) | Family::Decimal(Some(_))) => true,
            (Family::Float(old), Family::Float(new)) => new < old,
            (Family::Moment(old), Family::Moment(new)) => new.precision < old.precision,
            (Family::Time(old), Family::Time(new)) => new < old,
            (Family::Moment(_), Family::Other("date")) => return Self::CutOff,
            (Family::Moment(moment), Family::Time(_)) if moment.kind != MomentKind::TimestampWithZone => {
                return Self::CutOff;
            }
            (Family::Text(old), Family::Text(new)) if is_forgiving && new.limit < old.limit => return Self::CutOff,
            _ => false,
        };
        if is_rounded { Self::Rounded } else { Self::Kept }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(old: &ColumnType, new: &ColumnType, is_forgiving: bool) -> StoredValues {
        StoredValues::between(old, new, Engine::Postgresql, is_forgiving)
    }

    fn sized(name: &str, length: u64, scale: Option<u32>) -> ColumnType {
        ColumnType { length: Some(length), scale, ..ColumnType::named(name) }
    }

    #[test]
    fn digits_are_rounded_away_and_texts_are_cut_where_the_server_forgives() {
        let decimal = |length, scale| sized("decimal", length, Some(scale));
        assert_eq!(check(&decimal(10, 4), &decimal(10, 2), false), StoredValues::Rounded);
        assert_eq!(check(&decimal(10, 2), &decimal(8, 2), false), StoredValues::Kept, "too large a number is refused");
        assert_eq!(check(&decimal(10, 0), &ColumnType::named("int"), false), StoredValues::Kept);
        assert_eq!(
            check(&ColumnType::named("double precision"), &ColumnType::named("int"), false),
            StoredValues::Rounded
        );
        assert_eq!(check(&ColumnType::named("timestamp"), &ColumnType::named("date"), false), StoredValues::CutOff);
        let (long, short) = (sized("varchar", 50, None), sized("varchar", 10, None));
        assert_eq!(check(&long, &short, false), StoredValues::Kept);
        assert_eq!(check(&long, &short, true), StoredValues::CutOff);
        assert_eq!(check(&short, &long, true), StoredValues::Kept);
    }
}
