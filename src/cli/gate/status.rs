//! `phasewise gate status`: the plans, what they wait for, what happened, and how far back one can go.

use super::arguments::{CheckArguments, DecisionArguments, StatusArguments};
use super::asked::{self, Place};
use super::rollback::Back;
use super::verdict::Verdict;
use crate::cli::exit::Failure;
use crate::cli::notes::Notes;
use crate::gate::check::Check;
use crate::gate::decision::{Decision, GateExit};
use crate::gate::releases;

/// How many of the last records are shown.
const RECORDS: usize = 8;

pub(super) fn run(arguments: StatusArguments) -> Result<Decision, Failure> {
    let notes = Notes::new(&arguments.voice);
    let place = arguments.site.place()?;
    let format = arguments.format;
    let check = CheckArguments {
        site: arguments.site,
        database: arguments.database,
        decision: DecisionArguments { overrides: Vec::new(), actor: None, dry_run: true, format },
        target: arguments.target,
        voice: arguments.voice,
    };
    let mut connected = super::check::connect(&check, &place, notes)?;
    let mut asked = super::check::ask(&check, &place, &mut connected, notes)?;
    let mut lines = Vec::new();
    if let (Some(Ok(connection)), Some(live)) = (&mut connected, &place.site.current) {
        let back = Back { place: &place, live, target: &check.target, notes: Notes::Quiet };
        lines.extend(floor(&back, connection)?);
    }
    lines.extend(history(&place));
    let words = super::verdict::go(&asked);
    let mut verdict = Verdict::of(&mut asked, &[], words, notes);
    verdict.after = lines;
    verdict.print(&asked, &place, format, notes)?;
    Ok(Decision { exit: GateExit::Go, obstacle: None, words: format!("status only: {}", verdict.decision.words) })
}

/// Which releases on disk could come back, the newest first, and the oldest of them.
fn floor(back: &Back<'_>, connection: &mut asked::Connection) -> Result<Vec<String>, Failure> {
    let site = &back.place.site;
    let mut lines = vec![String::new(), "rollback:".to_owned()];
    let mut lowest = site.current.as_deref().map(releases::name);
    let older = site.releases.iter().rev().filter(|one| !one.is_bad && Some(&one.path) != site.current.as_ref());
    for release in older {
        let checks = back.ask(&release.path, connection)?;
        match checks.iter().find(|check| check.refuses()) {
            None => {
                lines.push(format!("  {} can come back", release.name));
                lowest = Some(release.name.clone());
            }
            Some(check) => lines.push(format!("  {} cannot: {}", release.name, words(check))),
        }
    }
    lines.push(format!("  rollback floor: {}", lowest.unwrap_or_else(|| "nothing is live".to_owned())));
    Ok(lines)
}

fn words(check: &Check) -> String {
    let about = check.about.as_ref().map_or(String::new(), |about| format!("{about}: "));
    format!("{about}{}", check.words)
}

/// What was recorded last, runs that have no end, and every answer that was let through.
fn history(place: &Place) -> Vec<String> {
    let records = &place.records;
    let mut lines = vec![String::new(), format!("ledger: {}", place.ledger.path().display())];
    if !records.unread.is_empty() {
        let numbers: Vec<String> = records.unread.iter().map(ToString::to_string).collect();
        lines.push(format!("  not read: line {}", numbers.join(", ")));
    }
    for record in records.open_runs() {
        lines.push(format!(
            "  no end was recorded of the run that began at {} for release {}",
            record.at, record.release
        ));
    }
    for record in &records.records {
        for one in &record.overrides {
            lines.push(format!("  {} let {} through at {}: {}", record.actor, one.code, record.at, one.reason));
        }
    }
    let skipped = records.records.len().saturating_sub(RECORDS);
    lines.extend(records.records.iter().skip(skipped).map(|record| {
        let reason = record.reason.clone().unwrap_or_default();
        format!("  {} {} {} {reason}", record.at, event(record.event), record.release)
    }));
    lines
}

fn event(event: crate::gate::ledger::Event) -> &'static str {
    use crate::gate::ledger::Event;
    match event {
        Event::Check => "check",
        Event::Started => "started",
        Event::Ended => "ended",
        Event::Confirmed => "confirmed",
        Event::Rollback => "rollback",
        Event::Attested => "attested",
    }
}
