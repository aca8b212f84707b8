//! Words that somebody may have meant.

/// The one of `words` that `wrong` is most likely a slip of; `None` where none is near.
pub fn nearest<'a>(wrong: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let most = 1 + wrong.chars().count() / 4;
    let distances = words.into_iter().map(|word| (strsim::damerau_levenshtein(wrong, word), word));
    distances.filter(|(distance, _)| *distance <= most).min().map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_word() {
        let words = ["severity", "silences", "summary"];
        assert_eq!(nearest("severty", words), Some("severity"));
        assert_eq!(nearest("sevreity", words), Some("severity"));
        assert_eq!(nearest("colour", words), None);
    }
}
