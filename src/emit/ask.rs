//! Places in a generated file that only a person can fill, and the hash that tells whether the rest was edited.
//!
//! Such a place is what stands between two comments. It belongs to the person: whatever stands there, the file is still
//! the plan's.

use sha2::{Digest, Sha256};

pub(super) const OPENING: &str = "phasewise:ask";
pub(super) const CLOSING: &str = "phasewise:answered";

/// What stands in SQL where nobody has answered yet; in PHP it is null.
pub(super) const UNANSWERED: &str = "phasewise_unanswered";

/// The SHA-256 of a text but for the places that a person fills.
pub fn lock(text: &str) -> String {
    let mut hash = Sha256::new();
    let mut is_within = false;
    for line in text.lines() {
        is_within = is_within && !line.contains(CLOSING);
        if !is_within {
            hash.update(line.trim_end_matches('\r').as_bytes());
            hash.update(b"\n");
        }
        is_within = is_within || line.contains(OPENING);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

/// Whether something is asked there that nobody has answered.
pub(super) fn is_unanswered(text: &str) -> bool {
    within(text).is_some_and(|asked| asked.contains(UNANSWERED) || asked.contains("= null;"))
}

/// `new` with the answers that `old` holds, where both ask the same.
pub(super) fn with_answers(new: &str, old: &str) -> String {
    let (Some(wanted), Some(given)) = (within(new), within(old)) else { return new.to_owned() };
    new.replacen(wanted, given, 1)
}

/// What stands between the two comments, and the comments.
fn within(text: &str) -> Option<&str> {
    let start = text.find(OPENING)?;
    let rest = text.get(start..)?;
    rest.get(..rest.find(CLOSING)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: &str = "a\n// phasewise:ask what?\nphasewise_unanswered\n// phasewise:answered\nb\n";

    #[test]
    fn an_answer_is_no_edit_and_anything_else_is() {
        let answered = ASKED.replace(UNANSWERED, "'none'");
        assert!(is_unanswered(ASKED) && !is_unanswered(&answered));
        assert_eq!(lock(ASKED), lock(&answered));
        assert_eq!(lock(ASKED), lock(&ASKED.replace('\n', "\r\n")));
        assert_ne!(lock(ASKED), lock(&ASKED.replace("\nb", "\nc")));
        assert_ne!(lock(ASKED), lock(&ASKED.replace("what?", "who?")));
        assert_eq!(with_answers(ASKED, &answered), answered);
    }
}
