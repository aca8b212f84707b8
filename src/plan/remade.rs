//! Keys that a batch takes away only to make the same again: on the way nothing holds, and in the end nothing has changed.

use std::rc::Rc;

use crate::catalog::{Catalog, Table};
use crate::change::{SchemaChange, Statement, TableName};
use crate::lint::{JudgedChange, Shipment};

/// The statements that take such a key away, and those that make it again.
pub(super) struct Remade {
    taken: Vec<Rc<Statement>>,
    made: Vec<Rc<Statement>>,
}

impl Remade {
    pub(super) fn of(shipment: &Shipment) -> Self {
        let mut remade = Self { taken: Vec::new(), made: Vec::new() };
        let changes = &shipment.outcome.changes;
        let mut catalog = shipment.before.clone();
        for (at, judged) in changes.iter().enumerate() {
            if let Some((table, name)) = taken(judged, &catalog)
                && let Some(made) = made_again(changes, at, (&table, &name), &catalog)
            {
                remade.taken.push(Rc::clone(&judged.statement));
                remade.made.push(made);
            }
            catalog.apply(&judged.change.what);
        }
        remade
    }

    pub(super) fn takes(&self, statement: &Rc<Statement>) -> bool {
        self.taken.iter().any(|taken| Rc::ptr_eq(taken, statement))
    }

    pub(super) fn makes(&self, statement: &Rc<Statement>) -> bool {
        self.made.iter().any(|made| Rc::ptr_eq(made, statement))
    }
}

/// The key that a statement takes away, and nothing else.
fn taken(judged: &JudgedChange, catalog: &Catalog) -> Option<(TableName, String)> {
    let [change] = judged.statement.changes.as_slice() else { return None };
    match &change.what {
        SchemaChange::DropConstraint(drop) => Some((drop.table.clone(), drop.name.clone())),
        SchemaChange::DropIndex(drop) => {
            let table = drop.table.as_ref().or_else(|| Some(&catalog.table_of_index(&drop.name)?.name))?;
            Some((table.clone(), drop.name.clone()))
        }
        _ => None,
    }
}

/// The later statement that makes it again, where nothing on the way changes what it is over.
fn made_again(
    changes: &[JudgedChange],
    at: usize,
    (table, name): (&TableName, &str),
    before: &Catalog,
) -> Option<Rc<Statement>> {
    let stood = Key::of(before.table(table)?, name, before)?;
    let mut catalog = before.clone();
    for judged in changes.iter().skip(at) {
        let change = &judged.change.what;
        let is_over = change.table().is_some_and(|other| stood.tables.contains(&other)) && change.column().is_some();
        let earlier = is_over.then(|| catalog.clone());
        catalog.apply(change);
        if earlier.is_some_and(|earlier| earlier != catalog) || change.reach().is_some() {
            return None;
        }
        let again = catalog.table(table).and_then(|table| Key::of(table, name, before));
        if again.is_some_and(|again| again == stood) && judged.statement.changes.len() == 1 {
            return Some(Rc::clone(&judged.statement));
        }
    }
    None
}

/// A key or an index as the catalog has it.
#[derive(PartialEq)]
struct Key<'c> {
    shown: String,
    /// The table that it is of, and that it points at.
    tables: Vec<&'c TableName>,
}

impl<'c> Key<'c> {
    fn of(table: &'c Table, name: &str, catalog: &Catalog) -> Option<Self> {
        let engine = catalog.engine();
        if let Some(key) = table.foreign_key(name, engine) {
            return Some(Self {
                shown: format!("{:?}", key.definition),
                tables: vec![&table.name, &key.definition.to_table],
            });
        }
        let index = table.index(name, engine)?;
        let shown = format!("{:?} {:?} {}", index.definition.parts, index.definition, index.is_constraint);
        Some(Self { shown, tables: vec![&table.name] })
    }
}
