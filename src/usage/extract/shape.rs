//! What is known of an array: its keys, and whether there may be others.

use super::Extractor;
use crate::php::{Argument, BinaryOp, Chain, Expr, ExprKind, Item, Link, LinkKind, Member};
use crate::usage::facts::{Key, NodeId};

/// The keys and the strings of an array, and of the arrays in a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Shape {
    pub keys: Vec<Key>,
    /// The strings among the values that have no key, each with its line.
    pub texts: Vec<(String, u32)>,
    /// There may be keys that are not known.
    pub is_open: bool,
}

impl Shape {
    pub fn open() -> Self {
        Self { is_open: true, ..Self::default() }
    }

    fn add(&mut self, other: Self) {
        for key in other.keys {
            if !self.keys.contains(&key) {
                self.keys.push(key);
            }
        }
        self.texts.extend(other.texts);
        self.is_open |= other.is_open;
    }
}

impl Extractor<'_> {
    /// What is known of the array that an expression gives.
    pub(super) fn shape(&self, expr: &Expr) -> Shape {
        match &expr.kind {
            ExprKind::Array(items) => self.shape_of_items(items),
            ExprKind::Variable(name) => self.scope.shapes.get(name).cloned().unwrap_or_else(Shape::open),
            ExprKind::Assign(assign) => self.shape(&assign.value),
            ExprKind::Cast(_, inner) => self.shape(inner),
            ExprKind::Operation(operation) if operation.rest.iter().all(|(by, _)| *by == BinaryOp::Add) => {
                self.shapes(std::iter::once(&operation.first).chain(operation.rest.iter().map(|(_, right)| right)))
            }
            ExprKind::Ternary(ternary) => self.shapes(ternary.then.iter().chain([&ternary.otherwise])),
            ExprKind::Coalesce(left, right) => self.shapes([left.as_ref(), right.as_ref()]),
            ExprKind::Chain(chain) => self.shape_of_chain(chain),
            ExprKind::Null => Shape::default(),
            _ => Shape::open(),
        }
    }

    fn shapes<'e>(&self, exprs: impl IntoIterator<Item = &'e Expr>) -> Shape {
        let mut shape = Shape::default();
        for expr in exprs {
            shape.add(self.shape(expr));
        }
        shape
    }

    fn shape_of_items(&self, items: &[Item]) -> Shape {
        let mut shape = Shape::default();
        for item in items {
            match (&item.key, &item.value) {
                (_, Some(value)) if item.is_spread => shape.add(self.shape(value)),
                (Some(key), value) => match self.literal(key) {
                    Some(name) => {
                        let is_null = value.as_ref().is_some_and(|value| matches!(value.kind, ExprKind::Null));
                        shape.keys.push(Key { name, line: self.line(key.span), is_null });
                    }
                    None => shape.is_open |= !matches!(key.kind, ExprKind::Int(_)),
                },
                // A row in a list of rows.
                (None, Some(Expr { kind: ExprKind::Array(inner), .. })) => shape.add(self.shape_of_items(inner)),
                (None, Some(value)) => match self.literal(value) {
                    Some(text) => shape.texts.push((text, self.line(value.span))),
                    None => shape.is_open = true,
                },
                (None, None) => {}
            }
        }
        shape
    }

    fn shape_of_chain(&self, chain: &Chain) -> Shape {
        let Some(last) = chain.links.last() else { return Shape::open() };
        match (&chain.base.kind, &last.kind) {
            (ExprKind::Function(name), LinkKind::Call(arguments)) => match name.short() {
                "array_merge" | "array_replace" | "array_filter" | "array_merge_recursive" | "collect" => {
                    self.shapes(arguments.iter().map(|argument| &argument.value))
                }
                "compact" => keys_of_texts(self.texts_of(arguments)),
                "array_combine" | "array_fill_keys" => match arguments.first() {
                    Some(first) => keys_of_texts(self.shape(&first.value).texts),
                    None => Shape::open(),
                },
                _ => Shape::open(),
            },
            (_, LinkKind::Method { name: Member::Name(name, _), arguments, .. }) => {
                self.shape_of_method(chain, name, arguments)
            }
            (ExprKind::Class(_), LinkKind::StaticMethod { name: Member::Name(name, _), arguments })
                if name == "only" =>
            {
                keys_of_texts(self.texts_of(arguments.get(1..).unwrap_or_default()))
            }
            _ => Shape::open(),
        }
    }

    fn shape_of_method(&self, chain: &Chain, name: &str, arguments: &[Argument]) -> Shape {
        let before = || match chain.links.as_slice() {
            [links @ .., _] => self.shape_of_links(&chain.base, links),
            [] => Shape::open(),
        };
        match name {
            "only" => keys_of_texts(self.texts_of(arguments)),
            "validate" | "validateWithBag" => {
                let rules = arguments.iter().find(|argument| matches!(argument.value.kind, ExprKind::Array(_)));
                rules.map_or_else(Shape::open, |rules| Shape { texts: Vec::new(), ..self.shape(&rules.value) })
            }
            "merge" | "union" | "replace" | "put" => {
                let mut shape = before();
                shape.add(self.shapes(arguments.iter().map(|argument| &argument.value)));
                shape
            }
            "toArray" | "all" | "filter" => before(),
            _ => Shape::open(),
        }
    }

    /// What the first links of a chain give.
    fn shape_of_links(&self, base: &Expr, links: &[Link]) -> Shape {
        match (&base.kind, links) {
            (_, []) => self.shape(base),
            (ExprKind::Function(name), [Link { kind: LinkKind::Call(arguments), .. }]) if name.short() == "collect" => {
                self.shapes(arguments.iter().map(|argument| &argument.value))
            }
            (_, [rest @ .., Link { kind: LinkKind::Method { name: Member::Name(name, _), arguments, .. }, .. }]) => {
                match name.as_str() {
                    "only" => keys_of_texts(self.texts_of(arguments)),
                    "merge" | "filter" => self.shape_of_links(base, rest),
                    _ => Shape::open(),
                }
            }
            _ => Shape::open(),
        }
    }

    /// The literal strings among arguments, in lists too.
    pub(super) fn texts_of(&self, arguments: &[Argument]) -> Vec<(String, u32)> {
        let texts = arguments.iter().flat_map(|argument| match self.literal(&argument.value) {
            Some(text) => vec![(text, self.line(argument.value.span))],
            None => self.shape(&argument.value).texts,
        });
        texts.collect()
    }

    /// The variable holds that array from here on.
    pub(super) fn keep_shape(&mut self, name: &str, value: &Expr, node: NodeId, keeps: bool) {
        let mut shape = self.shape(value);
        if let Some(before) = self.scope.shapes.get(name).filter(|_| keeps || self.scope.depth > 0) {
            let mut before = before.clone();
            before.add(shape);
            shape = before;
        }
        let built = self.built(value);
        if !self.is_unknown(node) {
            self.scope.written.insert(name.to_owned(), built);
        }
        self.scope.shapes.insert(name.to_owned(), shape);
    }

    /// What a new object was given: `new User([…])`, `$this->make([…])`.
    fn built(&self, value: &Expr) -> Shape {
        let arguments = match &value.kind {
            ExprKind::New(new) => new.arguments.as_slice(),
            ExprKind::Chain(chain) => match chain.links.last().map(|link| &link.kind) {
                Some(
                    LinkKind::Method { arguments, .. }
                    | LinkKind::StaticMethod { arguments, .. }
                    | LinkKind::Call(arguments),
                ) => arguments.as_slice(),
                _ => &[],
            },
            _ => &[],
        };
        self.shapes(arguments.iter().map(|argument| &argument.value))
    }

    /// `$row['name'] = …`, `$rows[] = […]`, `$user->name = …`
    pub(super) fn keep_written(&mut self, chain: &Chain, value: &Expr) {
        let is_null = matches!(value.kind, ExprKind::Null);
        let Some((last, before)) = chain.links.split_last() else { return };
        let Some(path) = path_of(&chain.base, before) else { return };
        match &last.kind {
            LinkKind::Property { name: Member::Name(name, span), .. } => {
                let key = Key { name: name.clone(), line: self.line(*span), is_null };
                self.scope.written.entry(path).or_default().keys.push(key);
            }
            LinkKind::Index(Some(index)) => {
                let name = self.literal(index);
                let line = self.line(index.span);
                let shape = self.scope.shapes.entry(path).or_default();
                match name {
                    Some(name) => shape.keys.push(Key { name, line, is_null }),
                    None => shape.is_open = true,
                }
            }
            LinkKind::Index(None) => {
                let row = self.shape(value);
                let text = self.literal(value).map(|text| (text, self.line(value.span)));
                let shape = self.scope.shapes.entry(path).or_default();
                match text {
                    Some(text) => shape.texts.push(text),
                    None => shape.add(row),
                }
            }
            _ => {}
        }
    }
}

fn keys_of_texts(texts: Vec<(String, u32)>) -> Shape {
    let keys = texts.into_iter().map(|(name, line)| Key { name, line, is_null: false });
    Shape { keys: keys.collect(), ..Shape::default() }
}

/// `$user`, or `$this->user`, as a name for what is known of it.
pub(super) fn path_of(base: &Expr, links: &[Link]) -> Option<String> {
    let ExprKind::Variable(name) = &base.kind else { return None };
    let mut path = name.clone();
    for link in links {
        match &link.kind {
            LinkKind::Property { name: Member::Name(name, _), .. } => {
                path.push_str("->");
                path.push_str(name);
            }
            _ => return None,
        }
    }
    Some(path)
}
