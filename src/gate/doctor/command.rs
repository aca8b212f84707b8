//! The commands on a line, whichever language it is in: `mv a b`, `run('mv a b')`, `execute :mv, "a", "b"`.

/// A line, with those that continue it.
pub(super) struct Line<'t> {
    /// From 1.
    pub(super) number: usize,
    /// Its first line, as it is written.
    pub(super) shown: &'t str,
    /// Commands in their order, each as words without quotes.
    pub(super) commands: Vec<Vec<String>>,
    /// Whether it stands in the body of a shell function, which runs when it is called.
    pub(super) is_in_function: bool,
}

/// What is said to people, and not done.
const SAID: [&str; 8] = ["echo", "printf", "say", "puts", "writeln", "info", "desc", "warning"];

/// The lines that are no comments.
pub(super) fn lines(text: &str) -> Vec<Line<'_>> {
    let (mut found, mut in_function) = (Vec::new(), false);
    let mut numbered = text.lines().enumerate();
    while let Some((index, first)) = numbered.next() {
        let mut whole = without_comment(first).to_owned();
        while goes_on(&whole) {
            whole.truncate(whole.trim_end().trim_end_matches('\\').len());
            let Some((_, next)) = numbered.next() else { break };
            whole.push_str(without_comment(next));
        }
        let is_one_line = whole.trim_end().ends_with('}');
        in_function |= starts_function(&whole) && !is_one_line;
        if !whole.trim().is_empty() {
            found.push(Line {
                number: index + 1,
                shown: first,
                commands: commands(&whole),
                is_in_function: in_function,
            });
        }
        if whole.starts_with('}') {
            in_function = false;
        }
    }
    found
}

impl Line<'_> {
    /// What follows the word `name` in each command that has it, unless it is said to people.
    pub(super) fn calls<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [String]> {
        let done =
            self.commands.iter().filter(|words| !words.first().is_some_and(|word| SAID.contains(&word.as_str())));
        done.filter_map(move |words| {
            let at = words.iter().position(|word| program(word) == name)?;
            words.get(at + 1..)
        })
    }

    /// Whether a command has these words, one after another.
    pub(super) fn has(&self, sought: &[&str]) -> bool {
        let done =
            self.commands.iter().filter(|words| !words.first().is_some_and(|word| SAID.contains(&word.as_str())));
        let mut windows = done.flat_map(|words| words.windows(sought.len()));
        windows.any(|window| window.iter().zip(sought).all(|(word, sought)| program(word) == *sought))
    }

    /// Whether it calls Laravel's `migrate` as a deploy does: in production it asks for `--force`.
    pub(super) fn migrates(&self) -> bool {
        let is_migrate = |words: &[String]| words.first().is_some_and(|word| word == "migrate");
        self.calls("artisan").any(|words| is_migrate(words) && words.iter().any(|word| word == "--force"))
    }

    /// Whether it makes a release live.
    pub(super) fn swaps(&self) -> bool {
        let ends_at_current = |words: &[String]| words.last().is_some_and(|word| is_current(word));
        let mut calls = ["ln", "mv"].into_iter().flat_map(|name| self.calls(name));
        calls.any(ends_at_current) || self.commands.iter().flatten().any(|word| word.contains("ACTIVATE_RELEASE"))
    }
}

/// Whether a word is the link to the live release: `current`, `$SITE/current`, `{{current_path}}`, `"$CURRENT"`.
pub(super) fn is_current(word: &str) -> bool {
    let last = word.trim_end_matches('/').rsplit('/').next().unwrap_or(word);
    let bare = last.trim_matches(['$', '{', '}', ':', '#', '@', ' ']).to_ascii_lowercase();
    matches!(bare.as_str(), "current" | "current_path" | "current_link" | "current_dir" | "current_release")
}

/// The letters of the short options among words.
pub(super) fn letters(words: &[String]) -> String {
    let short = words.iter().filter(|word| word.starts_with('-') && !word.starts_with("--"));
    short.flat_map(|word| word.chars().skip(1)).collect()
}

fn program(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word).trim_start_matches(':')
}

/// Whether the next line belongs to this one; in Ruby the arguments of a command may fill several.
fn goes_on(line: &str) -> bool {
    let line = line.trim_end();
    line.ends_with('\\') || line.ends_with(',') && line.contains("execute ")
}

fn starts_function(line: &str) -> bool {
    line.contains("() {") || line.starts_with("function ")
}

/// Up to a `#` that stands by itself, or nothing where the line is a comment of PHP or Blade.
fn without_comment(line: &str) -> &str {
    let trimmed = line.trim_start();
    if ["#", "//", "* ", "/*", "{{--", "<!--"].iter().any(|start| trimmed.starts_with(start)) {
        return "";
    }
    line.split(" # ").next().unwrap_or(line)
}

fn commands(line: &str) -> Vec<Vec<String>> {
    let apart = line.replace("&&", "\n").replace("||", "\n").replace([';', '|'], "\n");
    let words = |part: &str| -> Vec<String> {
        let spaced = part.replace(['\'', '"', '`', ',', '(', ')', '[', ']'], " ");
        spaced.split_whitespace().map(str::to_owned).collect()
    };
    apart.lines().map(words).filter(|words| !words.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_seen_in_every_language() {
        for line in [
            "mv a \"$SITE/current\"",
            "run('mv a {{current_path}}');",
            "execute :mv, \"a\", current_path",
            "  - run: sudo mv a current",
        ] {
            let found = lines(line);
            let [line] = found.as_slice() else { panic!("{line}") };
            assert!(line.swaps(), "{}", line.shown);
        }
    }

    #[test]
    fn what_is_said_or_commented_is_not_done() {
        for line in ["# mv a current", "// run('mv a current')", "echo 'mv a current'", "ls # mv a current"] {
            assert!(!lines(line).iter().any(Line::swaps), "{line}");
        }
    }

    #[test]
    fn lines_are_joined_and_keep_their_number() {
        let found = lines("true\nphp artisan \\\n  migrate --force\n");
        assert_eq!(
            found.iter().map(|line| (line.number, line.migrates())).collect::<Vec<_>>(),
            [(1, false), (2, true)]
        );
    }

    #[test]
    fn only_the_link_itself_is_current() {
        assert!(
            ["current", "/srv/current", "$CURRENT", "${SITE}/current/", "{{current_path}}"]
                .iter()
                .all(|word| is_current(word))
        );
        assert!(!["current.tmp", "current/storage", "$CURRENT.$$", "currently"].iter().any(|word| is_current(word)));
    }
}
