//! What templates are given: `view('orders.show', ['order' => $order])`, `->with('order', $order)`, `compact('order')`, and
//! `@include`, which hands on all that a template has.

use super::Extractor;
use crate::php::{Argument, Chain, ClassName, Expr, ExprKind, LinkKind, Member};
use crate::usage::facts::{NodeId, ViewFacts};

/// The function as whose call the directives of a template are walked that name another.
pub(super) const INCLUDING: &str = "phasewise_include";

/// What calls a template by its first argument, and gives it what the second holds.
fn shows(on: Option<&str>, method: &str) -> bool {
    match method {
        "view" | "markdown" => true,
        "make" | "first" => on == Some("View"),
        _ => false,
    }
}

impl Extractor<'_> {
    /// Notes what a chain gives to the template that it names.
    pub(super) fn views(&mut self, chain: &Chain) {
        let (mut view, mut on) = (None::<ViewFacts>, class_of(&chain.base));
        for link in &chain.links {
            let (name, arguments) = match (&chain.base.kind, &link.kind) {
                (ExprKind::Function(name), LinkKind::Call(arguments)) => (name.short(), arguments.as_slice()),
                (
                    _,
                    LinkKind::Method { name: Member::Name(name, _), arguments, .. }
                    | LinkKind::StaticMethod { name: Member::Name(name, _), arguments },
                ) => (name.as_str(), arguments.as_slice()),
                _ => continue,
            };
            match &mut view {
                Some(view) if name == "with" => self.given_to_view(arguments, &mut view.variables),
                None => view = self.view_of(on, name, arguments),
                Some(_) => {}
            }
            // `view()->make(…)`
            on = (name == "view" && arguments.is_empty()).then_some("View");
        }
        self.facts.views.extend(view);
    }

    fn view_of(&mut self, on: Option<&str>, name: &str, arguments: &[Argument]) -> Option<ViewFacts> {
        let is_including = name == INCLUDING;
        if !is_including && !shows(on, name) {
            return None;
        }
        // `Route::view('/about', 'about', […])`, `@includeWhen($condition, 'about', […])`
        let at =
            arguments.iter().position(|argument| self.literal(&argument.value).is_some_and(|text| is_view(&text)))?;
        let named = self.literal(&arguments.get(at)?.value)?;
        let mut variables = Vec::new();
        self.given_to_view(arguments.get(at + 1..at + 2).unwrap_or_default(), &mut variables);
        Some(ViewFacts { name: named, class: self.class, variables, hands_on: is_including })
    }

    /// The variables in an array, in `compact(…)`, or a name with its value.
    fn given_to_view(&mut self, arguments: &[Argument], variables: &mut Vec<(String, NodeId)>) {
        match arguments {
            [name, value, ..] => {
                if let Some(name) = self.literal(&name.value) {
                    variables.push((name, self.stands_for(&value.value)));
                }
            }
            [only] => match &only.value.kind {
                ExprKind::Array(items) => {
                    for item in items {
                        let name = item.key.as_ref().and_then(|key| self.literal(key));
                        if let (Some(name), Some(value)) = (name, &item.value) {
                            variables.push((name, self.stands_for(value)));
                        }
                    }
                }
                ExprKind::Chain(chain) if is_compact(chain) => {
                    let names = chain.links.iter().flat_map(|link| match &link.kind {
                        LinkKind::Call(arguments) => self.texts_of(arguments),
                        _ => Vec::new(),
                    });
                    for (name, _) in names.collect::<Vec<_>>() {
                        let node = self.variable(&name);
                        variables.push((name, node));
                    }
                }
                _ => {}
            },
            [] => {}
        }
    }

    /// What an expression stands for that was walked before: its uses are known.
    fn stands_for(&mut self, expr: &Expr) -> NodeId {
        let known = self.facts.uses.len();
        let views = self.facts.views.len();
        let node = self.expression(expr);
        self.facts.uses.truncate(known);
        self.facts.views.truncate(views);
        node
    }
}

fn class_of(base: &Expr) -> Option<&str> {
    match &base.kind {
        ExprKind::Class(ClassName::Named(name)) => name.rsplit('\\').next(),
        _ => None,
    }
}

fn is_compact(chain: &Chain) -> bool {
    matches!(&chain.base.kind, ExprKind::Function(name) if name.short() == "compact")
}

/// Whether a string can name a template: `orders.show`, `shop::orders/show`.
fn is_view(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '/' | '-' | '_' | ':'))
}
