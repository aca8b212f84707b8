//! What other sessions do with the tables just now, as answers: a migration that has to wait for one of them makes every
//! request wait behind it.

use super::activity::{Activity, Blind};
use super::check::Check;
use super::moment;
use super::question::Question;

pub fn checks(activity: &Activity) -> Vec<Check> {
    std::iter::once(quiet(activity)).chain(others(activity)).collect()
}

fn quiet(activity: &Activity) -> Check {
    let question = Question::Quiet;
    let open = activity.transactions.found.iter().map(|one| {
        let on = one.table.as_ref().map_or(String::new(), |table| format!(" on `{table}`"));
        let who = one.who.as_deref().unwrap_or("somebody");
        format!("session {} of {who} has had a transaction open{on} for {}", one.session, moment::spelled(one.age))
    });
    let waits = activity.waits.found.iter().map(|one| {
        let on = one.table.as_ref().map_or(String::new(), |table| format!(" on `{table}`"));
        let of = one.blocked_by.join(", ");
        let of = if of.is_empty() { String::new() } else { format!(", held by session {of}") };
        format!("session {} waits for a lock{on}{of}", one.session)
    });
    let found: Vec<String> = open.chain(waits).collect();
    if !found.is_empty() {
        let words = match found.len() {
            1 => "a session stands in the way of the change".to_owned(),
            count => format!("{count} sessions stand in the way of the change"),
        };
        return Check::fail(question, words)
            .with_evidence(found)
            .with_fix("let it end, or end it: a change that waits for it makes every request wait behind the change");
    }
    let blind: Vec<&Blind> = activity.transactions.blind.iter().chain(&activity.waits.blind).collect();
    match blind.first() {
        Some(first) => Check::unknown(question, first.reason.clone()).with_fix(first.help.clone()),
        None => Check::pass(question, "no transaction is open for long on what changes"),
    }
}

/// Whether somebody else changes a schema.
fn others(activity: &Activity) -> Option<Check> {
    let found = &activity.changes.found;
    if found.is_empty() {
        return None;
    }
    let lines = found.iter().map(|one| {
        format!("session {} of {}: {}", one.session, one.who.as_deref().unwrap_or("somebody"), one.statement)
    });
    let mut check = Check::fail(Question::Alone, "somebody else changes the schema right now")
        .with_evidence(lines)
        .with_fix("try again once it is through");
    check.is_live_conflict = true;
    Some(check)
}
