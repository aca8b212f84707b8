//! What matchers ask of changes of rows and settings, and of what could not be read.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::answer::Answer;
use crate::change::{DataKind, DataRows, Opaque, SetVariable, Touches, TransactionStep};
use crate::effect::fact::{Fact, Verdict};
use crate::yaml::OneOf;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum RowsKind {
    Insert,
    Update,
    Delete,
    Truncate,
}

impl From<DataKind> for RowsKind {
    fn from(kind: DataKind) -> Self {
        match kind {
            DataKind::Insert => Self::Insert,
            DataKind::Update => Self::Update,
            DataKind::Delete => Self::Delete,
            DataKind::Truncate => Self::Truncate,
        }
    }
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DataRowsMatch {
    kind: Option<OneOf<RowsKind>>,
    /// One statement may take all rows. A condition that does not say how many it picks leaves that unknown.
    all_rows: Option<bool>,
    /// It has a condition.
    conditional: Option<bool>,
    /// It says how many rows it takes, and does not go on with others after those.
    bounded: Option<bool>,
}

impl DataRowsMatch {
    pub fn matches(&self, change: &DataRows) -> Verdict {
        let kind = Fact::known(RowsKind::from(change.kind));
        let is_bounded = Answer::from(change.is_bounded).and(Answer::from(!change.is_chunked));
        Verdict::all([
            Verdict::among(self.kind.as_ref(), &kind, "what is done to the rows"),
            Verdict::certainly(self.conditional, change.has_condition == Some(true)),
            Verdict::whether(self.bounded, is_bounded, "how many rows the statement takes"),
            Verdict::whether(self.all_rows, takes_all_rows(change), "how many rows the statement takes"),
        ])
    }
}

fn takes_all_rows(change: &DataRows) -> Answer {
    match (change.is_bounded, change.has_condition) {
        _ if change.is_chunked => Answer::No,
        _ if change.kind == DataKind::Truncate => Answer::Yes,
        (Some(true), _) => Answer::No,
        (Some(false), Some(false)) => Answer::Yes,
        _ => Answer::Unknown,
    }
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SetVariableMatch {
    name: Option<OneOf<String>>,
}

impl SetVariableMatch {
    pub fn matches(&self, change: &SetVariable) -> Verdict {
        Verdict::among(self.name.as_ref(), &Fact::known(change.name.clone()), "the variable")
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Step {
    Begin,
    Commit,
    Rollback,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TransactionMatch {
    step: Option<OneOf<Step>>,
}

impl TransactionMatch {
    pub fn matches(&self, change: TransactionStep) -> Verdict {
        let step = match change {
            TransactionStep::Begin => Step::Begin,
            TransactionStep::Commit => Step::Commit,
            TransactionStep::Rollback => Step::Rollback,
        };
        Verdict::among(self.step.as_ref(), &Fact::known(step), "the step")
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum TouchesKind {
    Nothing,
    Surroundings,
    Table,
    Anything,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct OpaqueMatch {
    /// Its leading words, or the first of them: `CREATE TRIGGER`.
    what: Option<OneOf<String>>,
    touches: Option<OneOf<TouchesKind>>,
}

impl OpaqueMatch {
    pub fn matches(&self, change: &Opaque) -> Verdict {
        let touches = match change.touches {
            Touches::Nothing => TouchesKind::Nothing,
            Touches::Surroundings(_) => TouchesKind::Surroundings,
            Touches::Table(_) => TouchesKind::Table,
            Touches::Anything => TouchesKind::Anything,
        };
        let is_it = |words: &String| {
            change.what.strip_prefix(words.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        };
        Verdict::all([
            self.what.as_ref().map_or_else(Verdict::yes, |what| {
                Verdict::of(what.0.iter().any(is_it).into(), "what the statement is")
            }),
            Verdict::among(self.touches.as_ref(), &Fact::known(touches), "what the statement touches"),
        ])
    }
}
