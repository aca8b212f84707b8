//! Expressions: each is walked for what it uses, and gives what it stands for.

use super::Extractor;
use super::closures::is_class;
use crate::php::{
    Assign, AssignKind, BinaryOp, ClassName, Expr, ExprKind, Item, LinkKind, Member, New, NewClass, Part,
};
use crate::usage::facts::{Access, ClassUse, Computed, Node, NodeId, TextRole, UseKind};

impl Extractor<'_> {
    pub(super) fn expressions<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>) {
        for expr in exprs {
            self.expression(expr);
        }
    }

    pub(super) fn expression(&mut self, expr: &Expr) -> NodeId {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.walk(expr))
    }

    fn walk(&mut self, expr: &Expr) -> NodeId {
        match &expr.kind {
            ExprKind::Variable(name) => self.variable(name),
            ExprKind::Chain(chain) => self.chain(chain, Access::Read),
            ExprKind::Text(text) => {
                self.string(&text.value, self.line(expr.span), TextRole::Other);
                self.sql_in(expr);
                self.unknown()
            }
            ExprKind::Assign(assign) => self.assign(assign),
            ExprKind::Array(items) => self.array(items),
            ExprKind::New(new) => self.new_object(new, expr),
            ExprKind::Closure(closure) => self.closure(closure, |_, _| None),
            ExprKind::Coalesce(left, right) => {
                let nodes = [self.expression(left), self.expression(right)];
                self.either(nodes)
            }
            ExprKind::Ternary(ternary) => {
                let condition = self.expression(&ternary.condition);
                let then = ternary.then.as_ref().map_or(condition, |then| self.expression(then));
                let otherwise = self.expression(&ternary.otherwise);
                self.either([then, otherwise])
            }
            ExprKind::Match(source) => {
                self.expression(&source.subject);
                let arms: Vec<NodeId> = source
                    .arms
                    .iter()
                    .map(|arm| {
                        self.expressions(&arm.conditions);
                        self.expression(&arm.body)
                    })
                    .collect();
                self.either(arms)
            }
            ExprKind::Clone(inner) => self.expression(inner),
            ExprKind::Unary(crate::php::UnaryOp::Silence, inner) => self.expression(inner),
            _ => self.walk_plain(expr),
        }
    }

    /// What stands for nothing that has columns.
    fn walk_plain(&mut self, expr: &Expr) -> NodeId {
        match &expr.kind {
            ExprKind::Template(parts) => {
                self.sql_in(expr);
                for part in parts {
                    if let Part::Expr(expr) = part {
                        self.expression(expr);
                    }
                }
            }
            ExprKind::Operation(operation) => {
                self.sql_in(expr);
                self.expression(&operation.first);
                for (operator, right) in &operation.rest {
                    if let (BinaryOp::Instanceof, ExprKind::Class(ClassName::Named(name))) = (operator, &right.kind) {
                        self.class_use(self.line(right.span), name, ClassUse::Hint);
                    } else {
                        self.expression(right);
                    }
                }
            }
            ExprKind::VariableVariable(inner)
            | ExprKind::Unary(_, inner)
            | ExprKind::Cast(_, inner)
            | ExprKind::Empty(inner)
            | ExprKind::Throw(inner)
            | ExprKind::Print(inner)
            | ExprKind::Include(inner)
            | ExprKind::Callable(inner)
            | ExprKind::Step { target: inner, .. } => self.expressions([inner.as_ref()]),
            ExprKind::Isset(exprs) | ExprKind::Yield(exprs) | ExprKind::Other(_, exprs) => self.expressions(exprs),
            ExprKind::Exit(Some(inner)) => self.expressions([inner.as_ref()]),
            _ => {}
        }
        self.unknown()
    }

    /// Walks an array for what is in it; its keys and values are strings like any other.
    fn array(&mut self, items: &[Item]) -> NodeId {
        let mut nodes = Vec::new();
        let handed_to = self.handed_to.take();
        for item in items {
            self.handed_to.clone_from(&handed_to);
            let key = match item.key.as_ref().map(|key| (&key.kind, key.span)) {
                Some((ExprKind::Text(text), span)) => {
                    self.string(&text.value, self.line(span), TextRole::Key);
                    Some(text.value.clone())
                }
                Some(_) => {
                    self.expressions(&item.key);
                    None
                }
                None => None,
            };
            let is_keyed = key.is_some();
            self.keys.extend(key);
            match item.value.as_ref() {
                Some(Expr { kind: ExprKind::Text(text), span }) => {
                    self.string(&text.value, self.line(*span), TextRole::Value);
                }
                Some(value) => {
                    if !matches!(value.kind, ExprKind::Array(_)) {
                        self.handed_to = None;
                    }
                    nodes.push(self.expression(value));
                }
                None => {}
            }
            self.handed_to = None;
            if is_keyed {
                self.keys.pop();
            }
        }
        // `[$user, $other]`: any of them, where a loop runs over it.
        self.either(nodes)
    }

    fn new_object(&mut self, new: &New, expr: &Expr) -> NodeId {
        let line = self.line(expr.span);
        let node = match &new.class {
            NewClass::Named(ClassName::Named(name)) => {
                self.class_use(line, name, ClassUse::New);
                if !new.arguments.is_empty() {
                    self.class_use(line, name, ClassUse::Made);
                }
                self.node(Node::New(name.clone()))
            }
            NewClass::Named(_) => {
                let this = self.node(Node::This);
                self.node(Node::Call(this, "newInstance".to_owned()))
            }
            NewClass::Anonymous(class) => {
                self.class(class);
                self.unknown()
            }
            NewClass::Dynamic(class) => {
                let class = self.expression(class);
                self.emit(line, UseKind::Dynamic { on: Some(class), what: Computed::Class });
                self.unknown()
            }
        };
        self.values(node, "new", &new.arguments, line);
        for argument in &new.arguments {
            self.expression(&argument.value);
        }
        node
    }

    fn assign(&mut self, assign: &Assign) -> NodeId {
        let value = self.expression(&assign.value);
        match &assign.target.kind {
            ExprKind::Variable(name) => {
                let keeps = matches!(assign.kind, AssignKind::With(_) | AssignKind::Coalesce);
                self.keep_names(name, &assign.value, keeps);
                if !keeps {
                    self.assign_variable(name, value);
                }
                self.keep_shape(name, &assign.value, value, keeps);
            }
            ExprKind::Chain(chain) => {
                self.chain(chain, Access::Write);
                self.keep_written(chain, &assign.value);
                if let (ExprKind::Variable(base), [link]) = (&chain.base.kind, chain.links.as_slice())
                    && base == "this"
                    && let LinkKind::Property { name: Member::Name(name, _), .. } = &link.kind
                    && let Some(class) = self.class
                    && !self.is_unknown(value)
                    && let Some(class) = self.facts.classes.get_mut(class as usize)
                {
                    class.assigned.push((name.clone(), value));
                }
            }
            // `[$a, $b] = …`, `['name' => $name] = $user`
            ExprKind::Array(items) => self.take_apart(items, value),
            _ => self.expressions([&assign.target]),
        }
        value
    }

    pub(super) fn take_apart(&mut self, items: &[Item], from: NodeId) {
        for item in items {
            if let Some(Expr { kind: ExprKind::Text(text), span }) = &item.key {
                let line = self.line(*span);
                self.emit(line, UseKind::Index { on: from, name: text.value.clone(), access: Access::Read });
            }
            match item.value.as_ref().map(|value| &value.kind) {
                Some(ExprKind::Variable(name)) => {
                    let unknown = self.unknown();
                    self.declare_variable(name, unknown);
                    self.forget_variable(name);
                }
                _ => self.expressions(&item.value),
            }
        }
    }

    /// The class that `X::class` names.
    pub(super) fn class_named(expr: &Expr) -> Option<&str> {
        let ExprKind::Chain(chain) = &expr.kind else { return None };
        match (&chain.base.kind, chain.links.as_slice()) {
            (ExprKind::Class(ClassName::Named(name)), [link]) => match &link.kind {
                LinkKind::Constant(Member::Name(constant, _)) if constant == "class" => Some(name),
                _ => None,
            },
            _ => None,
        }
    }

    /// The class that an expression names, by `X::class` or as a string.
    pub(super) fn class_said(expr: &Expr) -> Option<String> {
        match &expr.kind {
            ExprKind::Text(text) => {
                let name = text.value.trim_start_matches('\\');
                let is_like = name.contains('\\') || name.starts_with(|first: char| first.is_ascii_uppercase());
                (is_like && is_class(name) && !name.contains(' ')).then(|| name.to_owned())
            }
            _ => Self::class_named(expr).map(str::to_owned),
        }
    }

    /// A literal, or a string constant of this very class.
    pub(super) fn literal(&self, expr: &Expr) -> Option<String> {
        match &expr.kind {
            ExprKind::Text(text) => Some(text.value.clone()),
            ExprKind::Chain(chain) => {
                let [link] = chain.links.as_slice() else { return None };
                let LinkKind::Constant(Member::Name(constant, _)) = &link.kind else { return None };
                let class = match &chain.base.kind {
                    ExprKind::Class(ClassName::SelfClass | ClassName::StaticClass) => self.own_class()?,
                    ExprKind::Class(ClassName::Named(name)) => {
                        self.facts.classes.iter().find(|class| class.name == *name)?
                    }
                    _ => return None,
                };
                class.constants.iter().find(|(name, _)| name == constant).map(|(_, value)| value.clone())
            }
            // `'users.' . 'name'`, and `"users.$column"` with a mark for what is computed.
            _ => None,
        }
    }

    /// SQL as it is put together: literal parts, and a mark for what is computed.
    pub(super) fn sql_text(expr: &Expr) -> Option<String> {
        match &expr.kind {
            ExprKind::Text(text) => Some(text.value.clone()),
            ExprKind::Template(parts) => Some(
                parts
                    .iter()
                    .map(|part| match part {
                        Part::Text(text) => text.value.as_str(),
                        Part::Expr(_) => "?",
                    })
                    .collect(),
            ),
            ExprKind::Operation(operation)
                if operation.rest.iter().all(|(operator, _)| *operator == BinaryOp::Concat) =>
            {
                let parts = std::iter::once(&operation.first).chain(operation.rest.iter().map(|(_, right)| right));
                let parts: Vec<Option<String>> = parts.map(Self::sql_text).collect();
                let has_any = parts.iter().any(Option::is_some);
                has_any.then(|| parts.into_iter().map(|part| part.unwrap_or_else(|| "?".to_owned())).collect())
            }
            ExprKind::Chain(chain) => {
                // `DB::raw('…')`
                let link = chain.links.last()?;
                let (LinkKind::StaticMethod { name, arguments } | LinkKind::Method { name, arguments, .. }) =
                    &link.kind
                else {
                    return None;
                };
                (name.name() == Some("raw"))
                    .then(|| arguments.first().and_then(|first| Self::sql_text(&first.value)))?
            }
            _ => None,
        }
    }
}
