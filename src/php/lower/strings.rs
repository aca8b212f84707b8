//! String literals, interpolated strings and heredocs, with the places of their parts.

use std::rc::Rc;

use php_ast::{Expr, StringPart};

use super::Lowering;
use crate::php::expression::{ExprKind, Part};
use crate::php::text::{Quoting, Text};
use crate::source::Span;

impl Lowering<'_> {
    pub(super) fn plain_string(&self, value: String, span: php_ast::Span) -> ExprKind {
        let whole = self.span(span);
        let raw = self.source.slice(whole.start, whole.end);
        let text = match raw.bytes().position(|byte| matches!(byte, b'\'' | b'"')) {
            Some(quote) if raw.len() > quote + 1 => {
                let quoting = if raw.as_bytes().get(quote) == Some(&b'\'') { Quoting::Single } else { Quoting::Double };
                let inside = Span::new(whole.file, whole.start + quote as u32 + 1, whole.end - 1);
                Text::read(self.source, inside, quoting, whole, value)
            }
            // A word in a place of its own: the `key` in `"$a[key]"`.
            _ => Text::read(self.source, whole, Quoting::Single, whole, value),
        };
        ExprKind::Text(Rc::new(text))
    }

    pub(super) fn interpolated(&mut self, parts: &[StringPart<'_, '_>], span: php_ast::Span) -> ExprKind {
        let whole = self.span(span);
        let inside = Span::new(whole.file, whole.start + 1, whole.end.saturating_sub(1));
        ExprKind::Template(self.parts(parts, inside, Quoting::Double, whole))
    }

    pub(super) fn heredoc(&mut self, parts: &[StringPart<'_, '_>], span: php_ast::Span) -> ExprKind {
        let whole = self.span(span);
        let (inside, indent) = self.heredoc_body(whole);
        let mut parts = self.parts(parts, inside, Quoting::Heredoc { indent }, whole);
        match parts.as_mut_slice() {
            [] => ExprKind::Text(Rc::new(Text::new(String::new(), whole))),
            [Part::Text(text)] => ExprKind::Text(Rc::clone(text)),
            _ => ExprKind::Template(parts),
        }
    }

    pub(super) fn nowdoc(&self, value: &str, span: php_ast::Span) -> ExprKind {
        let whole = self.span(span);
        let (inside, indent) = self.heredoc_body(whole);
        let raw = self.after_indent(inside, indent);
        let text = Text::read(self.source, raw, Quoting::Nowdoc { indent }, whole, value.to_owned());
        ExprKind::Text(Rc::new(text))
    }

    /// What stands between the line of the opening label and the last line, and how far that one is indented.
    fn heredoc_body(&self, whole: Span) -> (Span, usize) {
        let raw = self.source.slice(whole.start, whole.end);
        let start = raw.find('\n').map_or(raw.len(), |newline| newline + 1);
        let end = raw.rfind('\n').unwrap_or(raw.len());
        let last_line = raw.get(end..).unwrap_or_default().trim_start_matches('\n');
        let indent = last_line.len() - last_line.trim_start_matches([' ', '\t']).len();
        let end = if raw.get(..end).is_some_and(|body| body.ends_with('\r')) { end - 1 } else { end };
        (Span::new(whole.file, whole.start + start as u32, whole.start + end.max(start) as u32), indent)
    }

    /// The first line's indentation has no line break before it that the reader could see.
    fn after_indent(&self, body: Span, indent: usize) -> Span {
        let raw = self.source.slice(body.start, body.end);
        let skipped = raw.bytes().take(indent).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        Span::new(body.file, body.start + skipped as u32, body.end)
    }

    fn parts(&mut self, parts: &[StringPart<'_, '_>], inside: Span, quoting: Quoting, whole: Span) -> Vec<Part> {
        let mut rest = match quoting {
            Quoting::Heredoc { indent } => self.after_indent(inside, indent),
            _ => inside,
        };
        let mut lowered = Vec::with_capacity(parts.len());
        for (at, part) in parts.iter().enumerate() {
            match part {
                StringPart::Literal(value) => {
                    let next = parts.get(at + 1).and_then(|next| self.outer_span(next));
                    let raw = Span::new(rest.file, rest.start, next.map_or(rest.end, |next| next.start));
                    let value = value.to_string_lossy().into_owned();
                    lowered.push(Part::Text(Rc::new(Text::read(self.source, raw, quoting, whole, value))));
                }
                StringPart::Expr(expr) => {
                    rest.start = self.outer_span(part).map_or(rest.start, |outer| outer.end).min(rest.end);
                    lowered.push(Part::Expr(self.expr(expr)));
                }
                _ => {}
            }
        }
        lowered
    }

    /// The span of an interpolated expression with the braces of `{$…}`, which the parser leaves out.
    fn outer_span(&self, part: &StringPart<'_, '_>) -> Option<Span> {
        let StringPart::Expr(Expr { span, .. }) = part else { return None };
        let inner = self.span(*span);
        let is_braced = inner.start > 0 && self.source.slice(inner.start - 1, inner.start) == "{";
        let after = self.source.text.get(inner.end as usize..).unwrap_or_default();
        let gap = after.len() - after.trim_start().len();
        if is_braced && after.trim_start().starts_with('}') {
            return Some(Span::new(inner.file, inner.start - 1, inner.end + gap as u32 + 1));
        }
        Some(inner)
    }
}
