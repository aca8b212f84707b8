//! What the code around a batch says to a finding, for people.

use crate::finding::{Doubt, Finding, Use};

/// So many places are shown unless all are asked for: the worst come first.
const SHOWN: usize = 5;

/// The places that the finding rests on, and what keeps it from being cleared, as lines of which each but the headings is an
/// item of a list; empty where the code has no say.
pub(super) fn lines(finding: &Finding, is_verbose: bool) -> Vec<String> {
    let mut lines = Vec::new();
    for is_new_code in [true, false] {
        let uses: Vec<&Use> = finding.uses.iter().filter(|used| used.is_new_code == is_new_code).collect();
        if uses.is_empty() {
            continue;
        }
        let whose = if is_new_code { "the code that comes with it" } else { "the code that runs now" };
        lines.push(format!("{} in {whose}", counted(uses.len())));
        let shown = if is_verbose { uses.len() } else { SHOWN };
        lines.extend(uses.iter().take(shown).map(|used| item(used)));
        lines.extend(more(uses.len(), shown));
    }
    if finding.uses.is_empty() && finding.discharged_by.is_none() && !finding.doubts.is_empty() {
        lines.push("nothing in the code that runs now is known to need it, but not every place can be told".to_owned());
        let shown = if is_verbose { finding.doubts.len() } else { SHOWN };
        let items = finding.doubts.iter().take(shown);
        lines.extend(items.map(|doubt| format!("- {}:{} {}", doubt.file, doubt.line, doubted(doubt))));
        lines.extend(more(finding.doubts.len(), shown));
    }
    lines
}

fn item(used: &Use) -> String {
    format!("- {}:{} {}", used.file, used.line, told(used))
}

/// Why nobody can tell, and in whose code.
pub(super) fn doubted(doubt: &Doubt) -> String {
    format!("{}{}", doubt.reason, of(&doubt.release))
}

/// What happens at a place, how sure that is, and in whose code it stands.
pub(super) fn told(used: &Use) -> String {
    let effect = match used.effect {
        "sql-error" => "SQL fails",
        _ => "null is read",
    };
    let release = if used.is_new_code { String::new() } else { of(&used.release) };
    format!("{effect} ({}): {}{release}", used.tier, used.why)
}

fn of(release: &str) -> String {
    format!(" [{release}]")
}

fn counted(count: usize) -> String {
    if count == 1 { "1 place".to_owned() } else { format!("{count} places") }
}

fn more(count: usize, shown: usize) -> Option<String> {
    (count > shown).then(|| format!("- and {} more (listed with -v)", count - shown))
}
