//! What matchers ask of new definitions and new types of columns.

use schemars::JsonSchema;
use serde::Deserialize;

use super::column::{definition, is_indexed, is_proven_not_null, is_referenced, is_replacing};
use super::table::{VIEW_DEPENDS, view_depends};
use crate::answer::Answer;
use crate::catalog::Table;
use crate::change::{ChangeType, Column, ColumnType, RedefineColumn};
use crate::effect::fact::Verdict;
use crate::effect::redefinition::{
    CharsetStep, DefaultStep, GeneratedStep, LengthBytes, NullabilityStep, Redefinition, type_step,
};
use crate::effect::stored::StoredValues;
use crate::effect::subject::Subject;
use crate::effect::types::{TypeRelation, TypeStep};
use crate::yaml::OneOf;

pub use crate::effect::redefinition::default_step;

const OLD_TYPE: &str = "the column's old type";

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RedefineColumnMatch {
    /// What the new type means to code that knows the old one.
    #[serde(rename = "type")]
    relation: Option<OneOf<TypeRelation>>,
    /// What the new type asks of the stored values.
    step: Option<OneOf<TypeStep>>,
    /// What becomes of stored values that the new type does not hold; known where the old type is.
    stored: Option<OneOf<StoredValues>>,
    length_bytes: Option<OneOf<LengthBytes>>,
    nullability: Option<OneOf<NullabilityStep>>,
    default: Option<OneOf<DefaultStep>>,
    charset: Option<OneOf<CharsetStep>>,
    collation_changed: Option<bool>,
    generated: Option<OneOf<GeneratedStep>>,
    /// A validated CHECK proves that no row has a NULL there.
    proven: Option<bool>,
    renamed: Option<bool>,
    /// It takes the name, and so the part, of another column that stood when the batch began.
    replaces: Option<bool>,
    /// All that the new type does not hold is negative numbers, and the column holds ids, which are none.
    only_loses_sign_of_ids: Option<bool>,
    /// The new type holds 64 KB of text or bytes, so that at most the longest values do not fit.
    holds_64k: Option<bool>,
    /// FIRST or AFTER puts it elsewhere.
    moved: Option<bool>,
    /// It becomes one that the database fills where an INSERT leaves it out: a default, a number, a computed value.
    filled: Option<bool>,
    indexed: Option<bool>,
    /// It is part of a foreign key of its table, or of another that refers to it.
    in_foreign_key: Option<bool>,
    /// It runs in strict mode: a NULL that may not be is an error.
    strict: Option<bool>,
    /// Foreign keys are checked: `foreign_key_checks` is on.
    foreign_keys_checked: Option<bool>,
    /// A view that is known names it, or all columns of its table.
    view_depends: Option<bool>,
}

impl RedefineColumnMatch {
    pub fn matches(&self, change: &RedefineColumn, subject: &Subject<'_>) -> Verdict {
        let redefinition = Redefinition::new(change, subject);
        let new = redefinition.new;
        let is_filled = !matches!(new.default, crate::change::Default::None | crate::change::Default::Null)
            || new.generated.is_some()
            || new.identity.is_some();
        let step = redefinition.step();
        let in_foreign_key = subject.table_lists(|table| {
            let own = table.foreign_keys.iter().flat_map(|key| &key.definition.columns);
            own.clone().any(|column| column.eq_ignore_ascii_case(&change.column))
                || is_referenced(subject, &change.column)
        });
        Verdict::all([
            Verdict::among(self.relation.as_ref(), &step.map(|step| step.relation()), OLD_TYPE),
            Verdict::among(self.step.as_ref(), &step, OLD_TYPE),
            stored(self.stored.as_ref(), redefinition.old, &new.column_type, !subject.session.is_strict(), subject),
            Verdict::among(
                self.length_bytes.as_ref(),
                &redefinition.length_bytes(),
                "the column's old length and charset",
            ),
            Verdict::among(
                self.nullability.as_ref(),
                &redefinition.nullability(),
                "whether the column is NOT NULL already",
            ),
            Verdict::among(self.default.as_ref(), &redefinition.default(), "the column's old default"),
            Verdict::among(self.charset.as_ref(), &redefinition.charset(), "the column's old charset"),
            Verdict::whether(self.collation_changed, redefinition.is_collation_changed(), "the column's old collation"),
            Verdict::among(self.generated.as_ref(), &redefinition.generated(), "whether the column was generated"),
            Verdict::whether(
                self.proven,
                is_proven_not_null(subject, &change.column),
                "whether a CHECK proves that no row has a NULL",
            ),
            Verdict::whether(self.renamed, redefinition.is_renamed(), "the column's old name"),
            Verdict::certainly(self.strict, subject.session.is_strict()),
            Verdict::certainly(self.replaces, redefinition.is_renamed() && is_replacing(subject, &new.name)),
            Verdict::certainly(
                self.only_loses_sign_of_ids,
                redefinition.only_loses_sign() && holds_ids(change, subject),
            ),
            Verdict::certainly(self.holds_64k, TypeStep::holds_64k(&new.column_type, subject.catalog.engine())),
            Verdict::whether(self.view_depends, view_depends(subject, Some(&change.column)), VIEW_DEPENDS),
            Verdict::whether(self.moved, redefinition.is_moved(), "where the column stands"),
            Verdict::whether(self.filled, is_filled, "whether the database fills the column"),
            Verdict::whether(self.indexed, is_indexed(subject, &change.column), "whether the column is indexed"),
            Verdict::whether(self.in_foreign_key, in_foreign_key, "whether the column is part of a foreign key"),
            Verdict::whether(
                self.foreign_keys_checked,
                subject.checks_foreign_keys(),
                "whether foreign keys are checked",
            ),
        ])
    }
}

/// Whether the column is a foreign key, or goes by a name that Laravel gives to one.
fn holds_ids(change: &RedefineColumn, subject: &Subject<'_>) -> bool {
    let is_it = |column: &String| column.eq_ignore_ascii_case(&change.column);
    let refers = |table: &Table| table.foreign_keys.iter().any(|key| key.definition.columns.iter().any(is_it));
    change.column.ends_with("_id") || subject.table().is_some_and(refers)
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ChangeTypeMatch {
    #[serde(rename = "type")]
    relation: Option<OneOf<TypeRelation>>,
    step: Option<OneOf<TypeStep>>,
    /// What becomes of stored values that the new type does not hold; known where the old type is.
    stored: Option<OneOf<StoredValues>>,
    /// The new type holds 64 KB of text or bytes, so that at most the longest values do not fit.
    holds_64k: Option<bool>,
    collation_changed: Option<bool>,
    /// USING computes the new value: it is more than the column, or a cast of it.
    computed: Option<bool>,
    indexed: Option<bool>,
    /// An index has to be computed from it: by an expression, or by a condition.
    computes_index: Option<bool>,
    /// A CHECK names it.
    checked: Option<bool>,
    /// It is part of a foreign key of its table.
    in_foreign_key: Option<bool>,
    /// The session's time zone is UTC.
    utc: Option<bool>,
    /// A view that is known names it, or all columns of its table.
    view_depends: Option<bool>,
}

impl ChangeTypeMatch {
    pub fn matches(&self, change: &ChangeType, subject: &Subject<'_>) -> Verdict {
        let column = change.column.as_str();
        let old = definition(subject, column);
        let step = type_step(old.map(|old| &old.column_type), &change.column_type, subject);
        let collation_changed = match &change.collation {
            None => Answer::No,
            Some(new) => Answer::from(old.map(|old| old.collation.as_ref() != Some(new))),
        };
        let in_foreign_key = subject.table_lists(|table| {
            table.foreign_keys.iter().any(|key| key.definition.columns.iter().any(|own| own == column))
        });
        Verdict::all([
            Verdict::among(self.relation.as_ref(), &step.map(|step| step.relation()), OLD_TYPE),
            Verdict::among(self.step.as_ref(), &step, OLD_TYPE),
            stored(self.stored.as_ref(), old, &change.column_type, is_cast(change), subject),
            Verdict::whether(self.collation_changed, collation_changed, "the column's old collation"),
            Verdict::certainly(self.holds_64k, TypeStep::holds_64k(&change.column_type, subject.catalog.engine())),
            Verdict::whether(self.computed, is_computed(change), "what USING computes"),
            Verdict::whether(self.indexed, is_indexed(subject, column), "whether the column is indexed"),
            Verdict::whether(
                self.computes_index,
                subject.table_lists(|table| table.indexes.iter().any(|index| index.computes(column))),
                "whether an index is computed from the column",
            ),
            Verdict::whether(
                self.checked,
                subject.table_lists(|table| table.checks.iter().any(|check| check.names_column(column))),
                "whether a CHECK names the column",
            ),
            Verdict::whether(self.in_foreign_key, in_foreign_key, "whether the column is part of a foreign key"),
            Verdict::whether(self.view_depends, view_depends(subject, Some(column)), VIEW_DEPENDS),
            Verdict::whether(self.utc, is_utc(subject), "the session's time zone"),
        ])
    }
}

fn is_computed(change: &ChangeType) -> bool {
    let Some(using) = &change.using else { return false };
    let bare: String = using.chars().filter(|character| !matches!(character, '"' | '(' | ')' | ' ')).collect();
    let plain = bare.split_once("::").map_or(bare.as_str(), |(value, _)| value);
    plain != change.column
}

/// Whether USING says to cast, which cuts a text that is too long where an assignment refuses it.
fn is_cast(change: &ChangeType) -> bool {
    let using = change.using.as_deref().map(str::to_ascii_lowercase);
    using.is_some_and(|using| using.contains("::") || using.contains("cast("))
}

fn stored(
    wanted: Option<&OneOf<StoredValues>>,
    old: Option<&Column>,
    new: &ColumnType,
    is_forgiving: bool,
    subject: &Subject<'_>,
) -> Verdict {
    let Some(wanted) = wanted else { return Verdict::yes() };
    let becomes = old.map(|old| StoredValues::between(&old.column_type, new, subject.catalog.engine(), is_forgiving));
    Verdict::of(becomes.map_or(Answer::Unknown, |becomes| wanted.has(&becomes).into()), OLD_TYPE)
}

fn is_utc(subject: &Subject<'_>) -> Answer {
    let zone = subject.session.variable("timezone").or_else(|| subject.session.variable("time_zone"));
    Answer::from(zone.map(|zone| matches!(zone, "utc" | "etc/utc" | "uct" | "gmt" | "zulu" | "+00:00" | "0")))
}
