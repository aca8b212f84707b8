//! From the parser's tree to ours. Only here is the parser named.

mod chains;
mod declarations;
mod expressions;
mod statements;
mod strings;

use php_ast::resolve::{NameContext, NameResolver, ResolvedName, SpecialClass};
use php_ast::{Name, TypeHint, TypeHintKind, UseDecl, UseKind};
use php_rs_parser::{ParseOptions, bumpalo::Bump, parse_arena_with};

use super::name::{ClassName, FallbackName};
use super::statement::{Comment, File, SyntaxError};
use crate::source::{SourceFile, Span};

/// Nesting is bounded by the parser, at 512; its frames and ours then fit in this, also unoptimised.
const STACK_BYTES: usize = 16 * 1024 * 1024;

/// Reads a PHP file. Never fails: what does not parse is in `errors`.
pub fn read(source: &SourceFile) -> File {
    stacker::maybe_grow(STACK_BYTES / 2, STACK_BYTES, || read_file(source))
}

fn read_file(source: &SourceFile) -> File {
    let arena = Bump::new();
    let parsed = parse_arena_with(&arena, &source.text, &ParseOptions::default().source_map(false));
    let mut lowering = Lowering { source, names: NameResolver::new(), imports: Vec::new(), comments: Vec::new() };
    let statements = lowering.stmts(&parsed.program.stmts);
    let mut comments = lowering.comments;
    comments.extend(parsed.comments.iter().map(|comment| comment_of(source, comment)));
    comments.sort_by_key(|comment| comment.span);
    let errors = parsed
        .errors
        .iter()
        .filter(|error| error.leaves_ast_incomplete())
        .map(|error| SyntaxError { message: error.to_string(), span: span_in(source, error.span()) })
        .collect();
    File { id: source.id, statements, imports: lowering.imports, comments, errors }
}

fn comment_of(source: &SourceFile, comment: &php_ast::Comment<'_>) -> Comment {
    Comment { text: comment.text.to_owned(), span: span_in(source, comment.span) }
}

fn span_in(source: &SourceFile, span: php_ast::Span) -> Span {
    Span::new(source.id, span.start, span.end)
}

/// A file on its way from one tree to the other.
struct Lowering<'a> {
    source: &'a SourceFile,
    names: NameResolver,
    imports: Vec<(String, String)>,
    /// Doc comments, which the parser hangs on declarations.
    comments: Vec<Comment>,
}

impl Lowering<'_> {
    fn span(&self, span: php_ast::Span) -> Span {
        span_in(self.source, span)
    }

    /// Notes what a `use` makes of names of classes.
    fn import(&mut self, declaration: &UseDecl<'_, '_>) {
        for item in declaration.uses.iter() {
            if matches!(item.kind.unwrap_or(declaration.kind), UseKind::Normal) {
                let full = item.name.join_parts().trim_start_matches('\\').to_owned();
                let short = item.alias.and_then(|alias| alias.as_str());
                let short = short.unwrap_or_else(|| full.rsplit('\\').next().unwrap_or(&full)).to_owned();
                self.imports.push((short, full));
            }
        }
    }

    fn doc(&mut self, comment: Option<&php_ast::Comment<'_>>) {
        self.comments.extend(comment.map(|comment| comment_of(self.source, comment)));
    }

    fn class_name(&self, name: &Name<'_, '_>) -> ClassName {
        match self.names.resolve_name(name, NameContext::Class) {
            ResolvedName::Special(SpecialClass::Self_) => ClassName::SelfClass,
            ResolvedName::Special(SpecialClass::Static) => ClassName::StaticClass,
            ResolvedName::Special(SpecialClass::Parent) => ClassName::ParentClass,
            ResolvedName::Fqn(full) => ClassName::Named(full),
            _ => ClassName::Named(name.join_parts().into_owned()),
        }
    }

    /// A class name where `self` and its kin make no sense.
    fn full_name(&self, name: &Name<'_, '_>) -> String {
        self.class_name(name).to_string()
    }

    fn fallback_name(&self, name: &Name<'_, '_>, context: NameContext) -> FallbackName {
        match self.names.resolve_name(name, context) {
            ResolvedName::Fqn(full) => FallbackName { full, global: None },
            ResolvedName::Fallback { namespaced, global } => FallbackName { full: namespaced, global: Some(global) },
            _ => FallbackName { full: name.join_parts().into_owned(), global: None },
        }
    }

    fn namespaced(&self, name: &str) -> String {
        match self.names.namespace() {
            Some(namespace) => format!("{namespace}\\{name}"),
            None => name.to_owned(),
        }
    }

    fn types(&self, hint: Option<&TypeHint<'_, '_>>) -> Vec<String> {
        let mut types = Vec::new();
        if let Some(hint) = hint {
            self.collect_types(hint, &mut types);
        }
        types
    }

    fn collect_types(&self, hint: &TypeHint<'_, '_>, types: &mut Vec<String>) {
        match &hint.kind {
            TypeHintKind::Named(name) => types.push(self.full_name(name)),
            TypeHintKind::Keyword(builtin, _) => types.push(builtin.as_str().to_owned()),
            TypeHintKind::Nullable(inner) => {
                self.collect_types(inner, types);
                types.push("null".to_owned());
            }
            TypeHintKind::Union(members) | TypeHintKind::Intersection(members) => {
                members.iter().for_each(|member| self.collect_types(member, types));
            }
            _ => {}
        }
    }
}
