//! Rules: which change, in which place, with which effect, is worth a finding, and what it says.
//!
//! A rule is one YAML file under `rules/<family>/`, or of the user. It is read here into its compiled form, matched
//! against a change and its effect, and rendered. What becomes of a match (confidence, suppression, evidence) is left to
//! the lint.

mod effect_matcher;
mod example;
mod matcher;
mod proof;
mod prose;
mod remark;
mod rule_file;
mod set;
mod template;
#[cfg(test)]
mod tests;

use crate::effect::{Effect, Subject, Verdict};
use crate::engine::{Engine, EngineVersion};
use crate::finding::{Breaks, Severity};

pub use example::{Example, ExamplePublished, Examples, Language};
pub use proof::Proof;
pub use remark::{Remark, RemarkKind};
pub use rule_file::schema;
pub use set::{Match, OwnRule, Rules};

use matcher::RuleMatch;
use prose::Prose;
use template::{Name, Template};

/// One rule, ready to match.
#[derive(Debug, Clone)]
pub struct Rule {
    pub id: String,
    /// The folder it lies in: `compatibility`, `locking`, …
    pub family: String,
    /// Where its file lies: below `rules/`, or in the project.
    pub path: String,
    /// Whether it is the project's rather than one of this binary.
    pub is_own: bool,
    pub summary: String,
    pub severity: Severity,
    /// It is silent where whether it matches hangs on something unknown.
    pub certain_only: bool,
    /// Several changes of one table in one migration have one cause, and one finding.
    pub once_per_table: bool,
    /// What fails or goes wrong in running code; empty for a rule on locks.
    pub breaks: Breaks,
    /// The recipe that turns the change into safe deploys.
    pub recipe: Option<String>,
    /// Why there is no recipe.
    pub no_recipe: Option<String>,
    /// Rules that say less about the same change, and so are not reported beside this one.
    pub silences: Vec<String>,
    /// Rules whose findings about the same table, earlier in the migration, are part of what this one says.
    pub silences_earlier: Vec<String>,
    /// What shows that what it finds cannot do harm.
    pub discharged_by: Vec<Proof>,
    /// Whether the places in running code that use what is changed belong to its findings.
    shows_code: bool,
    pub references: Vec<String>,
    pub examples: Examples,
    matcher: RuleMatch,
    except: Vec<RuleMatch>,
    message: Template,
    why: Prose,
    help: Prose,
}

/// What a rule says of one change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording {
    pub message: String,
    pub why: String,
    pub help: String,
}

impl Rule {
    /// Whether the rule is about this change, and what that hangs on where it is not known.
    pub fn matches(&self, subject: &Subject<'_>, effect: &Effect) -> Verdict {
        let except = || Verdict::any(self.except.iter().map(|except| except.matches(subject, effect)));
        self.matcher.matches(subject, effect).and(|| !except())
    }

    /// Whether the remark is what it is about.
    pub fn is_about(&self, remark: &Remark) -> bool {
        self.matcher.remark == Some(remark.kind)
    }

    /// Whether the code that runs while the migration ships has a say in it.
    pub fn is_about_code(&self) -> bool {
        self.shows_code || self.discharged_by.iter().any(|proof| proof.is_of_code()) || self.matcher.asks_for_code()
    }

    /// Whether it is about the way back from a migration, which then must be read.
    pub fn is_about_way_back(&self) -> bool {
        matches!(self.matcher.remark, Some(RemarkKind::WayBackMissing | RemarkKind::WayBackDestroys))
    }

    /// Whether what it finds does harm only for as long as the server goes through all rows of the table.
    pub fn is_bound_to_size(&self) -> bool {
        self.matcher.is_bound_to_size()
    }

    /// Its texts as they are written, with `{table}` and the like for the names of a change.
    pub fn wording(&self) -> Wording {
        Wording { message: self.message.to_string(), why: self.why.to_string(), help: self.help.to_string() }
    }

    /// Its texts, with the names of this change in them.
    pub fn render(&self, subject: &Subject<'_>, effect: &Effect) -> Wording {
        self.worded(subject.target.engine, &|name| name.value(subject, effect))
    }

    /// Its texts, with the words of a remark in them.
    pub fn render_remark(&self, remark: &Remark, target: &EngineVersion) -> Wording {
        self.worded(target.engine, &|name| name.of_remark(remark, target))
    }

    fn worded(&self, engine: Engine, value: &dyn Fn(Name) -> String) -> Wording {
        Wording {
            message: self.message.render(value),
            why: self.why.render(engine, value),
            help: self.help.render(engine, value),
        }
    }
}
