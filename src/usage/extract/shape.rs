//! What is known of an array: its keys, and whether there may be others.

use super::Extractor;
use crate::php::{Argument, BinaryOp, Chain, ClassName, Expr, ExprKind, Item, Link, LinkKind, Member};
use crate::usage::facts::{Key, NodeId, Rest, Values};

/// The keys and the strings of an array, and of the arrays in a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Shape {
    pub values: Values,
    /// The strings among the values that have no key, each with its line.
    pub texts: Vec<(String, u32)>,
}

impl Shape {
    pub fn open() -> Self {
        Self { values: Values { rest: Rest::Anything, ..Values::default() }, ..Self::default() }
    }

    pub fn of(key: Key) -> Self {
        Self { values: Values { keys: vec![key], ..Values::default() }, ..Self::default() }
    }

    fn add(&mut self, other: Self) {
        self.add_values(other.values);
        self.texts.extend(other.texts);
    }

    pub fn add_values(&mut self, other: Values) {
        for key in other.keys {
            if !self.values.keys.contains(&key) {
                self.values.keys.push(key);
            }
        }
        self.values.rest = self.values.rest.max(other.rest);
        self.values.from = self.values.from.or(other.from);
    }

    fn leave_open(&mut self) {
        self.values.rest = Rest::Anything;
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
                (Some(key), value) if !matches!(key.kind, ExprKind::Int(_)) => match self.literal(key) {
                    Some(name) => {
                        let is_null = value.as_ref().is_some_and(|value| matches!(value.kind, ExprKind::Null));
                        shape.values.keys.push(Key { name, line: self.line(key.span), is_null });
                    }
                    None => shape.leave_open(),
                },
                // A row in a list of rows.
                (_, Some(Expr { kind: ExprKind::Array(inner), .. })) => shape.add(self.shape_of_items(inner)),
                (_, Some(value)) => match self.literal(value) {
                    Some(text) => shape.texts.push((text, self.line(value.span))),
                    None => shape.leave_open(),
                },
                (_, None) => {}
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
            (ExprKind::Class(class), LinkKind::StaticMethod { name: Member::Name(name, _), arguments })
                if name == "only" =>
            {
                let is_of_request =
                    matches!(class, ClassName::Named(name) if name.ends_with("Input") || name.ends_with("Request"));
                let chosen = if is_of_request { Some(arguments.as_slice()) } else { arguments.get(1..) };
                keys_of_texts(self.texts_of(chosen.unwrap_or_default()))
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
            "all" | "input" | "except" | "post" | "validated" | "safe" | "toArray" | "filter" => {
                if self.is_request(&chain.base) { self.shape_of_request(&chain.base) } else { before() }
            }
            _ => Shape::open(),
        }
    }

    fn is_request(&self, base: &Expr) -> bool {
        match &base.kind {
            ExprKind::Variable(name) => name == "request" || self.is_request_variable(name),
            ExprKind::Function(name) => name.short() == "request",
            _ => false,
        }
    }

    /// The fields of a request: those that it was checked for in this function, or that its class has rules for.
    fn shape_of_request(&self, base: &Expr) -> Shape {
        let from = match &base.kind {
            ExprKind::Variable(name) => self.known_variable(name),
            _ => None,
        };
        let keys = self.scope.checked.clone();
        let is_listed = !keys.is_empty() || from.is_some();
        let rest = if is_listed { Rest::Unlisted } else { Rest::Anything };
        Shape { values: Values { keys, rest, from }, texts: Vec::new() }
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
                self.scope.written.entry(path).or_default().values.keys.push(key);
            }
            LinkKind::Index(Some(index)) => {
                let name = self.literal(index);
                let line = self.line(index.span);
                let shape = self.scope.shapes.entry(path).or_default();
                match name {
                    Some(name) => shape.values.keys.push(Key { name, line, is_null }),
                    None => shape.leave_open(),
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
    Shape { values: Values { keys: keys.collect(), ..Values::default() }, ..Shape::default() }
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
