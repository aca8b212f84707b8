//! What a symbol stands for: a row or a query of a model, a table, or an object of another class.

use super::models::package_table;
use super::{ClassId, Index, Root};
use crate::eloquent::inflect::class_basename;
use crate::usage::facts::{Node, NodeId, RelationFacts};

/// What is known of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::usage) enum Type {
    /// Rows of a model of the project.
    Model { class: ClassId, form: Form },
    /// Rows of a table without a model in the project.
    Table { table: String, form: Form },
    /// Rows of a query may also hold columns of a table joined to it.
    Joined(String),
    /// The row of the pivot by which a model was reached.
    Pivot(ClassId),
    /// An object of a class of the project that is no model.
    Object(ClassId),
    /// Something else: no rows.
    Other,
}

/// How the rows come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::usage) enum Form {
    /// Not fetched: what is asked of it is asked of the database.
    Query,
    /// Fetched.
    Rows,
    Row,
    /// Not in the database yet.
    Fresh,
}

/// Methods of queries and models that give one row.
const ONE: [&str; 25] = [
    "first",
    "firstOrFail",
    "find",
    "findOrFail",
    "create",
    "firstOrCreate",
    "updateOrCreate",
    "sole",
    "firstWhere",
    "fresh",
    "refresh",
    "forceCreate",
    "last",
    "pop",
    "shift",
    "random",
    "firstOr",
    "findOr",
    "createOrFirst",
    "associate",
    "findOrNew",
    "firstOrNew",
    "createQuietly",
    "getRelated",
    "fill",
];
const NEW: [&str; 6] = ["make", "newInstance", "replicate", "newModelInstance", "newRelatedInstance", "newPivot"];
const ROWS: [&str; 20] = [
    "get",
    "all",
    "paginate",
    "simplePaginate",
    "cursorPaginate",
    "cursor",
    "lazy",
    "lazyById",
    "findMany",
    "items",
    "getResults",
    "createMany",
    "getCollection",
    "getModels",
    "hydrate",
    "collect",
    "values",
    "toBase_",
    "saveMany",
    "getEager",
];
const SCALARS: [&str; 33] = [
    "count",
    "exists",
    "doesntExist",
    "sum",
    "avg",
    "average",
    "min",
    "max",
    "value",
    "pluck",
    "lists",
    "delete",
    "update",
    "insert",
    "insertGetId",
    "save",
    "implode",
    "toSql",
    "toJson",
    "isEmpty",
    "isNotEmpty",
    "increment",
    "decrement",
    "forceDelete",
    "restore",
    "touch",
    "sync",
    "attach",
    "detach",
    "getKey",
    "getTable",
    "getMorphClass",
    "only",
];

impl Index {
    /// What a node of `file` stands for, in code of `context` or what inherits it.
    pub(in crate::usage) fn types_in(&self, file: usize, context: Option<ClassId>, id: NodeId) -> Vec<Type> {
        let Some(context) = context.filter(|_| self.root_of(file, id).is_this) else {
            return self.resolve(file, None, id);
        };
        let mut types = Vec::new();
        for class in self.may_be(context) {
            add(&mut types, self.resolve(file, Some(class), id));
        }
        types
    }

    fn resolve(&self, file: usize, context: Option<ClassId>, id: NodeId) -> Vec<Type> {
        let key = (context, file, id);
        if let Some(known) = self.resolved.borrow().get(&key) {
            return known.clone();
        }
        // What leads back to itself says nothing.
        self.resolved.borrow_mut().insert(key, Vec::new());
        let types = stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.resolve_node(file, context, id));
        self.resolved.borrow_mut().insert(key, types.clone());
        types
    }

    fn resolve_node(&self, file: usize, context: Option<ClassId>, id: NodeId) -> Vec<Type> {
        let each = |inner: NodeId, step: &dyn Fn(&Type) -> Vec<Type>| {
            let mut types = Vec::new();
            for of in self.resolve(file, context, inner) {
                add(&mut types, step(&of));
            }
            types
        };
        match self.node(file, id) {
            Node::Unknown => Vec::new(),
            Node::Variable(name) => self.given_to_template(file, name),
            Node::This => context.map(|class| self.object_of(class, Form::Row)).unwrap_or_default(),
            Node::Class(name) => self.named(name, Form::Query),
            Node::New(name) => self.named(name, Form::Fresh),
            Node::Typed(name) => self.named(name, Form::Row),
            Node::Injected(name) => self.injected(context, name),
            Node::Parameter(method, at, _) => self.given(context, method, *at),
            Node::Table(table) => vec![Type::Table { table: table.clone(), form: Form::Query }],
            Node::Named(inner, _) => self.resolve(file, context, *inner),
            Node::LoggedIn => self.users(),
            Node::Function(name) => self.function_result(name),
            Node::Property(inner, name) => each(*inner, &|of| self.property_of(of, name)),
            Node::Call(inner, name) => each(*inner, &|of| self.result_of(of, name)),
            Node::Element(inner) => each(*inner, &|of| match of {
                // Whose rows a collection of the application's own holds is not known.
                Type::Object(_) | Type::Other => Vec::new(),
                of => vec![with_form(of, Form::Row)],
            }),
            Node::Relation(inner, path) => each(*inner, &|of| self.follow(of, path)),
            Node::Joined(inner, table) => {
                let mut types = self.resolve(file, context, *inner);
                add(&mut types, vec![Type::Joined(table.clone())]);
                types
            }
            Node::Either(members) => {
                let mut types = Vec::new();
                for member in members {
                    add(&mut types, self.resolve(file, context, *member));
                }
                types
            }
        }
    }

    /// What the container hands to a constructor: of a model, a new one. Objects that code makes by itself are given rows.
    fn injected(&self, context: Option<ClassId>, name: &str) -> Vec<Type> {
        let is_made = context.and_then(|id| self.class(id)).is_some_and(|class| self.made.contains(&class.name));
        self.named(name, if is_made { Form::Row } else { Form::Fresh })
    }

    /// What the methods of the class and of its kin give to a parameter of another.
    fn given(&self, context: Option<ClassId>, method: &str, at: u32) -> Vec<Type> {
        let Some(context) = context else { return Vec::new() };
        let mut types = Vec::new();
        for (owner, class) in self.lineage_facts(context) {
            for (_, arguments) in class.calls.iter().filter(|(called, _)| called == method) {
                if let Some(id) = arguments.get(at as usize) {
                    add(&mut types, self.resolve(self.file_of(owner), Some(context), *id));
                }
            }
        }
        types.retain(|of| *of != Type::Other);
        types
    }

    /// An object of the class of that name.
    fn named(&self, name: &str, form: Form) -> Vec<Type> {
        match self.class_named(name) {
            Some(class) => self.object_of(class, form),
            None => match package_table(name) {
                Some(table) => vec![Type::Table { table, form }],
                None if is_generic(name) => Vec::new(),
                None => vec![Type::Other],
            },
        }
    }

    fn object_of(&self, class: ClassId, form: Form) -> Vec<Type> {
        if self.model(class).is_some() {
            return vec![Type::Model { class, form }];
        }
        match self.built_for(class) {
            Some(model) => vec![Type::Model { class: model, form: Form::Query }],
            None => vec![Type::Object(class)],
        }
    }

    /// The model that a class of queries is for.
    fn built_for(&self, class: ClassId) -> Option<ClassId> {
        let is_builder = self.foreign_parents(class).iter().any(|name| name.ends_with("\\Builder"));
        if !is_builder {
            return None;
        }
        let facts = self.class(class)?;
        let said = facts.about.iter().filter_map(|name| self.class_named(name)).find(|id| self.model(*id).is_some());
        said.or_else(|| {
            let name = class_basename(&facts.name);
            let name = name.strip_suffix("QueryBuilder").or_else(|| name.strip_suffix("Builder"))?;
            self.model_with_basename(name)
        })
    }

    /// The one model whose class has that name, whatever its namespace.
    pub(in crate::usage) fn model_with_basename(&self, name: &str) -> Option<ClassId> {
        let mut found = self.class_ids().filter(|id| {
            self.class(*id).is_some_and(|class| class_basename(&class.name) == name) && self.model(*id).is_some()
        });
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }

    /// The models of those who log in.
    pub(super) fn login_models(&self) -> impl Iterator<Item = ClassId> {
        let is_user = |id: &ClassId| {
            let is_named = self.class(*id).is_some_and(|class| class_basename(&class.name) == "User");
            is_named || self.foreign_parents(*id).contains(&"Illuminate\\Foundation\\Auth\\User")
        };
        self.class_ids().filter(is_user).filter(|id| self.model(*id).is_some())
    }

    fn users(&self) -> Vec<Type> {
        self.login_models().map(|class| Type::Model { class, form: Form::Row }).collect()
    }

    fn function_result(&self, name: &str) -> Vec<Type> {
        let short = name.rsplit('\\').next().unwrap_or(name);
        let found = self.functions.get(name).or_else(|| self.functions.get(short));
        let Some((file, at)) = found.copied() else { return Vec::new() };
        let Some(function) = self.files.get(file).and_then(|file| file.facts.functions.get(at)) else {
            return Vec::new();
        };
        let mut types = Vec::new();
        for name in &function.types {
            add(&mut types, self.named(name, Form::Row));
        }
        if types.is_empty() || types == [Type::Other] {
            types.clear();
            for id in &function.returns {
                add(&mut types, self.resolve(file, None, *id));
            }
        }
        types
    }

    fn property_of(&self, of: &Type, name: &str) -> Vec<Type> {
        match of {
            Type::Model { class, form } => {
                if name == "pivot" {
                    return vec![Type::Pivot(*class)];
                }
                if let Some((owner, relation)) = self.relation(*class, name) {
                    let owner = self.owner_or(owner, *class);
                    let form = if is_many(&relation.kind) { Form::Rows } else { Form::Row };
                    return self.target_of(owner, relation).map(|target| self.named(&target, form)).unwrap_or_default();
                }
                let declared = self.declared_property(*class, name);
                if !declared.is_empty() || *form != Form::Rows {
                    return declared;
                }
                // `->each->save()` and what else a collection hands on.
                if matches!(name, "each" | "map" | "filter" | "reject" | "sum" | "sortBy") {
                    vec![of.clone()]
                } else {
                    declared
                }
            }
            Type::Object(class) => self.declared_property(*class, name),
            _ => Vec::new(),
        }
    }

    pub(super) fn declared_property(&self, class: ClassId, name: &str) -> Vec<Type> {
        let mut types = Vec::new();
        for (_, facts) in self.lineage_facts(class) {
            for (_, declared) in facts.properties.iter().filter(|(property, _)| property == name) {
                for class in declared {
                    add(&mut types, self.named(class, Form::Row));
                }
            }
        }
        let mut assigned = Vec::new();
        for (owner, facts) in self.lineage_facts(class) {
            for (_, id) in facts.assigned.iter().filter(|(property, _)| property == name) {
                add(&mut assigned, self.resolve(self.file_of(owner), Some(class), *id));
            }
        }
        // What it is given says more than what it is declared to be: whether a row is new.
        let says_rows = assigned.iter().any(|of| matches!(of, Type::Model { .. }));
        if says_rows || types.is_empty() || types == [Type::Other] { assigned } else { types }
    }

    /// What a method gives.
    fn result_of(&self, of: &Type, method: &str) -> Vec<Type> {
        match of {
            Type::Model { class, form } => self.result_of_model(*class, *form, method),
            Type::Object(class) => self.result_of_object(*class, method),
            Type::Table { form, .. } => after(of, *form, method),
            Type::Joined(_) | Type::Pivot(_) => vec![of.clone()],
            Type::Other => Vec::new(),
        }
    }

    fn result_of_model(&self, class: ClassId, form: Form, method: &str) -> Vec<Type> {
        if let Some((owner, relation)) = self.relation(class, method) {
            let owner = self.owner_or(owner, class);
            return self.target_of(owner, relation).map(|target| self.named(&target, Form::Query)).unwrap_or_default();
        }
        let scope = format!("scope{method}");
        let of = Type::Model { class, form };
        if self.method(class, &scope).is_some() {
            return vec![with_form(&of, Form::Query)];
        }
        if self.method(class, method).is_some() {
            let result = self.result_of_object(class, method);
            // What is declared to give a query, a collection or itself gives those of the model.
            return if result.is_empty() { after(&of, form, method) } else { result };
        }
        if let Some(result) = self.result_of_builder(class, method) {
            return result;
        }
        after(&of, form, method)
    }

    /// A method of the class that the model's queries are of.
    fn result_of_builder(&self, model: ClassId, method: &str) -> Option<Vec<Type>> {
        let (owner, made) = self.method(model, "newEloquentBuilder").or_else(|| self.method(model, "query"))?;
        let said = made.types.iter().find_map(|name| self.class_named(name));
        let builder = said.or_else(|| {
            made.returns.iter().find_map(|id| match self.node(self.file_of(owner), *id) {
                Node::New(name) => self.class_named(name),
                _ => None,
            })
        })?;
        let (owner, found) = self.method(builder, method)?;
        let mut types = Vec::new();
        for name in &found.types {
            add(&mut types, self.named(name, Form::Row));
        }
        for id in &found.returns {
            add(&mut types, self.resolve(self.file_of(owner), Some(builder), *id));
        }
        Some(if types.is_empty() { vec![Type::Model { class: model, form: Form::Query }] } else { types })
    }

    fn result_of_object(&self, class: ClassId, method: &str) -> Vec<Type> {
        let mut types = Vec::new();
        let own = self.method(class, method).map(|found| (class, found));
        let is_empty = |method: &crate::usage::facts::MethodFacts| method.returns.is_empty() && method.types.is_empty();
        // An interface or an abstract class says nothing, those that are made of it do.
        let below = || self.heirs_of(class).into_iter().filter_map(|heir| Some((heir, self.method(heir, method)?)));
        let all: Vec<_> = match own {
            Some((_, (_, facts))) if !is_empty(facts) => own.into_iter().collect(),
            _ => below().collect(),
        };
        for (as_class, (owner, facts)) in all {
            let mut declared = Vec::new();
            for name in &facts.types {
                add(
                    &mut declared,
                    match name.as_str() {
                        "self" | "static" | "$this" => self.object_of(as_class, Form::Row),
                        name => self.named(name, Form::Row),
                    },
                );
            }
            let says_rows = declared.iter().any(|of| !matches!(of, Type::Other));
            let mut returned = Vec::new();
            for id in &facts.returns {
                add(&mut returned, self.resolve(self.file_of(owner), Some(as_class), *id));
            }
            // What is returned says more: whether the row is new, whose query it is.
            let is_more = !says_rows || returned.iter().any(|of| matches!(of, Type::Model { .. }));
            add(&mut types, if is_more && !returned.is_empty() { returned } else { declared });
        }
        types
    }

    /// Whether a query is of a table whose name is computed: `DB::table($name)->…`
    pub(in crate::usage) fn begins_at_computed_table(&self, file: usize, id: NodeId) -> bool {
        self.root_of(file, id).is_computed_table
    }

    fn root_of(&self, file: usize, id: NodeId) -> Root {
        self.files.get(file).map(|file| file.root(id)).unwrap_or_default()
    }

    /// The relation that a query is made by, and the class that has it.
    pub(in crate::usage) fn relation_before(
        &self,
        file: usize,
        context: Option<ClassId>,
        id: NodeId,
    ) -> Option<(ClassId, &RelationFacts)> {
        match self.node(file, id) {
            Node::Named(inner, _) => self.relation_before(file, context, *inner),
            Node::Call(inner, name) | Node::Property(inner, name) => {
                let types = self.types_in(file, context, *inner);
                let found = types.iter().find_map(|of| match of {
                    Type::Model { class, .. } => {
                        let (owner, relation) = self.relation(*class, name)?;
                        Some((self.owner_or(owner, *class), relation))
                    }
                    _ => None,
                });
                found.or_else(|| self.relation_before(file, context, *inner))
            }
            _ => None,
        }
    }

    /// The class whose relation it is: a trait's are those of the class that uses it.
    fn owner_or(&self, owner: ClassId, class: ClassId) -> ClassId {
        if self.class(owner).is_some_and(|owner| owner.is_trait) { class } else { owner }
    }

    /// What a relation, or several one behind the other, lead to.
    fn follow(&self, of: &Type, path: &str) -> Vec<Type> {
        let mut types = vec![of.clone()];
        for name in path.split(['.', ':', ' ']).take_while(|name| !name.is_empty()) {
            let mut next = Vec::new();
            for of in &types {
                let Type::Model { class, .. } = of else { continue };
                let Some((owner, relation)) = self.relation(*class, name) else { continue };
                let owner = self.owner_or(owner, *class);
                add(
                    &mut next,
                    self.target_of(owner, relation).map(|name| self.named(&name, Form::Query)).unwrap_or_default(),
                );
            }
            types = next;
        }
        types
    }
}

/// What a method of Laravel's gives.
fn after(of: &Type, form: Form, method: &str) -> Vec<Type> {
    if NEW.contains(&method) {
        return vec![with_form(of, Form::Fresh)];
    }
    if method == "fill" {
        return vec![of.clone()];
    }
    if ONE.contains(&method) {
        return vec![with_form(of, Form::Row)];
    }
    if ROWS.contains(&method) {
        return vec![with_form(of, Form::Rows)];
    }
    if SCALARS.contains(&method) {
        return vec![Type::Other];
    }
    match form {
        Form::Row | Form::Fresh if is_query_method(method) => vec![with_form(of, Form::Query)],
        _ => vec![of.clone()],
    }
}

fn is_query_method(method: &str) -> bool {
    ["where", "orWhere", "select", "order", "with", "new", "join", "query", "latest", "group"]
        .iter()
        .any(|start| method.starts_with(start))
        && method != "withoutRelations"
        && method != "newCollection"
}

fn with_form(of: &Type, form: Form) -> Type {
    match of {
        Type::Model { class, .. } => Type::Model { class: *class, form },
        Type::Table { table, .. } => Type::Table { table: table.clone(), form },
        Type::Object(_) => Type::Other,
        other => other.clone(),
    }
}

fn is_many(kind: &str) -> bool {
    kind.contains("Many")
}

/// Whether a class of Laravel's says nothing of whose rows it is about.
fn is_generic(name: &str) -> bool {
    let short = class_basename(name);
    name.starts_with("Illuminate\\Database\\")
        || matches!(short, "Model" | "Eloquent" | "Collection" | "Builder" | "stdClass" | "Authenticatable" | "Closure")
        || short.ends_with("Collection")
        || short.ends_with("Paginator")
        || short == "Model"
}

pub(super) fn add(types: &mut Vec<Type>, more: Vec<Type>) {
    for of in more {
        if !types.contains(&of) {
            types.push(of);
        }
    }
}
