//! What was changed, one after another, so that of two catalogs only what may differ has to be compared.

use std::collections::BTreeSet;
use std::rc::Rc;

use rpds::List;

/// The names of what was changed, the last first. Two that were one share what came before; cloning is cheap.
#[derive(Debug, Clone)]
pub(super) struct Log<N>(List<Rc<Entry<N>>>);

#[derive(Debug)]
enum Entry<N> {
    One(N),
    Any,
}

impl<N> Default for Log<N> {
    fn default() -> Self {
        Self(List::new())
    }
}

/// How something came to be says nothing of what it is.
impl<N> PartialEq for Log<N> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<N> Eq for Log<N> {}

impl<N: Ord + Clone> Log<N> {
    /// What goes by that name was changed, or is about to be.
    pub(super) fn note(&mut self, name: &N) {
        self.0.push_front_mut(Rc::new(Entry::One(name.clone())));
    }

    /// Anything may have been changed.
    pub(super) fn note_any(&mut self) {
        self.0.push_front_mut(Rc::new(Entry::Any));
    }

    /// What may be another here than there; `None` where that may be anything.
    pub(super) fn apart(&self, other: &Self) -> Option<BTreeSet<N>> {
        let (ours, theirs) = (self.0.len(), other.0.len());
        let (mut here, mut there) = (self.0.iter(), other.0.iter());
        let mut apart: Vec<&Rc<Entry<N>>> = here.by_ref().take(ours.saturating_sub(theirs)).collect();
        apart.extend(there.by_ref().take(theirs.saturating_sub(ours)));
        for (here, there) in here.zip(there).take_while(|(here, there)| !Rc::ptr_eq(here, there)) {
            apart.extend([here, there]);
        }
        let name = |entry: &Rc<Entry<N>>| match &**entry {
            Entry::One(name) => Some(name.clone()),
            Entry::Any => None,
        };
        apart.into_iter().map(name).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_differ_in_what_was_changed_since_they_were_one() {
        let mut here = Log::default();
        here.note(&"before");
        let mut there = here.clone();
        here.note(&"here");
        here.note(&"both");
        there.note(&"both");
        assert_eq!(here.apart(&there), Some(BTreeSet::from(["both", "here"])));
        assert_eq!(here.apart(&here.clone()), Some(BTreeSet::new()));
        there.note_any();
        assert_eq!(here.apart(&there), None);
    }

    #[test]
    fn two_that_never_were_one_differ_in_all() {
        let (mut here, mut there) = (Log::default(), Log::default());
        here.note(&"same");
        there.note(&"same");
        assert_eq!(here.apart(&there), Some(BTreeSet::from(["same"])));
    }
}
