//! PHP's arrays: keys and terms in the order they were put in.

use super::term::Term;
use crate::answer::Answer;
use crate::laravel::Key;

#[derive(Debug, Clone, Default)]
pub(crate) struct Array {
    entries: Vec<(Key, Term)>,
    next: i64,
    /// Whether there may be more entries than are listed, or others.
    pub is_open: bool,
}

impl Array {
    pub fn empty(is_open: bool) -> Self {
        Self { is_open, ..Self::default() }
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&Key, &Term)> {
        self.entries.iter().map(|(key, term)| (key, term))
    }

    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        self.entries.iter().map(|(key, _)| key)
    }

    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Term> {
        self.entries.iter().map(|(_, term)| term)
    }

    pub fn get(&self, key: &Key) -> Option<&Term> {
        // Lists are the rule: the entry of key 7 stands at place 7.
        if let Key::Int(at) = key
            && let Some((found, term)) = usize::try_from(*at).ok().and_then(|at| self.entries.get(at))
            && found == key
        {
            return Some(term);
        }
        self.entries.iter().find(|(known, _)| known == key).map(|(_, term)| term)
    }

    pub fn has(&self, key: &Key) -> Answer {
        match self.get(key) {
            Some(_) => Answer::Yes,
            None if self.is_open => Answer::Unknown,
            None => Answer::No,
        }
    }

    pub fn insert(&mut self, key: Key, term: Term) {
        if let Key::Int(at) = key
            && at >= self.next
        {
            self.next = at.saturating_add(1);
            self.entries.push((key, term));
            return;
        }
        match self.entries.iter_mut().find(|(known, _)| *known == key) {
            Some((_, known)) => *known = term,
            None => self.entries.push((key, term)),
        }
    }

    pub fn push(&mut self, term: Term) {
        self.entries.push((Key::Int(self.next), term));
        self.next = self.next.saturating_add(1);
    }

    pub fn remove(&mut self, key: &Key) {
        self.entries.retain(|(known, _)| known != key);
    }

    /// Puts in what PHP's spread and `array_merge` do: text keys replace, numbers are counted on.
    pub fn merge(&mut self, other: &Self) {
        self.is_open |= other.is_open;
        for (key, term) in other.iter() {
            match key {
                Key::Int(_) => self.push(term.clone()),
                Key::Str(_) => self.insert(key.clone(), term.clone()),
            }
        }
    }

    pub fn is_list(&self) -> bool {
        self.keys().zip(0..).all(|(key, at)| *key == Key::Int(at))
    }

    /// Whether it is all there and none of it is unknown, arrays in it included.
    pub fn is_known(&self) -> bool {
        !self.is_open
            && self.values().all(|term| match term {
                Term::Array(inner) => inner.is_known(),
                term => !term.is_unknown(),
            })
    }
}

impl FromIterator<Term> for Array {
    fn from_iter<T: IntoIterator<Item = Term>>(terms: T) -> Self {
        let mut array = Self::default();
        terms.into_iter().for_each(|term| array.push(term));
        array
    }
}

impl FromIterator<(Key, Term)> for Array {
    fn from_iter<T: IntoIterator<Item = (Key, Term)>>(entries: T) -> Self {
        let mut array = Self::default();
        entries.into_iter().for_each(|(key, term)| array.insert(key, term));
        array
    }
}
