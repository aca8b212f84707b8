//! Blade templates: what they echo and what their directives take is PHP, and is walked as such.
//!
//! Everything in a template shares one scope, as in the PHP that Laravel makes of it. Where the pieces do not parse
//! together, each is read by itself.

use super::Extractor;
use super::views::INCLUDING;
use crate::php::{self, File};
use crate::source::Tree;
use crate::usage::facts::FileFacts;

/// A piece of PHP in a template, and how many lines are before it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    code: String,
    lines_before: u32,
}

pub(super) fn facts(text: &str) -> FileFacts {
    let pieces = pieces(text);
    let mut whole = String::from("<?php ");
    let mut lines = 0;
    for piece in &pieces {
        whole.extend(std::iter::repeat_n('\n', piece.lines_before.saturating_sub(lines) as usize));
        whole.push_str(&piece.code);
        lines = piece.lines_before.max(lines) + piece.code.matches('\n').count() as u32;
    }
    let mut extractor = Extractor { is_template: true, ..Extractor::default() };
    extractor.aim(text, 0);
    extractor.fields_of(&without_comments(text));
    let file = read(&whole);
    if file.errors.is_empty() {
        extractor.aim(&whole, 0);
        extractor.statements(&file.statements);
        return extractor.facts;
    }
    let parts: Vec<(String, u32)> =
        pieces.into_iter().map(|piece| (format!("<?php {}", piece.code), piece.lines_before)).collect();
    for (code, lines_before) in &parts {
        let file = read(code);
        extractor.aim(code, *lines_before);
        if file.errors.is_empty() {
            extractor.statements(&file.statements);
        }
    }
    extractor.facts
}

/// The template with its comments' lines left empty.
fn without_comments(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{--") {
        kept.push_str(before);
        let (comment, after) = after.split_once("--}}").unwrap_or((after, ""));
        kept.extend(comment.matches('\n'));
        rest = after;
    }
    kept.push_str(rest);
    kept
}

fn read(code: &str) -> File {
    let tree = Tree::default();
    php::read(&tree.put("template.php", code.to_owned()))
}

/// The pieces in the order of the text.
fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = 0;
    let mut lines = Lines::default();
    while let Some(found) = text.get(at..).and_then(|rest| rest.find(['{', '@', '<', ':'])) {
        let start = at + found;
        let rest = text.get(start..).unwrap_or_default();
        let (code, length) = piece_at(rest, text.as_bytes().get(start.wrapping_sub(1)).copied());
        if let Some((code, offset)) = code {
            pieces.push(Piece { code, lines_before: lines.before(text, start + offset) });
        }
        at = start + length.max(1);
    }
    pieces
}

/// Counts lines forward only.
#[derive(Debug, Default)]
struct Lines {
    at: usize,
    lines: u32,
}

impl Lines {
    fn before(&mut self, text: &str, offset: usize) -> u32 {
        let passed = text.as_bytes().get(self.at..offset).unwrap_or_default();
        self.lines += String::from_utf8_lossy(passed).matches('\n').count() as u32;
        self.at = offset;
        self.lines
    }
}

/// The code at the start of `rest`, with where in it that begins, and how long what was recognised is.
fn piece_at(rest: &str, before: Option<u8>) -> (Option<(String, usize)>, usize) {
    for (open, close) in
        [("{{--", "--}}"), ("{!!", "!!}"), ("{{{", "}}}"), ("{{", "}}"), ("<?php", "?>"), ("<?=", "?>")]
    {
        if let Some(inner) = rest.strip_prefix(open) {
            let end = inner.find(close).unwrap_or(inner.len());
            let length = open.len() + end + close.len();
            let code = inner.get(..end).unwrap_or_default();
            return match open {
                "{{--" => (None, length),
                "<?php" => (Some((format!("{code};"), open.len())), length),
                _ if before == Some(b'@') => (None, length),
                _ => (Some((format!("({code});"), open.len())), length),
            };
        }
    }
    if rest.starts_with('@') {
        return directive_at(rest);
    }
    if rest.starts_with(':') && before.is_some_and(|byte| byte.is_ascii_whitespace()) {
        return bound_attribute_at(rest);
    }
    (None, 1)
}

/// `@foreach ($users as $user)`, `@php … @endphp`
fn directive_at(rest: &str) -> (Option<(String, usize)>, usize) {
    let name: &str = rest.get(1..).unwrap_or_default();
    let end = name.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(name.len());
    let (name, after) = name.split_at(end);
    if name == "php" && !after.trim_start().starts_with('(') {
        let end = after.find("@endphp").unwrap_or(after.len());
        let code = after.get(..end).unwrap_or_default();
        return (Some((format!("{code};"), 1 + name.len())), 1 + name.len() + end);
    }
    let spaces = after.len() - after.trim_start_matches(' ').len();
    let Some(inner) = after.get(spaces..).and_then(bracketed) else { return (None, 1 + name.len()) };
    let offset = 1 + name.len() + spaces + 1;
    let code = match name {
        "foreach" | "forelse" => Some(format!("foreach ({inner});")),
        "for" => Some(format!("for ({inner});")),
        "if" | "elseif" | "unless" | "isset" | "empty" | "json" | "js" | "while" | "switch" | "case" | "checked"
        | "selected" | "disabled" | "class" | "style" | "can" | "livewire" | "each" | "php" | "dump" | "dd"
        | "input" | "choice" | "error" | "readonly" | "required" | "entangle" | "datetime" => {
            // Several arguments are those of a call.
            Some(format!("phasewise_template({inner});"))
        }
        "include" | "includeIf" | "includeWhen" | "includeUnless" | "component" | "extends" => {
            Some(format!("{INCLUDING}({inner});"))
        }
        _ => None,
    };
    (code.map(|code| (code, offset)), offset + inner.len() + 1)
}

/// `:user="$user"` on a component.
fn bound_attribute_at(rest: &str) -> (Option<(String, usize)>, usize) {
    let name = rest.get(1..).unwrap_or_default();
    let end = name.find(|letter: char| !(letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.' | ':')));
    let Some(end) = end.filter(|end| *end > 0) else { return (None, 1) };
    let Some(value) = name.get(end..).and_then(|after| after.strip_prefix("=\"")) else { return (None, 1) };
    let Some(code) = value.split_once('"').map(|(code, _)| code).filter(|code| code.contains('$')) else {
        return (None, 1);
    };
    let offset = 1 + end + 2;
    (Some((format!("({code});"), offset)), offset + code.len())
}

/// What stands between the bracket that `text` begins with and the one that closes it.
fn bracketed(text: &str) -> Option<&str> {
    if !text.starts_with('(') {
        return None;
    }
    let (mut depth, mut quote, mut escaped) = (0_u32, None, false);
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            _ if escaped => escaped = false,
            (Some(_), b'\\') => escaped = true,
            (Some(open), close) if open == close => quote = None,
            (Some(_), _) => {}
            (None, b'\'' | b'"') => quote = Some(byte),
            (None, b'(') => depth += 1,
            (None, b')') => {
                depth -= 1;
                if depth == 0 {
                    return text.get(1..at);
                }
            }
            _ => {}
        }
    }
    None
}
