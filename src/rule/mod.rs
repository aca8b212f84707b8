//! Rules: which change, in which place, with which effect, is worth a finding, and what it says.
//!
//! A rule is one YAML file under `rules/<family>/`, or of the user. It is read here into its compiled form, matched
//! against a change and its effect, and rendered. What becomes of a match (confidence, suppression, evidence) is left to
//! the lint.

mod example;
mod matcher;
mod prose;
mod rule_file;
mod set;
mod template;
#[cfg(test)]
mod tests;

use crate::effect::{Effect, Subject, Verdict};
use crate::finding::{Breaks, Severity};

pub use example::{Example, Examples, Language};
pub use set::{Match, Rules};

use matcher::RuleMatch;
use prose::Prose;
use template::Template;

/// One rule, ready to match.
#[derive(Debug, Clone)]
pub struct Rule {
    pub id: String,
    /// The folder it lies in: `compatibility`, `locking`, …
    pub family: String,
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
        let except = Verdict::any(self.except.iter().map(|except| except.matches(subject, effect)));
        Verdict::all([self.matcher.matches(subject, effect), !except])
    }

    /// Its texts as they are written, with `{table}` and the like for the names of a change.
    pub fn wording(&self) -> Wording {
        Wording { message: self.message.to_string(), why: self.why.to_string(), help: self.help.to_string() }
    }

    /// Its texts, with the names of this change in them.
    pub fn render(&self, subject: &Subject<'_>, effect: &Effect) -> Wording {
        Wording {
            message: self.message.render(subject, effect),
            why: self.why.render(subject, effect),
            help: self.help.render(subject, effect),
        }
    }
}
