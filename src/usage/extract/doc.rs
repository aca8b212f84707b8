//! Doc comments: the types of variables, parameters and properties, and what a class stands for.

use super::Extractor;
use super::closures::is_class;
use crate::php;
use crate::source::Span;

/// The doc comments of a file, in its order.
#[derive(Debug, Default)]
pub(super) struct Comments {
    comments: Vec<(Span, String)>,
}

impl Comments {
    pub fn new(file: &php::File) -> Self {
        let docs = file.comments.iter().filter(|comment| comment.text.starts_with("/**"));
        Self { comments: docs.map(|comment| (comment.span, comment.text.clone())).collect() }
    }

    /// The last doc comment that ends at or before `start` with nothing but declarations' first words between, or that
    /// `span` begins with.
    fn before(&self, text: &str, span: Span) -> Option<&str> {
        let at = self.comments.partition_point(|(comment, _)| comment.start <= span.start);
        let (comment, doc) = self.comments.get(at.checked_sub(1)?)?;
        if comment.end > span.start {
            return Some(doc);
        }
        let between = text.get(comment.end as usize..span.start as usize)?;
        let is_close = between.len() < 400 && !between.contains([';', '}', '{']);
        is_close.then_some(doc.as_str())
    }

    /// The doc comments within `span`.
    fn is_empty(&self) -> bool {
        self.comments.is_empty()
    }
}

impl Extractor<'_> {
    fn doc_before(&self, span: Span) -> Option<String> {
        if self.comments.is_empty() {
            return None;
        }
        self.comments.before(self.text, span).map(str::to_owned)
    }

    /// `@var User $user` before a statement.
    pub(super) fn take_doc_variables(&mut self, span: Span) {
        let Some(doc) = self.doc_before(span) else { return };
        for (_, rest) in tags(&doc).filter(|(tag, _)| *tag == "var") {
            let mut words = rest.split_whitespace();
            if let (Some(types), Some(name)) = (words.next(), words.next()) {
                let (types, name) = if types.starts_with('$') { (name, types) } else { (types, name) };
                let types = self.doc_types(types);
                if let Some(name) = name.strip_prefix('$').filter(|_| !types.is_empty()) {
                    let node = self.declared(&types);
                    self.declare_variable(name, node);
                }
            }
        }
    }

    /// `@param User $user`
    pub(super) fn doc_parameters(&self, span: Span) -> Vec<(String, Vec<String>)> {
        let Some(doc) = self.doc_before(span) else { return Vec::new() };
        let parameters = tags(&doc).filter(|(tag, _)| *tag == "param").filter_map(|(_, rest)| {
            let (types, rest) = rest.split_once(char::is_whitespace)?;
            let name = rest.split_whitespace().next()?.trim_start_matches(['.', '&']).strip_prefix('$')?;
            Some((name.to_owned(), self.doc_types(types)))
        });
        parameters.collect()
    }

    /// `@return User|null`
    pub(super) fn doc_returns(&self, span: Span) -> Vec<String> {
        self.doc_tag(span, "return")
    }

    /// `@var User` on a property.
    pub(super) fn doc_var(&self, span: Span) -> Vec<String> {
        self.doc_tag(span, "var")
    }

    fn doc_tag(&self, span: Span, wanted: &str) -> Vec<String> {
        let Some(doc) = self.doc_before(span) else { return Vec::new() };
        let found = tags(&doc).find(|(tag, _)| *tag == wanted);
        found.map(|(_, rest)| self.doc_types(rest.split_whitespace().next().unwrap_or_default())).unwrap_or_default()
    }

    /// `@property User $user` of a class: properties with their classes.
    pub(super) fn doc_properties(&self, span: Span) -> Vec<(String, Vec<String>)> {
        let Some(doc) = self.doc_before(span) else { return Vec::new() };
        let properties = tags(&doc).filter(|(tag, _)| tag.starts_with("property")).filter_map(|(_, rest)| {
            let mut words = rest.split_whitespace();
            let types = self.doc_types(words.next()?);
            let name = words.next()?.strip_prefix('$')?;
            (!types.is_empty()).then(|| (name.to_owned(), types))
        });
        properties.collect()
    }

    /// `@mixin User`, `@extends Factory<User>`
    pub(super) fn doc_about(&self, span: Span) -> Vec<String> {
        let Some(doc) = self.doc_before(span) else { return Vec::new() };
        let is_about = |tag: &str| matches!(tag, "mixin" | "extends" | "template-extends" | "implements");
        tags(&doc)
            .filter(|(tag, _)| is_about(tag))
            .flat_map(|(tag, rest)| {
                let named = if tag == "mixin" { rest } else { rest.split_once('<').map_or("", |(_, inner)| inner) };
                self.doc_types(named.split_whitespace().next().unwrap_or_default().trim_end_matches('>'))
            })
            .collect()
    }

    /// The classes among `User|null`, `Collection<int, User>`, `User[]`.
    fn doc_types(&self, types: &str) -> Vec<String> {
        let parts = types.split(['|', '&', '<', '>', ',', '(', ')', ' ']);
        let names = parts.map(|part| part.trim().trim_start_matches('?').trim_end_matches("[]"));
        let names = names.filter(|name| {
            is_class(name) && name.chars().all(|letter| letter.is_alphanumeric() || letter == '\\' || letter == '_')
        });
        names.map(|name| self.full_name(name)).filter(|name| !super::statements::is_generic(name)).collect()
    }

    fn full_name(&self, name: &str) -> String {
        if let Some(full) = name.strip_prefix('\\') {
            return full.to_owned();
        }
        let (first, rest) = name.split_once('\\').map_or((name, None), |(first, rest)| (first, Some(rest)));
        if let Some((_, full)) = self.imports.iter().find(|(short, _)| short == first) {
            return rest.map_or_else(|| full.clone(), |rest| format!("{full}\\{rest}"));
        }
        let namespace = self.class.and_then(|at| self.facts.classes.get(at as usize)).map(|class| class.name.as_str());
        match namespace.and_then(|class| class.rsplit_once('\\')) {
            Some((namespace, _)) => format!("{namespace}\\{name}"),
            None => name.to_owned(),
        }
    }
}

/// The tags of a doc comment: the name, and the rest of its line.
fn tags(doc: &str) -> impl Iterator<Item = (&str, &str)> {
    doc.lines().filter_map(|line| {
        let line = line.trim().trim_start_matches("/**").trim_end_matches("*/").trim_start_matches('*').trim();
        let (tag, rest) = line.strip_prefix('@')?.split_once(char::is_whitespace)?;
        Some((tag, rest.trim()))
    })
}
