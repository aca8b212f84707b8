//! The commands of the tools that copy a table while reads and writes go on, and what each refuses.

use crate::change::{Change, SchemaChange};
use crate::engine::Engine;
use crate::plan::{CopiedTable, Step, Work};

/// What one tool does with a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolCommand {
    /// To be run by whoever may reach the database: `DATABASE` stands for its name.
    pub command: String,
    /// What else there is to know.
    pub mind: Option<&'static str>,
}

/// The commands that make the change of `step`, the most fitting first; and the tools that refuse it, with the reason.
pub fn commands(step: &Step, engine: Engine) -> (Vec<ToolCommand>, Vec<String>) {
    let Work::Copy(migration) = &step.work else { return (Vec::new(), Vec::new()) };
    let Some((statement, table)) = migration.statements.first().zip(step.table.as_ref()) else {
        return (Vec::new(), Vec::new());
    };
    let change = quoted(change(&statement.sql));
    let found = step.copied.unwrap_or_default();
    let (mut commands, mut refused) = (Vec::new(), Vec::new());
    let name = &table.name;
    if let Some(reason) = in_the_way(found, &statement.changes) {
        refused.push(format!("gh-ost and spirit are not for it: {reason}"));
    } else {
        let table = quoted(name);
        let gh_ost = "--panic-on-warnings --execute";
        commands.push(plain(format!("gh-ost --database=DATABASE --table={table} --alter={change} {gh_ost}")));
        match (engine, found.has_primary_key) {
            (Engine::Mysql, true) => {
                commands.push(plain(format!("spirit --database DATABASE --table {table} --alter {change}")));
            }
            (Engine::Mysql, false) => refused.push("spirit refuses it: the table has no primary key".to_owned()),
            _ => refused.push(format!("spirit knows no {}", engine.title())),
        }
    }
    let keys = if found.is_referenced { " --alter-foreign-keys-method=rebuild_constraints" } else { "" };
    let triggers = if found.has_triggers { " --preserve-triggers" } else { "" };
    let target = quoted(&format!("D=DATABASE,t={name}"));
    let command = format!("pt-online-schema-change --execute{keys}{triggers} --alter {change} {target}");
    let mind = found
        .is_referenced
        .then_some("it makes the foreign keys that point at the table anew, each by an ALTER of the table that has it");
    commands.push(ToolCommand { command, mind });
    (commands, refused)
}

fn plain(command: String) -> ToolCommand {
    ToolCommand { command, mind: None }
}

fn in_the_way(found: CopiedTable, changes: &[Change]) -> Option<&'static str> {
    let is_enum = |change: &Change| match &change.what {
        SchemaChange::RedefineColumn(redefine) => {
            matches!(redefine.definition.column_type.name.as_str(), "enum" | "set")
        }
        _ => false,
    };
    match found {
        CopiedTable { has_foreign_keys: true, .. } => Some("they refuse a table with foreign keys"),
        CopiedTable { is_referenced: true, .. } => Some("they refuse a table that foreign keys point at"),
        CopiedTable { has_triggers: true, .. } => Some("they refuse a table with triggers"),
        _ if changes.iter().any(is_enum) => {
            Some("they follow the binary log, which has the numbers of an enum's values, and those change")
        }
        _ => None,
    }
}

/// What follows the table's name in ALTER TABLE.
fn change(sql: &str) -> &str {
    let after_verb = sql.splitn(3, char::is_whitespace).nth(2).unwrap_or(sql).trim_start();
    let mut is_quoted = false;
    let end = after_verb.find(|letter: char| {
        is_quoted ^= letter == '`';
        letter.is_whitespace() && !is_quoted
    });
    end.and_then(|end| after_verb.get(end..)).map_or(sql, str::trim_start)
}

/// One word for a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
