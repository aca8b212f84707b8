//! Prose of rules: lines joined into paragraphs, and paragraphs filled to a width.

use std::borrow::Cow;

use textwrap::{WordSeparator, WordSplitter};

/// Fills `text`: lines that follow one another become one, but for list items and indented lines. All lines but the first
/// are indented; before that one a label may stand.
pub(super) fn wrap(text: &str, indent: usize, width: usize) -> String {
    let room = width.saturating_sub(indent).max(20);
    let indent = format!("\n{:indent$}", "");
    let lines: Vec<String> = paragraphs(text.trim()).iter().flat_map(|paragraph| fill(paragraph, room)).collect();
    lines.join(&indent)
}

/// The text in pieces that are lines each on its own.
pub(super) fn paragraphs(text: &str) -> Vec<String> {
    let mut paragraphs: Vec<String> = Vec::new();
    let mut is_open = false;
    for line in text.lines() {
        let stands_alone = line.starts_with([' ', '\t', '-', '*']) || line.trim().is_empty();
        match paragraphs.last_mut() {
            Some(paragraph) if is_open && !stands_alone => {
                paragraph.push(' ');
                paragraph.push_str(line.trim());
            }
            _ if line.trim().is_empty() => {}
            _ => paragraphs.push(line.trim_end().to_owned()),
        }
        is_open = !stands_alone || line.starts_with(['-', '*']);
    }
    paragraphs
}

/// Breaks a paragraph between words, never within one. Later lines stand under the text of the first.
fn fill(paragraph: &str, room: usize) -> Vec<String> {
    let text = paragraph.trim_start();
    let (indent, _) = paragraph.split_at(paragraph.len() - text.len());
    let hanging = if text.starts_with(['-', '*']) { format!("{indent}  ") } else { indent.to_owned() };
    let options = textwrap::Options::new(room)
        .initial_indent(indent)
        .subsequent_indent(&hanging)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation);
    textwrap::wrap(text, options).into_iter().map(Cow::into_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_filled_and_lists_are_kept() {
        let text = "one two\nthree four\n\nfive\n- six\n  seven\n    code";
        assert_eq!(
            wrap(text, 11, 31),
            "one two three four\n           five\n           - six\n             seven\n               code"
        );
        assert_eq!(wrap("- aaaaaaaaaa bbbbbbbbbb", 2, 22), "- aaaaaaaaaa\n    bbbbbbbbbb");
        assert_eq!(wrap("aaaaaaaaaa bbbbbbbbbb cc", 11, 31), "aaaaaaaaaa\n           bbbbbbbbbb cc");
    }
}
