//! An effect in words, and the names that outputs use for its parts.

use crate::effect::{Algorithm, Blocks, Certainty, Effect, Lasts};
use crate::engine::EngineVersion;
use crate::finding::{Clue, Evidence, Finding};
use crate::source::{Span, Tree};

/// What the MySQL family calls a lock that keeps nobody waiting.
const NO_LOCK: &str = "NONE";

/// Why a finding does not count, where it does not: the kind of reason, and the reason.
pub(super) fn set_aside(finding: &Finding, tree: &Tree) -> Option<(&'static str, String)> {
    if let Some(suppression) = &finding.suppressed {
        return Some(("ignored", format!("{} ({})", suppression.reason, place(suppression.span, tree))));
    }
    if let Some(by) = &finding.discharged_by {
        return Some(("cleared", evidence(by, tree)));
    }
    finding.is_baselined.then(|| ("known", "it is in the baseline".to_owned()))
}

/// What discharges a finding, and where that can be read.
pub(super) fn evidence(evidence: &Evidence, tree: &Tree) -> String {
    match evidence.place {
        Some(span) => format!("{} ({})", evidence.words, place(span, tree)),
        None => evidence.words.clone(),
    }
}

/// What bears on a finding, and where that can be read.
pub(super) fn clue(clue: &Clue, tree: &Tree) -> String {
    format!("{} ({})", clue.words, place(clue.place, tree))
}

/// `path:line:column`.
pub(super) fn place(span: Span, tree: &Tree) -> String {
    let file = tree.file(span.file);
    let start = file.position(span.start);
    format!("{}:{}:{}", file.path, start.line, start.column)
}

/// The engine's name and version for people: `PostgreSQL 15`.
pub(super) fn engine(target: &EngineVersion) -> String {
    format!("{} {}", target.engine.title(), target.version)
}

/// Which lock the engine takes and for how long, who waits, and what it does meanwhile, as sentences.
pub(super) fn effect(effect: &Effect) -> String {
    effect_beside(effect, "")
}

/// The same without what `told` says already.
pub(super) fn effect_beside(effect: &Effect, told: &str) -> String {
    let mut sentences = Vec::new();
    match &effect.refused {
        Some(error) => sentences.push(format!("refused: {error}")),
        None if effect.certainty != Certainty::Unknown => sentences.push(lock(effect)),
        None => {}
    }
    let told: Vec<&str> = told.split_whitespace().collect();
    if effect.says.is_empty() || !told.join(" ").contains(effect.says.trim()) {
        sentences.push(effect.says.clone());
    }
    sentences.extend(
        effect.others.iter().map(|other| {
            format!("also locks `{}`: {}; {}", other.table, lock_name(&other.lock), waiting(other.blocks))
        }),
    );
    sentences.push(uncertainty(effect));
    let sentences: Vec<String> = sentences.iter().filter_map(|sentence| as_sentence(sentence)).collect();
    sentences.join(" ")
}

fn lock(effect: &Effect) -> String {
    let name = lock_name(&effect.lock);
    match (is_no_lock(&effect.lock), effect.blocks.none()) {
        (true, true) => format!("{name}; {}", waiting(effect.blocks)),
        (true, false) => format!("{name}, but one on each row until the end; {}", waiting(effect.blocks)),
        (false, _) => format!("{name}{}; {}", duration(effect.lasts), waiting(effect.blocks)),
    }
}

/// With a capital and a full stop; `None` where there is nothing to say.
fn as_sentence(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches('.');
    let mut letters = text.chars();
    let first = letters.next()?;
    Some(format!("{}{}.", first.to_uppercase(), letters.as_str()))
}

fn is_no_lock(lock: &str) -> bool {
    lock.is_empty() || lock == NO_LOCK
}

fn lock_name(lock: &str) -> &str {
    if is_no_lock(lock) { "no table lock" } else { lock }
}

fn duration(lasts: Lasts) -> &'static str {
    match lasts {
        Lasts::Moment => " for a moment",
        Lasts::Scan => " for as long as all rows are read",
        Lasts::IndexBuild => " for as long as the index is built",
        Lasts::Rebuild => " for as long as the table is rewritten",
    }
}

fn waiting(blocks: Blocks) -> &'static str {
    match (blocks.reads, blocks.writes) {
        (true, true) => "reads and writes wait",
        (true, false) => "reads wait",
        (false, true) => "writes wait, reads go on",
        (false, false) => "reads and writes go on",
    }
}

/// Empty where nothing is uncertain.
fn uncertainty(effect: &Effect) -> String {
    let hangs_on = effect.hangs_on.join(", ");
    match effect.certainty {
        Certainty::Known => String::new(),
        Certainty::Assumed if hangs_on.is_empty() => "this is the worst that may be".to_owned(),
        Certainty::Assumed => format!("this is the worst that may be; it hangs on {hangs_on}"),
        Certainty::Unknown if hangs_on.is_empty() => String::new(),
        Certainty::Unknown => format!("it hangs on {hangs_on}"),
    }
}

pub(super) fn lasts(lasts: Lasts) -> &'static str {
    match lasts {
        Lasts::Moment => "moment",
        Lasts::Scan => "scan",
        Lasts::IndexBuild => "index-build",
        Lasts::Rebuild => "rebuild",
    }
}

pub(super) fn algorithm(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::Instant => "instant",
        Algorithm::Nocopy => "nocopy",
        Algorithm::Inplace => "inplace",
        Algorithm::Copy => "copy",
    }
}

pub(super) fn certainty(certainty: Certainty) -> &'static str {
    match certainty {
        Certainty::Unknown => "unknown",
        Certainty::Assumed => "assumed",
        Certainty::Known => "known",
    }
}

/// What other sessions cannot do: `read`, `write`.
pub(super) fn blocked(blocks: Blocks) -> impl Iterator<Item = &'static str> {
    [(blocks.reads, "read"), (blocks.writes, "write")]
        .into_iter()
        .filter(|(is_blocked, _)| *is_blocked)
        .map(|(_, what)| what)
}
