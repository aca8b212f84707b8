//! Which columns the query of a view names, as far as its words tell.

use super::expression::{bare, words};
use crate::answer::Answer;

/// Whether the query reads that column of `table`, which is one of the tables that it reads; `others` are the rest, and
/// `in_others` says whether one of those has a column of that name, and `is_in_all` whether `*` stands for it too.
pub(super) fn names_column(
    text: &str,
    column: &str,
    table: &str,
    others: &[&str],
    in_others: Answer,
    is_in_all: bool,
) -> Answer {
    let query = Query::new(text);
    let resolve = |qualifier: &str| match query.source(qualifier) {
        source if source.eq_ignore_ascii_case(table) => Answer::Yes,
        source if others.iter().any(|other| source.eq_ignore_ascii_case(other)) => Answer::No,
        // A subquery's alias, which may pass it on.
        _ => Answer::Unknown,
    };
    let only_if = |is_alone: bool| if is_alone { Answer::Yes } else { Answer::Unknown };
    let named = query.mentions(column).map(|qualifier| match qualifier {
        Some(qualifier) => resolve(qualifier),
        None => only_if(in_others.is_no()),
    });
    let all = query.stars().filter(|_| is_in_all).map(|qualifier| match qualifier {
        Some(qualifier) => resolve(qualifier),
        None => only_if(others.is_empty()),
    });
    Answer::any(named.chain(all))
}

struct Query<'t> {
    text: &'t str,
    /// Its words, each with where it begins and ends.
    words: Vec<(usize, usize)>,
}

impl<'t> Query<'t> {
    fn new(text: &'t str) -> Self {
        let words = words(text, &['"', '`']).into_iter().map(|word| (word.start, word.end)).collect();
        Self { text, words }
    }

    fn word(&self, at: usize) -> Option<&'t str> {
        let (start, end) = self.words.get(at)?;
        self.text.get(*start..*end).map(bare)
    }

    /// The word before, if a dot stands between.
    fn qualifier(&self, at: usize) -> Option<&'t str> {
        let (start, _) = self.words.get(at)?;
        let before = at.checked_sub(1)?;
        let (_, end) = self.words.get(before)?;
        (self.text.get(*end..*start)?.trim() == ".").then(|| self.word(before)).flatten()
    }

    /// Each place that names the column, with what stands before its dot. The name that AS gives is none.
    fn mentions<'q>(&'q self, column: &'q str) -> impl Iterator<Item = Option<&'t str>> + 'q {
        (0..self.words.len())
            .filter(move |at| {
                let is_it = self.word(*at).is_some_and(|word| word.eq_ignore_ascii_case(column));
                let before = at.checked_sub(1).and_then(|before| self.word(before));
                is_it && !before.is_some_and(|before| before.eq_ignore_ascii_case("as"))
            })
            .map(|at| self.qualifier(at))
    }

    /// Each `*` that stands for columns, with what stands before its dot: no multiplication, and no `count(*)`.
    fn stars<'q>(&'q self) -> impl Iterator<Item = Option<&'t str>> + 'q {
        self.text.match_indices('*').filter_map(|(at, _)| {
            let before = self.text.get(..at)?.trim_end();
            let last = self.words.iter().rposition(|(_, end)| *end <= before.len())?;
            let word = self.word(last)?;
            let is_after_word = self.words.get(last).is_some_and(|(_, end)| *end == before.len());
            if let Some(qualified) = before.strip_suffix('.') {
                let is_of_word = self.words.get(last).is_some_and(|(_, end)| *end == qualified.trim_end().len());
                return is_of_word.then_some(Some(word));
            }
            let begins =
                is_after_word && ["select", "distinct", "all"].iter().any(|known| word.eq_ignore_ascii_case(known));
            (begins || before.ends_with(',')).then_some(None)
        })
    }

    /// The table of which that is an alias, or the word itself: `orders o`, `orders AS o`.
    fn source(&self, qualifier: &'t str) -> &'t str {
        let is_alias = |at: &usize| {
            let is_it = self.word(*at).is_some_and(|word| word.eq_ignore_ascii_case(qualifier));
            let is_followed_by_dot = self
                .words
                .get(*at)
                .is_some_and(|(_, end)| self.text.get(*end..).is_some_and(|rest| rest.trim_start().starts_with('.')));
            is_it && self.qualifier(*at).is_none() && !is_followed_by_dot
        };
        let stands_for = |at: usize| {
            let before = at.checked_sub(1)?;
            let is_as = self.word(before)?.eq_ignore_ascii_case("as");
            let source = if is_as { before.checked_sub(1)? } else { before };
            let (_, end) = self.words.get(source)?;
            let (start, _) = self.words.get(if is_as { before } else { at })?;
            let follows = self.text.get(*end..*start)?.trim().is_empty();
            let word = self.word(source)?;
            let is_keyword =
                ["from", "join", "update", "into", "only"].iter().any(|known| word.eq_ignore_ascii_case(known));
            (follows && !is_keyword).then_some(word)
        };
        (0..self.words.len()).filter(is_alias).find_map(stands_for).unwrap_or(qualifier)
    }
}

#[cfg(test)]
mod tests {
    use super::names_column;
    use crate::answer::Answer;

    #[track_caller]
    fn check(text: &str, others: &[&str], expected: Answer) {
        let in_others = if others.is_empty() { Answer::No } else { Answer::Unknown };
        assert_eq!(names_column(text, "total", "orders", others, in_others, true), expected, "{text}");
    }

    #[test]
    fn a_column_is_named_by_its_word_or_by_all() {
        check("SELECT id, total FROM orders", &[], Answer::Yes);
        check("SELECT sum(\"total\") FROM orders", &[], Answer::Yes);
        check("SELECT * FROM orders", &[], Answer::Yes);
        check("SELECT id, orders.* FROM orders", &[], Answer::Yes);
        assert_eq!(names_column("SELECT * FROM orders", "total", "orders", &[], Answer::No, false), Answer::No);
        assert_eq!(names_column("SELECT *, total FROM orders", "total", "orders", &[], Answer::No, false), Answer::Yes);
        check("SELECT count(*), price * 2 AS total FROM orders WHERE note <> 'total'", &[], Answer::No);
    }

    #[test]
    fn one_of_several_tables_is_told_by_the_qualifier() {
        let users: &[&str] = &["users"];
        check("SELECT o.total FROM orders o JOIN users u ON u.id = o.user_id", users, Answer::Yes);
        check("SELECT u.total FROM orders AS o JOIN users AS u ON u.id = o.user_id", users, Answer::No);
        check("SELECT u.* FROM orders AS o JOIN users AS u ON u.id = o.user_id", users, Answer::No);
        check("SELECT total FROM orders JOIN users ON users.id = orders.user_id", users, Answer::Unknown);
        check("SELECT * FROM orders JOIN users ON users.id = orders.user_id", users, Answer::Unknown);
        check("SELECT x.total FROM (SELECT orders.total FROM orders) x, users", users, Answer::Yes);
        let sure = names_column("SELECT total FROM orders, users", "total", "orders", users, Answer::No, true);
        assert_eq!(sure, Answer::Yes);
    }
}
