//! What ALGORITHM= and LOCK= make of an effect: the server refuses what it cannot do so, and does worse where it is told to.

use super::{Algorithm, Blocks, Effect, Lasts};
use crate::change::OnlineClauses;

/// The errors with which the server refuses a clause.
pub const ERRORS: [&str; 2] = ["1221", "1846"];

/// The LOCK= that a statement may write, from the lightest.
const LOCKS: [&str; 3] = ["none", "shared", "exclusive"];

/// The effect of a change whose statement says `clauses`.
pub fn honour(mut effect: Effect, clauses: &OnlineClauses, instant_refuses_lock: bool) -> Effect {
    let alternatives = std::mem::take(&mut effect.alternatives);
    let mut effect = settle(effect, clauses, instant_refuses_lock);
    effect.alternatives =
        alternatives.into_iter().map(|alternative| settle(alternative, clauses, instant_refuses_lock)).collect();
    effect
}

/// The effect without clauses, and what each pair of them makes of it.
pub fn forms(effect: &Effect, instant_refuses_lock: bool) -> Vec<Effect> {
    let asked = |names: &[&str]| names.iter().map(|name| Some((*name).to_owned())).chain([None]).collect::<Vec<_>>();
    let algorithms = asked(&["instant", "inplace", "copy"]);
    let locks = asked(&LOCKS);
    let pairs = algorithms.iter().flat_map(|algorithm| locks.iter().map(move |lock| (algorithm, lock)));
    let form = |(algorithm, lock): (&Option<String>, &Option<String>)| {
        let clauses = OnlineClauses { algorithm: algorithm.clone(), lock: lock.clone() };
        settle(effect.clone(), &clauses, instant_refuses_lock)
    };
    pairs.map(form).collect()
}

fn settle(effect: Effect, clauses: &OnlineClauses, instant_refuses_lock: bool) -> Effect {
    let Some(needed) = effect.algorithm.filter(|_| effect.refused.is_none()) else { return effect };
    let wanted = clauses.algorithm.as_deref().and_then(algorithm);
    let lock = clauses.lock.as_deref().and_then(lock_rank);
    if wanted == Some(Algorithm::Instant) && lock.is_some() && instant_refuses_lock {
        return refused(effect, "1221: ALGORITHM=INSTANT takes no LOCK= but DEFAULT");
    }
    if let Some(wanted) = wanted.filter(|wanted| *wanted < needed) {
        let error = format!("1846: ALGORITHM={} is not supported", wanted.name().to_ascii_uppercase());
        return refused(effect, &error);
    }
    let effect = match wanted {
        Some(Algorithm::Copy) if needed < Algorithm::Copy => copied(effect),
        _ => effect,
    };
    match lock {
        Some(lock) if Some(lock) < lock_rank(&effect.lock) => {
            let error = format!(
                "1846: LOCK={} is not supported",
                LOCKS.get(lock).copied().unwrap_or_default().to_ascii_uppercase()
            );
            refused(effect, &error)
        }
        Some(lock) => locked(effect, lock),
        None => effect,
    }
}

/// The algorithm that ALGORITHM= names; `None` for DEFAULT.
pub fn algorithm(name: &str) -> Option<Algorithm> {
    [Algorithm::Instant, Algorithm::Nocopy, Algorithm::Inplace, Algorithm::Copy]
        .into_iter()
        .find(|algorithm| algorithm.name().eq_ignore_ascii_case(name))
}

fn lock_rank(name: &str) -> Option<usize> {
    LOCKS.iter().position(|lock| lock.eq_ignore_ascii_case(name))
}

/// Nothing happens but the error.
fn refused(effect: Effect, error: &str) -> Effect {
    Effect {
        lock: LOCKS.first().map(|lock| lock.to_ascii_uppercase()).unwrap_or_default(),
        blocks: Blocks::default(),
        lasts: Lasts::Moment,
        rewrites: false,
        scans: false,
        refused: Some(error.to_owned()),
        others: Vec::new(),
        says: format!("the server refuses to do it as ALGORITHM and LOCK ask; without them: {}", effect.says),
        ..effect
    }
}

fn copied(effect: Effect) -> Effect {
    Effect {
        lock: "SHARED".to_owned(),
        blocks: Blocks { reads: false, writes: true },
        lasts: Lasts::Rebuild,
        algorithm: Some(Algorithm::Copy),
        rewrites: true,
        scans: true,
        says: "ALGORITHM=COPY makes the server copy the table while writes wait".to_owned(),
        ..effect
    }
}

/// LOCK=SHARED keeps writers out even where it need not, LOCK=EXCLUSIVE readers too.
fn locked(mut effect: Effect, lock: usize) -> Effect {
    if Some(lock) > lock_rank(&effect.lock) {
        effect.blocks.writes |= lock >= 1;
        effect.blocks.reads |= lock >= 2;
        effect.lock = LOCKS.get(lock).copied().unwrap_or_default().to_ascii_uppercase();
    }
    effect
}
