//! Prose of rules: lines joined into paragraphs, and paragraphs filled to a width under their label.

/// The width of the labels, without the colon.
pub(super) const LABEL: usize = 9;
const INDENT: usize = LABEL + 2;

/// Fills `text`: lines that follow one another become one, but for list items and indented lines. The first line is not
/// indented, because the label stands before it.
pub(super) fn wrap(text: &str, width: usize) -> String {
    let room = width.saturating_sub(INDENT).max(20);
    let indent = format!("\n{:INDENT$}", "");
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

/// Breaks a paragraph between words; a longer word stands out.
fn fill(paragraph: &str, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in paragraph.split(' ') {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > room {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_filled_and_lists_are_kept() {
        let text = "one two\nthree four\n\nfive\n- six\n  seven\n    code";
        assert_eq!(
            wrap(text, 31),
            "one two three four\n           five\n           - six\n             seven\n               code"
        );
        assert_eq!(wrap("aaaaaaaaaa bbbbbbbbbb cc", 31), "aaaaaaaaaa\n           bbbbbbbbbb cc");
    }
}
