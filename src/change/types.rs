//! Column types as the engine means them, whatever alias the statement used.

use std::fmt;

/// A column's type. `name` is lower-case and canonical on its engine: `int`, `bigint`, `varchar`, `timestamp with time zone`
/// and so on (`integer`, `int4`, `character varying`, `timestamptz` are read as those). PostgreSQL's serial types keep
/// their name (`bigserial`), because they bring a default with them. What the engine takes when nothing is said is filled in
/// (`char` is `char(1)`, MySQL's `decimal` is `decimal(10,0)`), `float(53)` is the type that its precision chooses, and
/// modifiers that are no numbers stay in the name: `geometry(point,4326)`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ColumnType {
    pub name: String,
    /// `varchar(20)`, `char(2)`, `binary(16)`: 20, 2, 16, in characters or bytes; the precision of a `decimal(8,2)` or
    /// `time(3)`. MySQL's display width of integers is dropped, but for `tinyint(1)`, its boolean.
    pub length: Option<u64>,
    /// The 2 of `decimal(8,2)`.
    pub scale: Option<u32>,
    pub is_unsigned: bool,
    /// The values of an `enum` or `set`, unquoted.
    pub members: Vec<String>,
    /// How many `[]` follow.
    pub array_depth: u8,
}

impl ColumnType {
    pub fn named(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }
}

impl fmt::Display for ColumnType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // PostgreSQL's precision stands before the zone: `timestamp(0) with time zone`.
        let (name, zone) = self.name.split_at(self.name.find(" with").unwrap_or(self.name.len()));
        formatter.write_str(name)?;
        match (self.length, self.scale) {
            (Some(length), Some(scale)) => write!(formatter, "({length},{scale})")?,
            (Some(length), None) => write!(formatter, "({length})")?,
            _ if !self.members.is_empty() => {
                let members: Vec<String> = self.members.iter().map(|member| member.replace('\'', "''")).collect();
                write!(formatter, "('{}')", members.join("','"))?;
            }
            _ => {}
        }
        formatter.write_str(zone)?;
        if self.is_unsigned {
            formatter.write_str(" unsigned")?;
        }
        (0..self.array_depth).try_for_each(|_| formatter.write_str("[]"))
    }
}
