//! Chains: what each link uses, and what it leads to.

use super::closures::GIVE_BACK;
use super::{Extractor, HandedTo};
use crate::php::{Argument, Chain, ClassName, Expr, ExprKind, FallbackName, Link, LinkKind, Member};
use crate::usage::facts::{Access, ClassUse, Computed, Node, NodeId, TextRole, UseKind};

/// What a call is given.
#[derive(Debug, Default)]
struct Given {
    nodes: Vec<NodeId>,
    /// What a closure among the arguments returns.
    returned: Option<NodeId>,
}

impl Extractor<'_> {
    /// Walks a chain; the last link of one that is assigned to is a write.
    pub(super) fn chain(&mut self, chain: &Chain, access: Access) -> NodeId {
        let (mut current, from) = self.base(chain);
        for (at, link) in chain.links.iter().enumerate().skip(from) {
            let access = if at + 1 == chain.links.len() { access } else { Access::Read };
            current = self.link(current, chain, at, link, access);
        }
        self.views(chain);
        current
    }

    /// What a chain begins with, and how many links that takes.
    fn base(&mut self, chain: &Chain) -> (NodeId, usize) {
        let first = chain.links.first().map(|link| &link.kind);
        match (&chain.base.kind, first) {
            (ExprKind::Function(name), Some(LinkKind::Call(arguments))) => {
                (self.function_call(name, arguments, self.line(chain.base.span)), 1)
            }
            (ExprKind::Class(ClassName::Named(name)), Some(kind)) => {
                let line = self.line(chain.base.span);
                match kind {
                    LinkKind::Constant(Member::Name(constant, _)) if constant == "class" => {
                        self.class_use(line, name, ClassUse::Name);
                        return (self.unknown(), 1);
                    }
                    LinkKind::StaticMethod { name: method, .. } => {
                        self.class_use(line, name, ClassUse::Static);
                        if method.name().is_some_and(|method| method.starts_with("dispatch")) {
                            self.class_use(line, name, ClassUse::Made);
                        }
                    }
                    _ => {}
                }
                (self.node(Node::Class(name.clone())), 0)
            }
            (ExprKind::Class(_), _) => (self.node(Node::This), 0),
            _ => (self.expression(&chain.base), 0),
        }
    }

    fn link(&mut self, current: NodeId, chain: &Chain, at: usize, link: &Link, access: Access) -> NodeId {
        match &link.kind {
            LinkKind::Property { name, .. } => self.property(current, name, access),
            LinkKind::Index(index) => self.index(current, index.as_ref(), access),
            LinkKind::Method { name, arguments, .. } | LinkKind::StaticMethod { name, arguments } => match name {
                Member::Name(name, span) => {
                    let place = self.line(*span);
                    self.method(current, chain, at, name, arguments, place)
                }
                Member::Dynamic(expr) => {
                    self.expression(expr);
                    self.arguments(current, "", arguments);
                    self.unknown()
                }
            },
            LinkKind::Call(arguments) => {
                self.arguments(current, "", arguments);
                self.unknown()
            }
            LinkKind::StaticProperty(_) | LinkKind::Constant(_) => self.unknown(),
        }
    }

    fn property(&mut self, on: NodeId, name: &Member, access: Access) -> NodeId {
        match name {
            Member::Name(name, span) => {
                let line = self.line(*span);
                self.emit(line, UseKind::Property { on, name: name.clone(), access });
                self.node(Node::Property(on, name.clone()))
            }
            Member::Dynamic(expr) => {
                let line = self.line(expr.span);
                if let Some(names) = self.names_said(expr) {
                    let reached = names.into_iter().map(|(name, _)| {
                        self.emit(line, UseKind::Property { on, name: name.clone(), access });
                        self.node(Node::Property(on, name))
                    });
                    let reached: Vec<NodeId> = reached.collect();
                    return self.either(reached);
                }
                self.expression(expr);
                self.dynamic(line, Some(on), Computed::Attribute);
                self.unknown()
            }
        }
    }

    fn index(&mut self, on: NodeId, index: Option<&Expr>, access: Access) -> NodeId {
        let Some(index) = index else { return self.unknown() };
        if let Some(name) = self.literal(index) {
            let line = self.line(index.span);
            self.emit(line, UseKind::Index { on, name: name.clone(), access });
            return self.node(Node::Property(on, name));
        }
        self.expression(index);
        if self.is_unknown(on) { on } else { self.node(Node::Element(on)) }
    }

    fn method(
        &mut self,
        on: NodeId,
        chain: &Chain,
        at: usize,
        name: &str,
        arguments: &[Argument],
        line: u32,
    ) -> NodeId {
        let on = self.with_table(on, chain, at);
        self.uses_of_call(on, name, arguments, line);
        self.saves(on, chain, at, name, arguments, line);
        let given = self.arguments(on, name, arguments);
        if let (true, Some(returned)) = (GIVE_BACK.contains(&name), given.returned) {
            return returned;
        }
        self.own_call(on, name, given.nodes);
        self.result_of(on, name, arguments)
    }

    /// Notes what a method of the class is called with, for its parameters without a type.
    fn own_call(&mut self, on: NodeId, name: &str, given: Vec<NodeId>) {
        let is_telling = *self.node_of(on) == Node::This && given.iter().any(|id| !self.is_unknown(*id));
        if let Some(class) = self.class.filter(|_| is_telling).and_then(|at| self.facts.classes.get_mut(at as usize)) {
            class.calls.push((name.to_owned(), given));
        }
    }

    /// A query whose table is said further on: `$query->select('a')->from('users')`.
    fn with_table(&mut self, on: NodeId, chain: &Chain, at: usize) -> NodeId {
        if !matches!(self.node_of(on), Node::Variable(_) | Node::Parameter(..) | Node::Unknown | Node::Class(_)) {
            return on;
        }
        let table = chain.links.get(at..).unwrap_or_default().iter().find_map(|link| match &link.kind {
            LinkKind::Method { name: Member::Name(name, _), arguments, .. }
            | LinkKind::StaticMethod { name: Member::Name(name, _), arguments }
                if name == "from" =>
            {
                self.literal(&arguments.first()?.value)
            }
            _ => None,
        });
        match table {
            Some(table) => self.node(Node::Table(super::texts::table_and_alias(&table).0)),
            None => on,
        }
    }

    /// What a call gives.
    fn result_of(&mut self, on: NodeId, name: &str, arguments: &[Argument]) -> NodeId {
        let first = arguments.first().map(|argument| &argument.value);
        match name {
            "table" | "from" => {
                if let Some(tables) = first.and_then(|first| self.names_said(first)) {
                    let nodes = tables.into_iter().map(|(table, _)| super::texts::table_and_alias(&table).0);
                    let nodes: Vec<NodeId> = nodes.map(|table| self.node(Node::Table(table))).collect();
                    return self.either(nodes);
                }
            }
            "user" | "getUser" if self.is_about_login(on) => return self.node(Node::LoggedIn),
            "make" | "makeWith" | "get" | "resolve" | "build" => {
                if let Some(class) =
                    first.and_then(Self::class_said).filter(|_| !self.is_class_node(on) || self.is_app(on))
                {
                    return self.node(Node::Typed(class));
                }
            }
            "unique" | "exists" if self.is_rule(on) => {
                let said = first.and_then(|first| self.literal(first).or_else(|| Self::class_said(first)));
                return match said {
                    Some(class) if class.contains('\\') => self.node(Node::Class(class)),
                    Some(table) => self.node(Node::Table(table)),
                    None => self.unknown(),
                };
            }
            // What a relation leads to goes on from there, not from the model that has it.
            _ if super::relations::KINDS.contains(&name) => {
                return match first.and_then(Self::class_said) {
                    Some(class) => self.node(Node::Class(class)),
                    None => self.unknown(),
                };
            }
            _ if super::methods::is_join(name) => {
                if let Some(table) = first.and_then(|first| self.literal(first)) {
                    return self.node(Node::Joined(on, super::texts::table_and_alias(&table).0));
                }
                return on;
            }
            _ => {}
        }
        if self.is_unknown(on) { on } else { self.node(Node::Call(on, name.to_owned())) }
    }

    fn is_class_node(&self, on: NodeId) -> bool {
        matches!(self.node_of(on), Node::Class(_))
    }

    fn is_app(&self, on: NodeId) -> bool {
        matches!(self.node_of(on), Node::Class(name) if name.ends_with("App") || name.ends_with("Container"))
    }

    pub(super) fn is_rule(&self, on: NodeId) -> bool {
        matches!(self.node_of(on), Node::Class(name) if name.ends_with("Rule"))
    }

    /// `auth()`, `Auth::`, `$request`, and what guards they lead to.
    fn is_about_login(&self, on: NodeId) -> bool {
        match self.node_of(on) {
            Node::Function(name) => matches!(name.as_str(), "auth" | "request"),
            Node::Class(name) => name.ends_with("Auth") || name.ends_with("Request") || name.ends_with("Guard"),
            Node::Typed(name) | Node::Injected(name) => {
                ["Request", "Guard", "Factory"].iter().any(|end| name.ends_with(end))
            }
            Node::Variable(name) | Node::Parameter(_, _, name) => matches!(name.as_str(), "request" | "auth"),
            Node::Named(inner, name) => name == "request" || self.is_about_login(*inner),
            Node::Call(inner, name) => name == "guard" && self.is_about_login(*inner),
            Node::Property(_, name) => matches!(name.as_str(), "auth" | "request"),
            Node::This => self.own_class().is_some_and(|class| class.name.ends_with("Request")),
            _ => false,
        }
    }

    /// A call of a function by its name.
    fn function_call(&mut self, name: &FallbackName, arguments: &[Argument], line: u32) -> NodeId {
        let short = name.short();
        let first = arguments.first().map(|argument| &argument.value);
        let said = first.and_then(Self::class_said);
        if matches!(short, "data_get" | "data_set" | "object_get" | "array_get")
            && let (Some(first), Some(second)) = (first, arguments.get(1))
            && let Some(path) = self.literal(&second.value)
        {
            let on = self.expression(first);
            let name = path.split('.').next().unwrap_or_default().to_owned();
            self.emit(line, UseKind::Property { on, name, access: Access::Read });
            return self.unknown();
        }
        let unknown = self.unknown();
        let given = self.arguments(unknown, short, arguments);
        let first = given.nodes.first().copied().unwrap_or(unknown);
        match (short, said) {
            ("app" | "resolve" | "make", Some(class)) => self.node(Node::Typed(class)),
            ("factory", Some(class)) => self.node(Node::Class(class)),
            (
                "optional" | "tap" | "collect" | "with" | "value" | "array_filter" | "array_values"
                | "iterator_to_array" | "array_reverse" | "array_slice" | "array_merge",
                _,
            ) => first,
            ("rescue" | "retry" | "transform" | "call_user_func", _) => given.returned.unwrap_or(unknown),
            ("end" | "reset" | "current" | "array_pop" | "array_shift" | "next" | "head" | "last", _) => {
                if self.is_unknown(first) { first } else { self.node(Node::Element(first)) }
            }
            _ => self.node(Node::Function(name.full.clone())),
        }
    }

    /// Walks arguments; gives what they stand for.
    fn arguments(&mut self, on: NodeId, method: &str, arguments: &[Argument]) -> Given {
        let first = arguments.first().and_then(|first| self.literal(&first.value));
        let is_quiet = super::methods::takes_no_columns(method) || self.is_quiet_class(on);
        let mut given = Given::default();
        for argument in arguments {
            let mut node = self.unknown();
            match &argument.value.kind {
                ExprKind::Closure(closure) => {
                    let relation = first.as_deref();
                    let handed = |extractor: &mut Self, at| extractor.handed_over(on, method, relation, at);
                    node = self.closure(closure, handed);
                    given.returned = Some(node);
                }
                ExprKind::Array(items) if super::closures::ABOUT_RELATIONS.contains(&method) => {
                    self.relations_with_closures(on, items);
                }
                ExprKind::Text(_) if is_quiet => {}
                ExprKind::Text(text) => {
                    self.handed_to = Some(HandedTo { on, method: method.to_owned(), is_quiet });
                    self.string(&text.value, self.line(argument.value.span), TextRole::Argument);
                }
                ExprKind::Array(_) => {
                    self.handed_to = Some(HandedTo { on, method: method.to_owned(), is_quiet });
                    node = self.expression(&argument.value);
                }
                _ => node = self.expression(&argument.value),
            }
            self.handed_to = None;
            given.nodes.push(node);
        }
        given
    }

    /// `with(['posts' => fn ($query) => …, 'tags'])`
    fn relations_with_closures(&mut self, on: NodeId, items: &[crate::php::Item]) {
        for item in items {
            let key = item.key.as_ref().and_then(|key| self.literal(key));
            match (&key, item.value.as_ref().map(|value| &value.kind)) {
                (Some(relation), Some(ExprKind::Closure(closure))) => {
                    let relation = relation.split([' ', ':']).next().unwrap_or_default().to_owned();
                    self.closure(closure, |extractor, at| {
                        (at == 0).then(|| extractor.node(Node::Relation(on, relation.clone())))
                    });
                }
                _ => self.expressions(&item.value),
            }
            if let (Some(key), Some(expr)) = (key, &item.key) {
                self.handed_to = Some(HandedTo { on, method: "with".to_owned(), is_quiet: false });
                self.string(&key, self.line(expr.span), TextRole::Key);
                self.handed_to = None;
            }
        }
    }

    pub(super) fn dynamic(&mut self, line: u32, on: Option<NodeId>, what: Computed) {
        self.emit(line, UseKind::Dynamic { on, what });
    }
}
