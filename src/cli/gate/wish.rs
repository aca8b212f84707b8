//! `gate:` in `phasewise.yaml`.

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use crate::gate::question::Question;

/// What a project wants of the gate.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
#[schemars(rename = "gate")]
pub(in crate::cli) struct GateWish {
    /// Other hosts that run the application: each has to say which release it runs, with `phasewise gate attest`.
    pub(super) hosts: Vec<String>,
    /// The pools of PHP-FPM that serve the application.
    pub(super) fpm_pools: Option<Vec<String>>,
    /// How long a deploy of a plan must have been live before the next: `1d`.
    pub(super) soak: Option<Lasting>,
    /// From what age on an open transaction on a table that changes stands in the way; without it 5s.
    pub(super) max_transaction: Option<Lasting>,
    /// What becomes of a question that cannot be answered, by its code: G05, G06, G09 or G11.
    unknown: BTreeMap<Code, Unknown>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "unknown")]
enum Unknown {
    Warn,
    Refuse,
}

/// A time span: `30s`, `5m`, `1d 12h`.
#[derive(Debug, Clone, Copy, JsonSchema)]
#[schemars(with = "String", rename = "time")]
pub(super) struct Lasting(pub(super) Duration);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, JsonSchema)]
#[schemars(with = "String", rename = "question")]
struct Code(Question);

impl GateWish {
    /// Whether a question that cannot be answered lets the deploy go on, with a warning. Unless the project says
    /// otherwise it does where code might use something, and where an application's user may not look.
    pub(super) fn warns(&self, question: Question) -> bool {
        match self.unknown.get(&Code(question)) {
            Some(wanted) => *wanted == Unknown::Warn,
            None => question.may_be_unknown() && question != Question::Workers,
        }
    }
}

impl<'de> Deserialize<'de> for Lasting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let read = humantime::parse_duration(&text);
        read.map(Self).map_err(|_| serde::de::Error::custom(format!("`{text}` is no time: write `30s` or `1d 12h`")))
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match Question::from_code(&text) {
            Some(question) if question.may_be_unknown() => Ok(Self(question)),
            Some(_) => Err(serde::de::Error::custom(format!("`{text}` must be known: an answer of its own refuses"))),
            None => Err(serde::de::Error::custom(format!(
                "there is no question `{text}`: G05, G06, G09 and G11 can be set"
            ))),
        }
    }
}
