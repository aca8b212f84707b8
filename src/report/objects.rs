//! Views, types and sequences as SQL that makes them, in an order in which it can run.

use std::collections::BTreeSet;
use std::io::{self, Write};

use crate::catalog::{Catalog, Object};
use crate::change::{self, Default, Definition, Domain, ObjectKind, Sequence, TableName};
use crate::engine::Engine;
use crate::sql::write::Dialect;

/// The statement that makes the object; `None` where not so much of it is kept.
pub(super) fn sql(object: &Object, engine: Engine) -> Option<String> {
    let name = Dialect(engine).table_name(&object.object.name);
    Some(match &object.definition {
        Definition::View(query) => format!("create {} {name} as {}", object.object.kind, query.text),
        Definition::Enum(values) => {
            let values: Vec<String> = values.iter().map(|value| format!("'{}'", value.replace('\'', "''"))).collect();
            format!("create type {name} as enum ({})", values.join(", "))
        }
        Definition::Composite(attributes) => {
            let attribute =
                |attribute: &change::Attribute| format!("{} {}", engine.quote(&attribute.name), attribute.column_type);
            let attributes: Vec<String> = attributes.iter().map(attribute).collect();
            format!("create type {name} as ({})", attributes.join(", "))
        }
        Definition::Domain(domain) => format!("create domain {name} as {}", domain_words(domain, engine)),
        Definition::Sequence(_) => format!("create sequence {name}"),
        Definition::Unsaid
        | Definition::Trigger(_)
        | Definition::Routine(_)
        | Definition::Policy(_)
        | Definition::Publication(_) => return None,
    })
}

/// The names of what is written.
pub(super) fn names(catalog: &Catalog) -> impl Iterator<Item = &TableName> {
    let written =
        catalog.objects().filter(|object| sql(object, catalog.engine()).is_some() && !is_of_serial(object, catalog));
    written.map(|object| &object.object.name)
}

/// Writes what tables may stand on: types, then domains, then sequences.
pub(super) fn write_before_tables(out: &mut dyn Write, catalog: &Catalog) -> io::Result<()> {
    for kind in [ObjectKind::Type, ObjectKind::Domain, ObjectKind::Sequence] {
        let of_kind = catalog.objects().filter(|object| object.object.kind == kind);
        for object in of_kind.filter(|object| !is_of_serial(object, catalog)) {
            write_object(out, object, catalog.engine())?;
        }
    }
    Ok(())
}

/// Writes what stands on tables: who owns the sequences, and the views, each behind those that it reads.
pub(super) fn write_after_tables(out: &mut dyn Write, catalog: &Catalog) -> io::Result<()> {
    let engine = catalog.engine();
    for object in catalog.objects().filter(|object| !is_of_serial(object, catalog)) {
        if let Definition::Sequence(Sequence { owner: Some((table, column)) }) = &object.definition {
            let (name, table) = (Dialect(engine).table_name(&object.object.name), Dialect(engine).table_name(table));
            writeln!(out, "alter sequence {name} owned by {table}.{};", engine.quote(column))?;
        }
    }
    in_order(catalog).into_iter().try_for_each(|view| write_object(out, view, engine))
}

/// Whether it is a sequence that its column makes for itself.
fn is_of_serial(object: &Object, catalog: &Catalog) -> bool {
    let Definition::Sequence(Sequence { owner: Some((table, column)) }) = &object.definition else { return false };
    let column = catalog.table(table).and_then(|table| table.column(column, catalog.engine()));
    column.is_some_and(|column| column.definition.identity.is_some())
}

fn write_object(out: &mut dyn Write, object: &Object, engine: Engine) -> io::Result<()> {
    if object.is_partial {
        writeln!(out, "-- not all of {} is known", object.object.name)?;
    }
    match sql(object, engine) {
        Some(sql) => writeln!(out, "{sql};"),
        None => Ok(()),
    }
}

/// The views, each behind those that it reads.
fn in_order(catalog: &Catalog) -> Vec<&Object> {
    let mut found = Vec::new();
    let mut written = BTreeSet::new();
    // Those that are asked for, the last first; a view comes up again once those that it reads are written.
    let mut asked: Vec<(&Object, bool)> =
        catalog.objects().filter(|object| object.is_view()).map(|view| (view, false)).collect();
    asked.reverse();
    while let Some((view, is_ready)) = asked.pop() {
        if is_ready {
            found.push(view);
        } else if written.insert(&view.object) {
            asked.push((view, true));
            let reads = view.query().into_iter().flat_map(|query| query.reads.iter().rev());
            asked.extend(reads.filter_map(|name| catalog.view(name)).map(|read| (read, false)));
        }
    }
    found
}

fn domain_words(domain: &Domain, engine: Engine) -> String {
    let mut words = vec![domain.base.to_string()];
    match &domain.default {
        Default::None => {}
        Default::Null => words.push("default null".to_owned()),
        Default::Literal(text) | Default::CurrentTimestamp(text) => words.push(format!("default {text}")),
        Default::Expression(text) => words.push(format!("default ({text})")),
    }
    if !domain.is_nullable {
        words.push("not null".to_owned());
    }
    for check in &domain.checks {
        let name = check.name.as_ref().map_or(String::new(), |name| format!("constraint {} ", engine.quote(name)));
        words.push(format!("{name}check ({})", check.condition));
    }
    words.join(" ")
}
