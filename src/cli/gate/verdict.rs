//! From answers to the end: overrides, the decision, what is printed, what is recorded.

use super::arguments::{DecisionArguments, GateFormat, Override};
use super::asked::{Asked, Place};
use super::record;
use crate::answer::Answer;
use crate::cli::exit::Failure;
use crate::cli::notes::Notes;
use crate::cli::terminal;
use crate::gate::check::Check;
use crate::gate::decision::{Decision, GateExit};
use crate::gate::ledger::{Event, OverrideRecord, Record};
use crate::gate::question::Question;
use crate::gate::releases;
use crate::report::gate::{Decided, write_human, write_json};

/// What came of a gate.
#[derive(Debug)]
pub(super) struct Verdict {
    pub(super) decision: Decision,
    pub(super) id: String,
    /// What became of the wrapped command.
    pub(super) command: Option<(Option<i32>, String)>,
    /// What there is to say after the decision.
    pub(super) after: Vec<String>,
}

impl Verdict {
    /// What the answers come to; `go` is said where none refuses.
    pub(super) fn of(asked: &mut Asked, overrides: &[Override], go: String, notes: Notes) -> Self {
        for one in overrides {
            if !let_through(&mut asked.checks, one) {
                notes.remark(&format!("`--override {}` lets nothing through", one.question));
            }
        }
        Self { decision: Decision::of(&asked.checks, go), id: record::id(), command: None, after: Vec::new() }
    }

    /// Tells it to people or to programs.
    pub(super) fn print(&self, asked: &Asked, place: &Place, format: GateFormat, notes: Notes) -> Result<(), Failure> {
        let pending: Vec<String> = asked.pending.iter().map(|file| file.name.clone()).collect();
        let (release, current) =
            (releases::name(&place.site.release), place.site.current.as_deref().map(releases::name));
        let revision = releases::revision(&place.site.release);
        let at = crate::gate::moment::written(std::time::SystemTime::now());
        let decided = Decided {
            decision: &self.decision,
            checks: &asked.checks,
            at: &at,
            release: &release,
            revision: revision.as_deref(),
            current: current.as_deref(),
            database: asked.database.clone(),
            pending: &pending,
            command: self.command.as_ref().map(|(code, words)| (*code, words.as_str())),
            after: &self.after,
            record: Some(&self.id),
        };
        match format {
            GateFormat::Json => terminal::print(|out| write_json(out, &decided)),
            GateFormat::Human => {
                let mut text = Vec::new();
                write_human(&mut text, &decided, notes.is_verbose()).map_err(Failure::of_output)?;
                String::from_utf8_lossy(&text).lines().for_each(terminal::say);
                Ok(())
            }
        }
    }

    /// Tells people what the command did, after they have read why it might run.
    pub(super) fn print_end(&self) {
        if let Some((_, words)) = &self.command {
            terminal::say(&format!("gate: the command has ended: {words}"));
        }
        self.after.iter().for_each(|line| terminal::say(&format!("  {line}")));
    }

    /// What is recorded of it.
    pub(super) fn record(&self, event: Event, asked: &Asked, place: &Place, arguments: &DecisionArguments) -> Record {
        let overridden = asked.checks.iter().filter_map(|check| Some((check.question, check.overridden.as_ref()?)));
        Record {
            exit: Some(self.decision.exit.code()),
            reason: Some(self.decision.line()),
            pending: asked.pending.iter().map(|file| file.name.clone()).collect(),
            plans: asked.placed.clone(),
            database: asked.database.as_ref().map(|database| database.address.clone()),
            overrides: overridden
                .map(|(question, reason)| OverrideRecord { code: question.code().to_owned(), reason: reason.clone() })
                .collect(),
            ..record::record(event, &self.id, &place.site, arguments.actor.as_deref())
        }
    }

    /// Replaces the decision: the command ran, and this is what came of it.
    pub(super) fn becomes(&mut self, exit: GateExit, obstacle: &'static str, words: String) {
        self.decision = Decision { exit, obstacle: Some(obstacle), words };
    }
}

/// Takes one answer for not counting; whether there is any that could be.
fn let_through(checks: &mut [Check], one: &Override) -> bool {
    let can_be = |check: &&mut Check| {
        let is_down = check.question == Question::Pending && check.answer == Answer::Unknown;
        check.question == one.question && check.refuses() && !check.is_live_conflict && !is_down
    };
    let mut is_used = false;
    for check in checks.iter_mut().filter(can_be) {
        check.overridden = Some(one.reason.clone());
        is_used = true;
    }
    is_used
}

/// What `go` says of what is pending.
pub(super) fn go(asked: &Asked) -> String {
    match asked.pending.len() {
        0 => "nothing is pending".to_owned(),
        1 => "1 migration may run".to_owned(),
        count => format!("{count} migrations may run"),
    }
}

/// An error as the end of a gate.
pub(super) fn unusable(words: String) -> Decision {
    Decision { exit: GateExit::Unusable, obstacle: Some("unusable"), words }
}
