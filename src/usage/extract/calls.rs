//! What a call says of columns: those it names, the values it writes, the SQL it sends.

use super::Extractor;
use super::computed::{column_behind, is_value, names_what_is_computed};
use super::methods::{Columns, Valued, columns_of, takes_sql, values_of};
use super::shape::{Shape, path_of};
use super::texts::{column_of, is_name, table_and_alias};
use crate::eloquent::inflect::snake;
use crate::php::{Argument, Chain, ClassName, Expr, ExprKind, LinkKind, Member, NewClass};
use crate::usage::facts::{Computed, Node, NodeId, UseKind, Values};

impl Extractor<'_> {
    pub(super) fn uses_of_call(&mut self, on: NodeId, method: &str, arguments: &[Argument], line: u32) {
        self.checks(on, method, arguments);
        if self.is_quiet_class(on) && !self.is_rule(on) {
            return;
        }
        self.tables_named(on, method, arguments, line);
        if let Some(first) = arguments.first().filter(|_| takes_sql(method) || self.is_sql_of_database(on, method)) {
            match Self::sql_text(&first.value) {
                Some(text) => {
                    let place = self.line(first.value.span);
                    if names_what_is_computed(&text) {
                        let on = (!self.is_database(on)).then_some(on);
                        self.dynamic(place, on, Computed::Sql);
                    }
                    self.emit(place, UseKind::Sql { on: Some(on), text });
                }
                // What is sent here was seen where it was put together.
                None if matches!(&first.value.kind, ExprKind::Variable(name) if self.scope.sql.contains(name)) => {}
                None => {
                    let on = (!self.is_database(on)).then_some(on);
                    self.dynamic(line, on, Computed::Sql);
                }
            }
        }
        if let Some(columns) = columns_of(method) {
            self.columns_named(on, method, columns, arguments, line);
        } else if let Some(column) = dynamic_where(method) {
            self.emit(line, UseKind::Column { on, method: "where".to_owned(), table: None, name: column });
        }
        if super::closures::ABOUT_RELATIONS.contains(&method) {
            self.columns_of_relations(on, arguments);
        }
        if self.is_rule(on) && matches!(method, "unique" | "exists") {
            self.rule_object(arguments, line);
        }
        self.values(on, method, arguments, line);
    }

    /// `$request->validate([…])`, `Validator::make($input, […])`: the fields that the request has.
    fn checks(&mut self, on: NodeId, method: &str, arguments: &[Argument]) {
        let is_validator = || matches!(self.node_of(on), Node::Class(name) if name.ends_with("Validator"));
        if matches!(method, "validate" | "validateWithBag") || (method == "make" && is_validator()) {
            let rules = arguments.iter().map(|argument| self.shape(&argument.value).values);
            if let Some(rules) = rules.into_iter().find(|rules| !rules.keys.is_empty() && rules.from.is_none()) {
                self.scope.checked.extend(rules.keys);
            }
        }
    }

    /// `DB::table('users as u')`, `->join('posts', 'posts.user_id', '=', 'u.id')`
    fn tables_named(&mut self, on: NodeId, method: &str, arguments: &[Argument], line: u32) {
        let is_join = super::methods::is_join(method);
        let is_source = matches!(method, "table" | "from") && !self.is_schema(on);
        if !is_join && !is_source {
            return;
        }
        let Some(first) = arguments.first() else { return };
        match self.names_said(&first.value) {
            Some(names) => {
                for (text, _) in names {
                    let (table, alias) = table_and_alias(&text);
                    if !is_name(&table) {
                        return;
                    }
                    if let Some(alias) = alias {
                        self.scope.aliases.insert(alias, table.clone());
                    }
                    let line = self.line(first.value.span);
                    self.emit(line, UseKind::Table { name: table });
                }
            }
            None if matches!(first.value.kind, ExprKind::Closure(_)) => {}
            None if self.is_database(on) || is_join => {
                if matches!(&first.value.kind, ExprKind::Variable(name) if self.is_parameter(name)) {
                    self.takes_table();
                }
                self.dynamic(line, None, Computed::Table);
            }
            None => {}
        }
        if is_join {
            for argument in arguments.get(1..).unwrap_or_default() {
                self.column_argument(on, method, &argument.value);
            }
        }
    }

    fn is_schema(&self, on: NodeId) -> bool {
        matches!(self.node_of(on), Node::Class(name) if name.ends_with("Schema"))
    }

    /// `DB`, `DB::connection()`
    pub(super) fn is_database(&self, on: NodeId) -> bool {
        match self.node_of(on) {
            Node::Class(name) => name == "DB" || name.ends_with("\\DB"),
            Node::Call(inner, name) => {
                matches!(name.as_str(), "connection" | "getConnection") && self.is_database(*inner)
            }
            Node::Typed(name) | Node::Injected(name) => {
                name.starts_with("Illuminate\\Database\\") && name.contains("Connection")
            }
            Node::Named(inner, _) => self.is_database(*inner),
            Node::Property(_, name) => matches!(name.as_str(), "db" | "connection" | "database"),
            Node::Variable(name) | Node::Parameter(_, _, name) => matches!(name.as_str(), "db" | "connection"),
            _ => false,
        }
    }

    /// `DB::select('select …')` and its kin.
    fn is_sql_of_database(&self, on: NodeId, method: &str) -> bool {
        matches!(method, "select" | "insert" | "update" | "delete" | "cursor") && self.is_database(on)
    }

    fn columns_named(&mut self, on: NodeId, method: &str, columns: Columns, arguments: &[Argument], line: u32) {
        let chosen: &[Argument] = match columns {
            Columns::First | Columns::Lists if !matches!(columns, Columns::Lists) => {
                arguments.get(..1).unwrap_or_default()
            }
            Columns::All | Columns::Lists => arguments,
            _ => arguments.get(1..).unwrap_or_default(),
        };
        for argument in chosen {
            if columns == Columns::Lists && self.literal(&argument.value).is_some() {
                continue;
            }
            self.column_argument(on, method, &argument.value);
            if self.is_computed(&argument.value) && columns != Columns::Lists && !takes_values_too(method) {
                self.dynamic(line, Some(on), Computed::Column);
            }
        }
    }

    /// Whether nothing is known of a name: a variable that was not given literals, what a request says.
    fn is_computed(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Variable(name) if self.names_said(expr).is_none() => {
                self.scope.shapes.get(name).is_none_or(|shape| shape.texts.is_empty() && shape.values.keys.is_empty())
            }
            ExprKind::Template(_) | ExprKind::Operation(_) => column_behind(expr).is_none(),
            ExprKind::Chain(chain) => is_value(chain),
            _ => false,
        }
    }

    /// A column, a list of them, or conditions by column.
    fn column_argument(&mut self, on: NodeId, method: &str, expr: &Expr) {
        if let Some(text) = self.literal(expr) {
            return self.column(on, method, &text, self.line(expr.span));
        }
        if let Some(name) = column_behind(expr) {
            let unknown = self.unknown();
            return self.column(unknown, method, &name, self.line(expr.span));
        }
        if let (ExprKind::Variable(_), Some(names)) = (&expr.kind, self.names_said(expr)) {
            return names.iter().for_each(|(text, line)| self.column(on, method, text, *line));
        }
        let Shape { values: Values { keys, .. }, texts } = match &expr.kind {
            // `[['name', '=', 1], ['email', 'x']]`: each list names its column first.
            ExprKind::Array(items) if items.iter().all(|item| is_list(item.value.as_ref())) => {
                for item in items {
                    let Some(Expr { kind: ExprKind::Array(inner), .. }) = &item.value else { continue };
                    if let Some(first) = inner.first().and_then(|first| first.value.as_ref())
                        && let Some(text) = self.literal(first)
                    {
                        self.column(on, method, &text, self.line(first.span));
                    }
                }
                return;
            }
            ExprKind::Array(_) | ExprKind::Variable(_) => self.shape(expr),
            ExprKind::Ternary(_) | ExprKind::Match(_) | ExprKind::Coalesce(..) => self.shape_of_choice(expr),
            _ => return,
        };
        for (text, line) in keys.into_iter().map(|key| (key.name, key.line)).chain(texts) {
            self.column(on, method, &text, line);
        }
    }

    /// `$isNew ? 'created_at' : 'updated_at'`
    fn shape_of_choice(&self, expr: &Expr) -> Shape {
        let mut texts = Vec::new();
        let mut waiting = vec![expr];
        while let Some(expr) = waiting.pop() {
            match &expr.kind {
                ExprKind::Ternary(ternary) => waiting.extend(ternary.then.iter().chain([&ternary.otherwise])),
                ExprKind::Coalesce(left, right) => waiting.extend([left.as_ref(), right.as_ref()]),
                ExprKind::Match(source) => waiting.extend(source.arms.iter().map(|arm| &arm.body)),
                _ => texts.extend(self.literal(expr).map(|text| (text, self.line(expr.span)))),
            }
        }
        Shape { texts, ..Shape::default() }
    }

    fn column(&mut self, on: NodeId, method: &str, text: &str, line: u32) {
        let Some((table, name)) = column_of(text) else { return };
        let table = table.map(|table| self.table_named(table));
        self.emit(line, UseKind::Column { on, method: method.to_owned(), table, name: name.to_owned() });
    }

    /// `with('posts:id,title')`: columns of what the relation leads to.
    fn columns_of_relations(&mut self, on: NodeId, arguments: &[Argument]) {
        for (text, line) in self.texts_of(arguments) {
            let (relation, columns) = text.split_once(':').unwrap_or((&text, ""));
            let relation = relation.split(' ').next().unwrap_or_default();
            let related = self.node(Node::Relation(on, relation.to_owned()));
            for column in columns.split(',') {
                self.column(related, "select", column, line);
            }
        }
    }

    /// `Rule::unique('users', 'email')`; without a column it is that of the field.
    fn rule_object(&mut self, arguments: &[Argument], line: u32) {
        let Some(first) = arguments.first() else { return };
        let said = self.literal(&first.value).or_else(|| Self::class_said(&first.value));
        let Some(table) = said else { return };
        let column = arguments.get(1).and_then(|second| self.literal(&second.value)).or_else(|| self.field());
        self.emit(line, UseKind::Rule { table: table.rsplit('.').next().unwrap_or(&table).to_owned(), column });
    }

    /// Values that are written by column.
    pub(super) fn values(&mut self, on: NodeId, method: &str, arguments: &[Argument], line: u32) {
        let Some(values) = values_of(method) else { return };
        if method == "update" && self.is_sql_of_database(on, method) {
            return;
        }
        let chosen: &[Argument] = match values {
            Valued::First | Valued::Nested => arguments.get(..1).unwrap_or_default(),
            Valued::Both => arguments.get(..2).unwrap_or(arguments),
            Valued::Second => arguments.get(1..2).unwrap_or_default(),
        };
        let mut whole = Shape::default();
        for argument in chosen {
            let shape = self.shape(&argument.value);
            whole.add_values(shape.values);
            if argument.is_spread {
                whole.add_values(Shape::open().values);
            }
        }
        if values == Valued::First && arguments.is_empty() && method == "update" {
            return;
        }
        self.emit(line, UseKind::Values { on, method: method.to_owned(), values: whole.values });
    }

    /// `$user->save()`, `$this->users->save($user)`: what was given to the variable before; `$user->fill([…])` gives.
    pub(super) fn saves(
        &mut self,
        on: NodeId,
        chain: &Chain,
        at: usize,
        method: &str,
        arguments: &[Argument],
        line: u32,
    ) {
        let path = path_of(&chain.base, chain.links.get(..at).unwrap_or_default());
        match method {
            "fill" | "forceFill" | "setAttribute" | "setRawAttributes" => {
                let shape = match (method, arguments) {
                    ("setAttribute", [name, ..]) => match self.literal(&name.value) {
                        Some(name) => Shape::of(key(name, line)),
                        None => Shape::open(),
                    },
                    (_, [first, ..]) => self.shape(&first.value),
                    _ => Shape::default(),
                };
                if let Some(path) = path {
                    let written = self.scope.written.entry(path).or_default();
                    written.add_values(shape.values);
                }
            }
            "save" | "saveOrFail" | "saveQuietly" | "push" | "pushQuietly"
                if arguments.is_empty() || is_options(arguments) =>
            {
                let Some(path) = path else { return };
                self.saved(on, &path, line);
            }
            // `$user->posts()->save($post)`, `$this->posts->save($post)`
            _ if is_saving(method) => {
                for argument in arguments {
                    if let ExprKind::New(new) = &argument.value.kind
                        && let NewClass::Named(ClassName::Named(name)) = &new.class
                    {
                        let node = self.node(Node::New(name.clone()));
                        let shape = new.arguments.first().map(|first| self.shape(&first.value)).unwrap_or_default();
                        self.emit(line, UseKind::Save { on: node, values: shape.values });
                    }
                    if let ExprKind::Variable(name) = &argument.value.kind
                        && self.knows_variable(name)
                    {
                        let node = self.variable(name);
                        self.saved(node, name, line);
                    }
                }
            }
            "associate" | "dissociate" => {
                // It sets the key of the relation before it, on what the relation is of.
                if let Some(LinkKind::Method { name: Member::Name(relation, _), .. }) =
                    at.checked_sub(1).and_then(|at| chain.links.get(at)).map(|link| &link.kind)
                    && let Some(path) = path_of(&chain.base, chain.links.get(..at - 1).unwrap_or_default())
                {
                    let name = format!("{}_id", snake(relation));
                    self.scope.written.entry(path).or_default().values.keys.push(key(name, line));
                }
            }
            _ => {
                // Handed on with what it holds so far: others may give it more.
                let may_write = method.starts_with("set") || method.starts_with("fill");
                if let Some(written) = path.filter(|_| may_write).and_then(|path| self.scope.written.get_mut(&path)) {
                    written.add_values(Shape::open().values);
                }
            }
        }
    }

    fn saved(&mut self, on: NodeId, path: &str, line: u32) {
        // What a parameter holds already, its caller knows.
        let unknown = if self.is_parameter(path) { Shape::open() } else { Shape::default() };
        let mut written = self.scope.written.get(path).cloned().unwrap_or_default();
        written.add_values(unknown.values);
        self.emit(line, UseKind::Save { on, values: written.values });
    }
}

fn key(name: String, line: u32) -> crate::usage::facts::Key {
    crate::usage::facts::Key { name, line, is_null: false }
}

fn is_list(value: Option<&Expr>) -> bool {
    matches!(value.map(|value| &value.kind), Some(ExprKind::Array(items)) if items.iter().all(|item| item.key.is_none()))
}

/// `save(['timestamps' => false])`
fn is_options(arguments: &[Argument]) -> bool {
    matches!(arguments, [only] if matches!(only.value.kind, ExprKind::Array(_)))
}

fn is_saving(method: &str) -> bool {
    matches!(method, "save" | "saveMany" | "saveQuietly" | "store" | "persist" | "add" | "insert")
}

/// Methods of collections and models that are called with anything.
fn takes_values_too(method: &str) -> bool {
    matches!(
        method,
        "contains"
            | "forget"
            | "first"
            | "only"
            | "except"
            | "unique"
            | "count"
            | "implode"
            | "append"
            | "on"
            | "mode"
            | "touch"
    )
}

/// `whereFirstName('x')`: the column that a method which is none of Laravel's asks for.
fn dynamic_where(method: &str) -> Option<String> {
    let column = method.strip_prefix("where").or_else(|| method.strip_prefix("orWhere"))?;
    let is_studly = column.starts_with(|first: char| first.is_ascii_uppercase());
    let is_own = super::closures::ABOUT_RELATIONS.contains(&method)
        || column.contains("Has")
        || column.contains("Pivot")
        || matches!(
            column,
            "Raw" | "Exists" | "NotExists" | "Key" | "KeyNot" | "RowValues" | "MorphedTo" | "BelongsTo" | "AttachedTo"
        );
    (is_studly && !is_own && !takes_sql(method)).then(|| snake(column))
}
