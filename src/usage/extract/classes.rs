//! Classes: what a model says of its table, and what others need to know to follow an object of the class.

use super::Extractor;
use super::closures::is_class;
use crate::php::{
    Class, ClassKind, ClassName, Expr, ExprKind, LinkKind, Member, Method, Node as PhpNode, Property, StmtKind,
    walk_stmts,
};
use crate::usage::facts::{ClassFacts, ClassUse, Key, MethodFacts, Node, NodeId};

/// Properties of models that list columns.
const LISTS: [&str; 12] = [
    "fillable",
    "guarded",
    "casts",
    "dates",
    "hidden",
    "visible",
    "appends",
    "attributes",
    "with",
    "touches",
    "searchable",
    "translatable",
];

impl Extractor<'_> {
    pub(super) fn own_class(&self) -> Option<&ClassFacts> {
        self.facts.classes.get(self.class? as usize)
    }

    fn own_class_mut(&mut self) -> Option<&mut ClassFacts> {
        self.facts.classes.get_mut(self.class? as usize)
    }

    pub(super) fn class(&mut self, class: &Class) {
        let line = self.declaration_line(class);
        let around = (self.class, self.method, std::mem::take(&mut self.scope));
        let facts = ClassFacts {
            name: class.name.clone().unwrap_or_default(),
            line,
            is_trait: class.kind == ClassKind::Trait,
            is_abstract: class.is_abstract || class.kind == ClassKind::Interface,
            parent: class.parent.clone(),
            traits: class.traits.iter().flat_map(|used| used.traits.iter().cloned()).collect(),
            interfaces: class.interfaces.clone(),
            ..ClassFacts::default()
        };
        self.class = Some(self.facts.classes.len() as u32);
        self.method = None;
        self.facts.classes.push(facts);
        self.constants(class);
        let (documented, about) = (self.doc_properties(class.span), self.doc_about(class.span));
        if let Some(facts) = self.own_class_mut() {
            facts.properties.extend(documented);
            facts.about = about;
        }
        for property in &class.properties {
            self.class_property(property);
        }
        for method in &class.methods {
            self.class_method(method);
        }
        (self.class, self.method, self.scope) = around;
    }

    /// The line that says `class`; the class's span is that of its body.
    fn declaration_line(&self, class: &Class) -> u32 {
        let before = self.text.get(..class.span.start as usize).unwrap_or_default();
        let word = if class.kind == ClassKind::Trait { "trait " } else { "class " };
        self.line_at(before.rfind(word).map_or(class.span.start, |at| at as u32))
    }

    fn constants(&mut self, class: &Class) {
        for constant in &class.constants {
            self.expression(&constant.value);
            if let ExprKind::Text(text) = &constant.value.kind {
                let known = (constant.name.clone(), text.value.clone());
                self.own_class_mut().into_iter().for_each(|class| class.constants.push(known.clone()));
            }
            if matches!(constant.name.as_str(), "CREATED_AT" | "UPDATED_AT" | "DELETED_AT") {
                let said = match &constant.value.kind {
                    ExprKind::Text(text) => Some(text.value.clone()),
                    _ => None,
                };
                let name = constant.name.clone();
                self.own_class_mut().into_iter().for_each(|class| class.timestamps.push((name.clone(), said.clone())));
            }
        }
    }

    fn class_property(&mut self, property: &Property) {
        let line = self.line(property.span);
        let declared: Vec<String> = property.types.iter().filter(|name| is_class(name)).cloned().collect();
        for class in &declared {
            self.class_use(line, class, ClassUse::Hint);
        }
        let types = if declared.is_empty() { self.doc_var(property.span) } else { declared };
        let name = property.name.clone();
        if !types.is_empty() {
            self.own_class_mut().into_iter().for_each(|class| class.properties.push((name.clone(), types.clone())));
        }
        self.statements(&property.hooks);
        let Some(default) = &property.default else { return };
        let literal = self.literal(default);
        let constant = inherited_constant(default).filter(|_| literal.is_none());
        let is_false = matches!(default.kind, ExprKind::Bool(false));
        let keys = self.list(default);
        if LISTS.contains(&name.as_str()) {
            // What a list of a model names is known by the list, not by its strings.
            self.own_class_mut().into_iter().for_each(|class| class.lists.push((name.clone(), keys.clone())));
        } else {
            let node = self.expression(default);
            if !self.is_unknown(node) {
                self.own_class_mut().into_iter().for_each(|class| class.assigned.push((name.clone(), node)));
            }
            let shape = self.shape(default);
            self.scope.shapes.insert(format!("this->{name}"), shape);
        }
        let Some(class) = self.own_class_mut() else { return };
        match name.as_str() {
            "table" => (class.table, class.table_constant) = (literal, constant),
            "primaryKey" => class.primary_key = literal.or_else(|| Some(String::new())),
            "timestamps" => class.has_no_timestamps = is_false,
            _ => {}
        }
    }

    /// The names in a list or the keys of an array.
    fn list(&self, default: &Expr) -> Vec<Key> {
        let shape = self.shape(default);
        let texts = shape.texts.into_iter().map(|(name, line)| Key { name, line, is_null: false });
        shape.values.keys.into_iter().chain(texts).collect()
    }

    fn class_method(&mut self, method: &Method) {
        let function = &method.function;
        let facts = MethodFacts { name: function.name.clone(), line: self.line(method.span), ..MethodFacts::default() };
        let relation = self.relation(function);
        let returned = returned_text(method);
        let Some(class) = self.own_class_mut() else { return };
        let at = class.methods.len() as u32;
        class.methods.push(facts);
        class.relations.extend(relation);
        if function.name == "getTable" && class.table.is_none() {
            class.table = returned;
        }
        self.method = Some(at);
        self.lists_returned(method);
        let is_scope = function.name.strip_prefix("scope").is_some_and(|rest| !rest.is_empty())
            || method.attributes.iter().any(|attribute| attribute.name.ends_with("\\Scope"));
        let (types, returns) =
            self.function(function, |extractor, at| (is_scope && at == 0).then(|| extractor.query_of_this()));
        let types = if types.is_empty() { self.doc_returns(method.span) } else { types };
        self.promoted(method);
        let takes_value = !function.parameters.is_empty() || reads_raw(method);
        if let Some(facts) = self.own_class_mut().and_then(|class| class.methods.get_mut(at as usize)) {
            facts.types = types;
            facts.returns = returns;
            facts.takes_value = takes_value;
        }
        self.method = None;
    }

    /// The method around queries a table whose name it is given.
    pub(super) fn takes_table(&mut self) {
        let method = self.method;
        if let Some(facts) = self.own_class_mut().and_then(|class| class.methods.get_mut(method? as usize)) {
            facts.takes_table = true;
        }
    }

    fn query_of_this(&mut self) -> NodeId {
        let this = self.node(Node::This);
        self.node(Node::Call(this, "newQuery".to_owned()))
    }

    /// `casts()`: what the method returns is a list like the property.
    fn lists_returned(&mut self, method: &Method) {
        let name = method.function.name.as_str();
        if !matches!(name, "casts" | "getFillable" | "uniqueIds" | "rules") {
            return;
        }
        let mut keys = Vec::new();
        walk_stmts(&method.function.body, &mut |node| {
            if let PhpNode::Stmt(statement) = node
                && let StmtKind::Return(Some(value)) = &statement.kind
            {
                keys.extend(self.list(value));
            }
        });
        let name = if name == "getFillable" { "fillable" } else { name }.to_owned();
        self.own_class_mut().into_iter().for_each(|class| class.lists.push((name.clone(), keys.clone())));
    }

    /// Constructor parameters that are properties.
    fn promoted(&mut self, method: &Method) {
        for parameter in method.function.parameters.iter().filter(|parameter| parameter.is_promoted) {
            let types: Vec<String> = parameter.types.iter().filter(|name| is_class(name)).cloned().collect();
            let name = parameter.name.clone();
            self.own_class_mut().into_iter().for_each(|class| class.properties.push((name.clone(), types.clone())));
        }
    }
}

/// `self::NAME`, `static::NAME`
fn inherited_constant(expr: &Expr) -> Option<String> {
    let ExprKind::Chain(chain) = &expr.kind else { return None };
    match (&chain.base.kind, chain.links.as_slice()) {
        (ExprKind::Class(ClassName::SelfClass | ClassName::StaticClass | ClassName::ParentClass), [link]) => {
            match &link.kind {
                LinkKind::Constant(Member::Name(name, _)) => Some(name.clone()),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The text that a method of one `return` gives.
fn returned_text(method: &Method) -> Option<String> {
    match method.function.body.as_slice() {
        [only] => match &only.kind {
            StmtKind::Return(Some(value)) => match &value.kind {
                ExprKind::Text(text) => Some(text.value.clone()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// Whether an accessor looks at the column that it stands before: `$this->attributes[…]`, `getRawOriginal()`, `get: fn ($value)`.
fn reads_raw(method: &Method) -> bool {
    let mut reads = false;
    walk_stmts(&method.function.body, &mut |node| {
        if let PhpNode::Expr(expr) = node {
            match &expr.kind {
                ExprKind::Chain(chain) => {
                    reads |= chain.links.iter().any(|link| match &link.kind {
                        LinkKind::Property { name, .. } => name.name() == Some("attributes"),
                        LinkKind::Method { name, .. } => matches!(
                            name.name(),
                            Some("getRawOriginal" | "getOriginal" | "getAttributeFromArray" | "getAttributes")
                        ),
                        _ => false,
                    });
                }
                ExprKind::Closure(closure) => reads |= !closure.function.parameters.is_empty(),
                _ => {}
            }
        }
    });
    reads
}
