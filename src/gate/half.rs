//! What is there of a migration that failed half-way, statement by statement, as the live schema shows it.

use super::schema::LiveSchema;
use crate::answer::Answer;
use crate::change::{SchemaChange, Statement};

/// A statement, and whether what it does is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied<'s> {
    pub statement: &'s Statement,
    pub is_there: Answer,
}

/// Whether each statement was done. `Unknown` where a change leaves nothing to see, as one of rows does.
pub fn applied<'s>(statements: &'s [Statement], live: &LiveSchema) -> Vec<Applied<'s>> {
    let of = |statement: &'s Statement| {
        let answers = statement.changes.iter().map(|change| is_there(&change.what, live));
        Applied { statement, is_there: answers.reduce(both).unwrap_or(Answer::Unknown) }
    };
    statements.iter().map(of).collect()
}

fn both(left: Answer, right: Answer) -> Answer {
    match (left, right) {
        (Answer::No, _) | (_, Answer::No) => Answer::No,
        (Answer::Yes, Answer::Yes) => Answer::Yes,
        _ => Answer::Unknown,
    }
}

/// Whether the live schema is as it is after the change.
fn is_there(change: &SchemaChange, live: &LiveSchema) -> Answer {
    let table = |name: &dyn std::fmt::Display| live.table(&name.to_string());
    let answer = |fact: bool| if fact { Answer::Yes } else { Answer::No };
    match change {
        SchemaChange::CreateTable(create) if !create.is_temporary => answer(table(&create.table).is_some()),
        SchemaChange::DropTable(drop) => answer(table(&drop.table).is_none()),
        SchemaChange::RenameTable(rename) => answer(table(&rename.to).is_some() && table(&rename.table).is_none()),
        SchemaChange::AddColumn(add) => {
            answer(table(&add.table).is_some_and(|table| table.column(&add.column.name).is_some()))
        }
        SchemaChange::DropColumn(drop) => {
            answer(table(&drop.table).is_some_and(|table| table.column(&drop.column).is_none()))
        }
        SchemaChange::RenameColumn(rename) => answer(
            table(&rename.table)
                .is_some_and(|table| table.column(&rename.to).is_some() && table.column(&rename.column).is_none()),
        ),
        SchemaChange::SetNotNull(set) => answer(
            table(&set.table).is_some_and(|table| table.column(&set.column).is_some_and(|column| !column.is_nullable)),
        ),
        SchemaChange::DropNotNull(drop) => answer(
            table(&drop.table).is_some_and(|table| table.column(&drop.column).is_some_and(|column| column.is_nullable)),
        ),
        SchemaChange::AddIndex(add) => match &add.index.name {
            Some(name) => answer(table(&add.table).is_some_and(|table| table.index(name).is_some())),
            None => Answer::Unknown,
        },
        SchemaChange::AddForeignKey(add) => match &add.foreign_key.name {
            Some(name) => answer(table(&add.table).is_some_and(|table| {
                table.constraints.iter().any(|constraint| constraint.name.eq_ignore_ascii_case(name))
            })),
            None => Answer::Unknown,
        },
        _ => Answer::Unknown,
    }
}
