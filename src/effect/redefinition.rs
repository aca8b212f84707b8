//! What a new definition of a column changes of the old one, as far as the catalog knows that.

use schemars::JsonSchema;
use serde::Deserialize;

use super::fact::Fact;
use super::subject::Subject;
use super::types::{TypeRelation, TypeStep};
use crate::change::{Column, ColumnType, Default, Generated, Place, RedefineColumn, TableOptions};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NullabilityStep {
    Same,
    /// It becomes NOT NULL.
    Set,
    /// It becomes nullable.
    Dropped,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DefaultStep {
    Same,
    Added,
    Changed,
    Dropped,
}

/// What becomes of the bytes that tell a value's length: one where the longest value takes up to 255 bytes, else two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LengthBytes {
    Kept,
    /// From one to two, and the longest old value took up to 127 bytes.
    GrownFromShort,
    /// From one to two, and the longest old value took 128 to 255 bytes.
    Grown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CharsetStep {
    Same,
    /// From utf8mb3 to utf8mb4: old values keep their bytes.
    Widened,
    Changed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GeneratedStep {
    /// Neither was nor becomes generated, or stays as it is.
    Same,
    VirtualChanged,
    StoredChanged,
    /// From virtual to stored or back.
    Switched,
    /// From generated to plain or back.
    Replaced,
}

/// What MODIFY or CHANGE does to the column; the old one is `None` where it is not known.
#[derive(Debug, Clone, Copy)]
pub struct Redefinition<'a> {
    pub old: Option<&'a Column>,
    pub new: &'a Column,
    subject: &'a Subject<'a>,
}

impl<'a> Redefinition<'a> {
    pub fn new(change: &'a RedefineColumn, subject: &'a Subject<'a>) -> Self {
        let engine = subject.catalog.engine();
        let old = subject.table().and_then(|table| table.column(&change.column, engine));
        Self { old: old.map(|column| &column.definition), new: &change.definition, subject }
    }

    pub fn step(&self) -> Fact<TypeStep> {
        type_step(self.old.map(|old| &old.column_type), &self.new.column_type, self.subject)
    }

    pub fn nullability(&self) -> Fact<NullabilityStep> {
        let step = |was_nullable: bool| match (was_nullable, self.new.is_nullable) {
            (true, false) => NullabilityStep::Set,
            (false, true) => NullabilityStep::Dropped,
            _ => NullabilityStep::Same,
        };
        self.old.map_or_else(|| Fact::one_of([step(true), step(false)]), |old| Fact::known(step(old.is_nullable)))
    }

    pub fn default(&self) -> Fact<DefaultStep> {
        default_step(self.old.map(|old| &old.default), &self.new.default)
    }

    pub fn is_renamed(&self) -> bool {
        self.subject.change.what.column().is_some_and(|old| !old.eq_ignore_ascii_case(&self.new.name))
    }

    /// Whether it becomes unsigned, and loses nothing but that.
    pub fn only_loses_sign(&self) -> bool {
        let Some(old) = self.old.map(|old| &old.column_type) else { return false };
        let as_signed = ColumnType { is_unsigned: false, ..self.new.column_type.clone() };
        let relation = TypeStep::between(old, &as_signed, self.subject.catalog.engine()).relation();
        !old.is_unsigned
            && self.new.column_type.is_unsigned
            && matches!(relation, TypeRelation::Same | TypeRelation::Widened)
    }

    /// Whether FIRST or AFTER puts it elsewhere; `None` where the order of columns is not known.
    pub fn is_moved(&self) -> Option<bool> {
        let Some(place) = &self.new.place else { return Some(false) };
        let columns = &self.subject.table().filter(|table| !table.is_partial)?.columns;
        let position = |name: &str| columns.iter().position(|column| column.definition.name.eq_ignore_ascii_case(name));
        let old = position(&self.old?.name)?;
        match place {
            Place::First => Some(old != 0),
            Place::After(column) => Some(old != position(column)? + 1),
        }
    }

    /// The length bytes of a `varchar` or `varbinary`. Other types have none to grow.
    pub fn length_bytes(&self) -> Fact<LengthBytes> {
        let Some(old) = self.old else {
            return Fact::one_of([LengthBytes::Kept, LengthBytes::GrownFromShort, LengthBytes::Grown]);
        };
        let (Some(old_length), Some(new_length)) = (old.column_type.length, self.new.column_type.length) else {
            return Fact::known(LengthBytes::Kept);
        };
        if !matches!(old.column_type.name.as_str(), "varchar" | "varbinary") {
            return Fact::known(LengthBytes::Kept);
        }
        self.bytes_per_character(self.new).map(|bytes| match (old_length * bytes, new_length * bytes) {
            (..=127, 256..) => LengthBytes::GrownFromShort,
            (..=255, 256..) => LengthBytes::Grown,
            _ => LengthBytes::Kept,
        })
    }

    pub fn charset(&self) -> Fact<CharsetStep> {
        if !is_text(&self.new.column_type) {
            return Fact::known(CharsetStep::Same);
        }
        let Some(old) = self.old else {
            // Few columns have a charset of their own, so one that names none is thought to keep its table's.
            return match own_charset(self.new) {
                Some(_) => Fact::one_of([CharsetStep::Same, CharsetStep::Widened, CharsetStep::Changed]),
                None => Fact::known(CharsetStep::Same),
            };
        };
        if own_charset(old) == own_charset(self.new) {
            return Fact::known(CharsetStep::Same);
        }
        match (self.charset_of(old), self.charset_of(self.new)) {
            (Some(old), Some(new)) if old == new => Fact::known(CharsetStep::Same),
            (Some("utf8" | "utf8mb3"), Some("utf8mb4")) => Fact::known(CharsetStep::Widened),
            (Some(_), Some(_)) => Fact::known(CharsetStep::Changed),
            _ => Fact::one_of([CharsetStep::Same, CharsetStep::Widened, CharsetStep::Changed]),
        }
    }

    /// Whether its values compare and sort in another way; `None` where that cannot be told.
    pub fn is_collation_changed(&self) -> Option<bool> {
        if !is_text(&self.new.column_type) {
            return Some(false);
        }
        let table_collation = self.options().and_then(|options| options.collation.as_deref());
        let of = |column: &'a Column| column.collation.as_deref();
        let new = of(self.new);
        let Some(old) = self.old.map(of) else { return new.is_none().then_some(false) };
        match (old.or(table_collation), new.or(table_collation)) {
            _ if old == new => Some(false),
            (Some(old), Some(new)) => Some(!old.eq_ignore_ascii_case(new)),
            _ => None,
        }
    }

    pub fn generated(&self) -> Fact<GeneratedStep> {
        let step = |old: Option<&Generated>| match (old, &self.new.generated) {
            (None, None) => GeneratedStep::Same,
            (Some(old), Some(new)) if old.is_stored != new.is_stored => GeneratedStep::Switched,
            (Some(old), Some(new)) if same_words(&old.expression, &new.expression) => GeneratedStep::Same,
            (Some(old), Some(_)) if old.is_stored => GeneratedStep::StoredChanged,
            (Some(_), Some(_)) => GeneratedStep::VirtualChanged,
            _ => GeneratedStep::Replaced,
        };
        match self.old {
            Some(old) => Fact::known(step(old.generated.as_ref())),
            None if self.new.generated.is_none() => Fact::known(GeneratedStep::Same),
            None => Fact::one_of([GeneratedStep::Same, GeneratedStep::StoredChanged, GeneratedStep::VirtualChanged]),
        }
    }

    fn bytes_per_character(&self, column: &Column) -> Fact<u64> {
        if column.column_type.name == "varbinary" {
            return Fact::known(1);
        }
        match self.charset_of(column) {
            Some("ascii" | "latin1" | "binary") => Fact::known(1),
            Some("utf8" | "utf8mb3") => Fact::known(3),
            Some("utf8mb4") => Fact::known(4),
            _ => Fact::one_of([1, 3, 4]),
        }
    }

    fn charset_of(&self, column: &'a Column) -> Option<&'a str> {
        let options = self.options();
        let by_table = || options.and_then(|options| options.charset.as_deref());
        let by_collation = || options.and_then(|options| options.collation.as_deref()).map(charset_of_collation);
        own_charset(column).or_else(by_table).or_else(by_collation)
    }

    fn options(&self) -> Option<&'a TableOptions> {
        self.subject.table().map(|table| &table.options)
    }
}

/// What ALTER COLUMN … TYPE or a redefinition does to the type.
pub fn type_step(old: Option<&ColumnType>, new: &ColumnType, subject: &Subject<'_>) -> Fact<TypeStep> {
    let engine = subject.catalog.engine();
    match old {
        Some(old) => Fact::known(TypeStep::between(old, new, engine)),
        None => Fact::one_of(TypeStep::possible_to(new, engine)),
    }
}

pub fn default_step(old: Option<&Default>, new: &Default) -> Fact<DefaultStep> {
    let has_none = |default: &Default| matches!(default, Default::None | Default::Null);
    let Some(old) = old else {
        let steps: &[DefaultStep] = if has_none(new) {
            &[DefaultStep::Same, DefaultStep::Dropped]
        } else {
            &[DefaultStep::Same, DefaultStep::Added, DefaultStep::Changed]
        };
        return Fact::one_of(steps.iter().copied());
    };
    Fact::known(match (has_none(old), has_none(new)) {
        (true, true) => DefaultStep::Same,
        (true, false) => DefaultStep::Added,
        (false, true) => DefaultStep::Dropped,
        (false, false) if same_default(old, new) => DefaultStep::Same,
        (false, false) => DefaultStep::Changed,
    })
}

/// `'0'` and `0` are one default: Laravel quotes numbers.
fn same_default(old: &Default, new: &Default) -> bool {
    match (old, new) {
        (Default::Literal(old), Default::Literal(new)) => old.trim_matches('\'') == new.trim_matches('\''),
        (Default::CurrentTimestamp(_), Default::CurrentTimestamp(_)) => true,
        (Default::Expression(old), Default::Expression(new)) => same_words(old, new),
        _ => false,
    }
}

fn same_words(left: &str, right: &str) -> bool {
    let bare = |text: &str| {
        let kept = text.chars().filter(|character| !character.is_whitespace() && !matches!(character, '(' | ')' | '`'));
        kept.collect::<String>().to_ascii_lowercase()
    };
    bare(left) == bare(right)
}

fn is_text(column_type: &ColumnType) -> bool {
    matches!(
        column_type.name.as_str(),
        "char" | "varchar" | "tinytext" | "text" | "mediumtext" | "longtext" | "enum" | "set"
    )
}

fn own_charset(column: &Column) -> Option<&str> {
    column.charset.as_deref().or_else(|| column.collation.as_deref().map(charset_of_collation))
}

/// `utf8mb4_unicode_ci` is of `utf8mb4`.
fn charset_of_collation(collation: &str) -> &str {
    collation.split_once('_').map_or(collation, |(charset, _)| charset)
}
