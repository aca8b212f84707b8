//! PostgreSQL's indexes, unique constraints and foreign keys.

use crate::laravel::blueprint::CompiledStatement;
use crate::laravel::blueprint::definition::Definition;
use crate::laravel::blueprint::grammar::context::{Context, attribute};
use crate::laravel::blueprint::majors::UNIQUE_HAS_ALGORITHM;

pub(super) fn unique(context: &Context, command: &Definition) -> Vec<CompiledStatement> {
    let (table, name) = (context.table(), context.quote(&attribute(command, "index")));
    let columns = context.quote_all(&command.list("columns"));
    let mut statements = Vec::new();
    let has_algorithm = command.is_true("algorithm") && UNIQUE_HAS_ALGORITHM.include(context.settings);
    let mut sql = if command.is_true("online") || has_algorithm {
        let index = create_index(context, command, "create unique index", &columns, &using(command, None));
        statements.push(CompiledStatement::new(index, command.span));
        format!("alter table {table} add constraint {name} unique using index {name}")
    } else {
        let nulls = match command.get("nullsNotDistinct") {
            None => "",
            Some(_) if command.is_true("nullsNotDistinct") => " nulls not distinct",
            Some(_) => " nulls distinct",
        };
        format!("alter table {table} add constraint {name} unique{nulls} ({columns})")
    };
    sql.push_str(&deferral(command));
    statements.push(CompiledStatement::new(sql, command.span));
    statements
}

pub(super) fn plain(context: &Context, command: &Definition) -> String {
    let columns = context.quote_all(&command.list("columns"));
    create_index(context, command, "create index", &columns, &using(command, None))
}

pub(super) fn fulltext(context: &Context, command: &Definition) -> String {
    let language = if command.is_true("language") { command.text("language") } else { "english".to_owned() };
    let columns = command.list("columns");
    let vectors: Vec<String> =
        columns.iter().map(|column| format!("to_tsvector('{language}', {})", context.quote(column))).collect();
    create_index(context, command, "create index", &format!("({})", vectors.join(" || ")), " using gin")
}

pub(super) fn spatial(context: &Context, command: &Definition) -> String {
    let class = command.get("operatorClass").map(|_| command.text("operatorClass"));
    create_index(context, command, "create index", &with_class(context, command, class), " using gist")
}

pub(super) fn vector(context: &Context, command: &Definition) -> String {
    let class = command.get("operatorClass").map_or("vector_cosine_ops".to_owned(), |_| command.text("operatorClass"));
    let columns = with_class(context, command, Some(class));
    create_index(context, command, "create index", &columns, &using(command, Some("hnsw")))
}

pub(super) fn foreign(context: &Context, command: &Definition) -> String {
    let not_valid = if command.get("notValid").is_some() { " not valid" } else { "" };
    format!("{}{}{not_valid}", context.foreign_key(command), deferral(command))
}

fn create_index(context: &Context, command: &Definition, create: &str, columns: &str, using: &str) -> String {
    let concurrently = if command.is_true("online") { " concurrently" } else { "" };
    let name = context.quote(&attribute(command, "index"));
    format!("{create}{concurrently} {name} on {}{using} ({columns})", context.table())
}

fn using(command: &Definition, or_else: Option<&str>) -> String {
    let own = command.is_true("algorithm").then(|| command.text("algorithm"));
    own.as_deref().or(or_else).map(|algorithm| format!(" using {algorithm}")).unwrap_or_default()
}

fn with_class(context: &Context, command: &Definition, class: Option<String>) -> String {
    let class = class.map(|class| format!(" {class}")).unwrap_or_default();
    let columns = command.list("columns");
    columns.iter().map(|column| format!("{}{class}", context.quote(column))).collect::<Vec<_>>().join(", ")
}

fn deferral(command: &Definition) -> String {
    let mut clauses = String::new();
    if command.get("deferrable").is_some() {
        clauses.push_str(if command.is_true("deferrable") { " deferrable" } else { " not deferrable" });
    }
    if command.is_true("deferrable") && command.get("initiallyImmediate").is_some() {
        let is_immediate = command.is_true("initiallyImmediate");
        clauses.push_str(if is_immediate { " initially immediate" } else { " initially deferred" });
    }
    clauses
}
