//! Which rows hold a value that a column's new type does not.

use super::expand::{asked_column, standing_column};
use crate::change::{Column, ColumnType};
use crate::effect::Subject;

/// The condition of those rows; `None` where no comparison tells them.
pub(super) fn misfits(subject: &Subject<'_>) -> Option<String> {
    let new = asked_column(subject).ok()?;
    let column = subject.change.what.column()?;
    let old = standing_column(subject, column).ok();
    let name = subject.target.engine.quote(column);
    too_long(&name, &new.column_type)
        .or_else(|| no_member(&name, &new.column_type))
        .or_else(|| out_of_range(&name, &new.column_type, old.as_ref()))
        .or_else(|| too_many_digits(&name, &new.column_type))
}

fn too_long(name: &str, new: &ColumnType) -> Option<String> {
    let is_text =
        matches!(new.name.as_str(), "varchar" | "char" | "character varying" | "character" | "nvarchar" | "nchar");
    let length = new.length.filter(|_| is_text)?;
    Some(format!("char_length({name}) > {length}"))
}

fn no_member(name: &str, new: &ColumnType) -> Option<String> {
    let members: Vec<String> = new.members.iter().map(|member| format!("'{}'", member.replace('\'', "''"))).collect();
    (new.name == "enum" && !members.is_empty()).then(|| format!("{name} NOT IN ({})", members.join(", ")))
}

/// Only numbers can be compared with the ends of an integer type.
fn out_of_range(name: &str, new: &ColumnType, old: Option<&Column>) -> Option<String> {
    let is_number = |known: &str| bits(known).is_some() || matches!(known, "decimal" | "numeric");
    if !old.is_some_and(|old| is_number(&old.column_type.name)) {
        return None;
    }
    let bits = bits(&new.name)?;
    let (least, most) =
        if new.is_unsigned { (0, 2_i128.pow(bits) - 1) } else { (-(2_i128.pow(bits - 1)), 2_i128.pow(bits - 1) - 1) };
    Some(format!("{name} NOT BETWEEN {least} AND {most}"))
}

fn bits(name: &str) -> Option<u32> {
    Some(match name {
        "tinyint" => 8,
        "smallint" | "int2" => 16,
        "mediumint" => 24,
        "int" | "integer" | "int4" => 32,
        "bigint" | "int8" => 64,
        _ => return None,
    })
}

fn too_many_digits(name: &str, new: &ColumnType) -> Option<String> {
    let precision = u32::try_from(new.length?).ok().filter(|_| matches!(new.name.as_str(), "decimal" | "numeric"))?;
    let whole = precision.checked_sub(new.scale.unwrap_or(0))?;
    let scale = new.scale.unwrap_or(0);
    let limit = 10_u128.checked_pow(whole)?;
    Some(format!("abs({name}) >= {limit} OR {name} <> round({name}, {scale})"))
}
