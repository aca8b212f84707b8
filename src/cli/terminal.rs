//! What the terminal can show, and the one way to write to it.

use std::env;
use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};

use miette::{Diagnostic, GraphicalReportHandler};
use terminal_size::{Width, terminal_size_of};
use textwrap::{WordSeparator, WordSplitter};

use super::exit::Failure;
use crate::report::text::Look;

const WIDTHS: std::ops::RangeInclusive<u16> = 80..=120;
/// Where there is no terminal to ask.
const USUAL_WIDTH: u16 = 100;

/// Writes a result to stdout, and sees it out.
pub(super) fn print(write: impl FnOnce(&mut BufWriter<StdoutLock<'static>>) -> io::Result<()>) -> Result<(), Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    write(&mut out).and_then(|()| out.flush()).map_err(Failure::of_output)
}

/// How results are shown on stdout.
pub(super) fn look(is_verbose: bool) -> Look {
    let stdout = io::stdout();
    let width = terminal_size_of(&stdout).map(|(Width(width), _)| width);
    Look {
        is_coloured: stdout.is_terminal() && wants_colour(),
        is_unicode: speaks_unicode(),
        width: usize::from(width.unwrap_or(USUAL_WIDTH).clamp(*WIDTHS.start(), *WIDTHS.end())),
        is_verbose,
    }
}

/// Says on stderr why a command failed.
pub(super) fn complain(error: &dyn Diagnostic) {
    let stderr = io::stderr();
    let look = Look { is_coloured: stderr.is_terminal() && wants_colour(), ..look(false) };
    let mut text = String::new();
    let handler = GraphicalReportHandler::new_themed(look.theme())
        .with_width(look.width)
        .with_links(false)
        .with_word_separator(WordSeparator::AsciiSpace)
        .with_word_splitter(WordSplitter::NoHyphenation);
    if handler.render_report(&mut text, error).is_err() {
        text = format!("{error}\n");
    }
    // There is nobody left to tell if stderr is closed too.
    let _ = stderr.lock().write_all(text.as_bytes());
}

/// Says one line on stderr.
pub(super) fn say(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// <https://no-color.org>: any value but the empty one switches colour off.
fn wants_colour() -> bool {
    let is_plain = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    !is_plain && env::var_os("TERM").is_none_or(|terminal| terminal != "dumb")
}

/// Whether the locale can show more than ASCII; taken to be so where none is set.
fn speaks_unicode() -> bool {
    let set =
        ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| env::var(name).ok().filter(|it| !it.is_empty()));
    set.is_none_or(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}
