//! What a rule asks of an effect, and of the other tables that it locks.

use schemars::JsonSchema;
use serde::Deserialize;

use super::matcher::Standing;
use crate::answer::Answer;
use crate::effect::{Algorithm, Blocks, Effect, Lasts, Subject, Verdict};
use crate::yaml::OneOf;

/// What other sessions are kept from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Blocked {
    Read,
    Write,
    Nothing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Duration {
    Moment,
    Scan,
    IndexBuild,
    Rebuild,
    /// Any but a moment.
    TableSize,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct EffectMatch {
    /// All of these are blocked.
    blocks: Option<OneOf<Blocked>>,
    pub(super) lasts: Option<OneOf<Duration>>,
    /// It is the whole database that is locked, rather than the table.
    whole_database: Option<bool>,
    algorithm: Option<OneOf<Algorithm>>,
    rewrite: Option<bool>,
    /// The engine will not do it.
    pub(super) refused: Option<bool>,
    /// It may run in a transaction.
    in_transaction: Option<bool>,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct OtherTableMatch {
    table: Option<Standing>,
    blocks: Option<OneOf<Blocked>>,
}

impl EffectMatch {
    /// Yes where every effect that the change may have fits, no where none does.
    pub(super) fn matches(&self, effect: &Effect) -> Verdict {
        let fitting = effect.possible().filter(|effect| self.fits(effect)).count();
        let answer = match fitting {
            0 => Answer::No,
            all if all == effect.possible().count() => Answer::Yes,
            _ => Answer::Unknown,
        };
        Verdict::of(answer, "what the engine does for this change")
    }

    /// Whether it is such an effect.
    pub(super) fn fits(&self, effect: &Effect) -> bool {
        let is_as = |wanted: Option<bool>, fact: bool| wanted.is_none_or(|wanted| wanted == fact);
        let lasts = |wanted: &OneOf<Duration>| wanted.0.iter().any(|wanted| wanted.fits(effect.lasts));
        self.blocks.as_ref().is_none_or(|blocked| are_blocked(blocked, effect.blocks))
            && self.lasts.as_ref().is_none_or(lasts)
            && self.algorithm.as_ref().is_none_or(|any| effect.algorithm.is_some_and(|algorithm| any.has(&algorithm)))
            && is_as(self.whole_database, effect.is_database_wide)
            && is_as(self.rewrite, effect.rewrites)
            && is_as(self.refused, effect.refused.is_some())
            && is_as(self.in_transaction, effect.in_transaction)
    }
}

impl OtherTableMatch {
    pub(super) fn matches(&self, subject: &Subject<'_>, effect: &Effect) -> Verdict {
        // Nobody is surprised that a table is locked which is attached, detached or exchanged by name.
        let named = subject.change.what.partition();
        let others = effect.others.iter().filter(|other| Some(&other.table) != named);
        Verdict::any(others.map(|other| {
            let is_blocked = self.blocks.as_ref().is_none_or(|blocked| are_blocked(blocked, other.blocks));
            let in_use = || subject.catalog.is_in_use(&other.table);
            Verdict::certainly(Some(true), is_blocked).and_whether(
                self.table.map(Standing::is_in_use),
                "whether the other table is in use",
                in_use,
            )
        }))
    }
}

fn are_blocked(wanted: &OneOf<Blocked>, blocks: Blocks) -> bool {
    wanted.0.iter().all(|blocked| match blocked {
        Blocked::Read => blocks.reads,
        Blocked::Write => blocks.writes,
        Blocked::Nothing => blocks.none(),
    })
}

impl Duration {
    fn fits(self, lasts: Lasts) -> bool {
        match self {
            Self::Moment => lasts == Lasts::Moment,
            Self::Scan => lasts == Lasts::Scan,
            Self::IndexBuild => lasts == Lasts::IndexBuild,
            Self::Rebuild => lasts == Lasts::Rebuild,
            Self::TableSize => lasts != Lasts::Moment,
        }
    }
}
