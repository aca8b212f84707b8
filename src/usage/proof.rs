//! What an answer says of code that runs: yes, no, or not known.
//!
//! No is said only of what is shown: nothing in doubt, and no place of however low a tier where something could happen. A
//! place that only may use a column decides nothing, but it is no proof either.

use super::query::{Answer, Effect, Place, PlaceKind};
use crate::answer::Answer as Truth;

impl Answer {
    /// Whether running code reads what was asked about.
    pub fn reads(&self) -> Truth {
        self.holds(|kind| !matches!(kind, PlaceKind::Write | PlaceKind::Value | PlaceKind::Insert))
    }

    /// Whether running code writes it.
    pub fn writes(&self) -> Truth {
        let is_seen = self.holds(|kind| matches!(kind, PlaceKind::Write | PlaceKind::Value));
        // What a query or a convention does there is not told apart.
        if is_seen == Truth::No && !self.is_free() { Truth::Unknown } else { is_seen }
    }

    /// Whether running code inserts rows without it, of an answer to a question about that.
    pub fn omits(&self) -> Truth {
        self.holds(|_| true)
    }

    /// Whether it is shown that no running code uses it, or leaves it out.
    pub fn is_free(&self) -> bool {
        let may_matter = |place: &Place| place.part.is_running() && place.effect != Effect::Inert;
        self.unproved.is_empty() && !self.places.iter().any(may_matter)
    }

    fn holds(&self, fits: impl Fn(PlaceKind) -> bool) -> Truth {
        if self.places.iter().any(|place| place.counts() && fits(place.kind)) {
            Truth::Yes
        } else if self.is_free() {
            Truth::No
        } else {
            Truth::Unknown
        }
    }
}
