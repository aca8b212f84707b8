//! Expanding a recipe: from one change in its place to the steps that come instead of it.

use super::misfit::misfits;
use super::name::Name;
use super::{
    Answer, Backfill, Deploy, Doing, Hold, Recipe, Settled, Sought, Step, Way, Work, WrittenBackfill, WrittenHold,
};
use crate::answer::Answer as Fits;
use crate::catalog::Table;
use crate::change::{self, Column, DataKind, SchemaChange, Statement, TableName};
use crate::effect::Subject;
use crate::engine::Engine;
use crate::source::SourceMap;
use crate::sql;
use crate::sql::write::{self, Dialect};
use crate::template::Template;

/// How a statement begins that a tool can take over.
const ALTER_TABLE: &str = "alter table ";

/// Why a change cannot be planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoWay {
    /// In words, without a full stop.
    pub reason: String,
    /// What could be done instead.
    pub instead: Option<String>,
}

impl NoWay {
    pub(super) fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), instead: None }
    }
}

impl Recipe {
    /// Whether it may be no more than to have a tool copy the table, without waiting for anything.
    pub fn hands_over_to_a_tool(&self) -> bool {
        self.ways.iter().any(|way| match &way.answer {
            Answer::Deploys(deploys) => {
                deploys.iter().any(|deploy| deploy.is_copied) && deploys.iter().all(|deploy| deploy.then.is_empty())
            }
            Answer::Refusal { .. } => false,
        })
    }

    /// The steps that come instead of the change that `subject` is about, in their order.
    pub fn expand(&self, subject: &Subject<'_>) -> Result<Vec<Step>, NoWay> {
        let engine = subject.target.engine;
        // One that surely fits goes before one that may.
        let fits = |wanted: Fits| self.ways.iter().find(move |way| way.fits(subject) == wanted);
        let way = fits(Fits::Yes).or_else(|| fits(Fits::Unknown)).ok_or_else(|| {
            NoWay::new(format!("the recipe `{}` knows no way for this change on {}", self.id, engine.title()))
        })?;
        let deploys = match &way.answer {
            Answer::Deploys(deploys) => deploys,
            Answer::Refusal { reason, instead } => {
                return Err(NoWay {
                    reason: in_words(reason, subject),
                    instead: instead.as_ref().map(|text| in_words(text, subject)),
                });
            }
        };
        let mut steps = Vec::new();
        for deploy in deploys {
            deploy.expand(subject, way, &mut steps)?;
        }
        Ok(steps)
    }
}

impl Way {
    fn fits(&self, subject: &Subject<'_>) -> Fits {
        let is_on_engine = self.engines.is_empty() || self.engines.contains(&subject.target.engine);
        Fits::from(is_on_engine).and(Fits::any(self.replaces.iter().map(|change| change.matches(subject).answer)))
    }
}

impl Deploy {
    fn expand(&self, subject: &Subject<'_>, way: &Way, steps: &mut Vec<Step>) -> Result<(), NoWay> {
        let settles: Vec<Settled> = self
            .settles
            .iter()
            .map(|(rule, words)| Settled { rule: rule.clone(), words: in_words(words, subject) })
            .collect();
        let step = |work: Work| Step {
            deploy: self.name.clone(),
            table: subject.table_name().cloned(),
            work,
            settles: Vec::new(),
            is_point_of_no_return: false,
        };
        let start = steps.len();
        for operation in &self.migrate {
            for texts in operation.migrations(subject)? {
                steps.push(Step { settles: settles.clone(), ..step(Work::Migrate(read(&texts, subject)?)) });
            }
        }
        // What leads up to it can be taken back.
        if let Some(last) = steps.get_mut(start..).and_then(<[Step]>::last_mut) {
            last.is_point_of_no_return = self.is_point_of_no_return;
        }
        if self.is_copied {
            let text = write::statement(&subject.change.what, subject.target.engine).or_else(|| own_alter(subject));
            let Some(text) = text else {
                return Err(NoWay::new("the tools that copy a table take no such change"));
            };
            let statement = read(&[text], subject)?.into_iter().next();
            let work = statement.map(Work::Copy).ok_or_else(|| NoWay::new("it sends nothing"))?;
            let is_point_of_no_return = self.is_point_of_no_return;
            steps.push(Step { settles: settles.clone(), is_point_of_no_return, ..step(work) });
        }
        if let Some(words) = &self.release {
            let column = subject.change.what.column().map(str::to_owned);
            let places = self.places.and_then(|doing| sought(subject, doing));
            steps.push(step(Work::Code { words: in_words(words, subject), column, places }));
        }
        if let Some(backfill) = &self.backfill {
            let is_point_of_no_return = self.is_point_of_no_return && self.migrate.is_empty();
            let work = Work::Backfill(backfill.expand(subject, way)?);
            steps.push(Step { is_point_of_no_return, ..step(work) });
        }
        if self.is_in_ranges {
            let work = Work::Backfill(in_ranges(subject)?);
            steps.push(Step { is_point_of_no_return: self.is_point_of_no_return, ..step(work) });
        }
        steps.extend(self.then.iter().map(|hold| step(Work::Hold(hold.expand(subject)))));
        Ok(())
    }
}

/// The author's own ALTER TABLE, where it makes this change alone.
fn own_alter(subject: &Subject<'_>) -> Option<String> {
    let statement = subject.statement;
    let head = statement.sql.get(..ALTER_TABLE.len())?;
    let is_alone = statement.changes.len() == 1 && statement.bindings.is_empty();
    (is_alone && head.eq_ignore_ascii_case(ALTER_TABLE)).then(|| statement.sql.trim_end().to_owned())
}

/// What the code is looked through for, of the table and the columns that a change is about.
fn sought(subject: &Subject<'_>, doing: Doing) -> Option<Sought> {
    let change = &subject.change.what;
    let columns = change.column().map_or_else(|| columns_of(change), |column| vec![column.to_owned()]);
    Some(Sought { table: subject.table_name()?.name.clone(), columns, doing })
}

impl WrittenBackfill {
    fn expand(&self, subject: &Subject<'_>, way: &Way) -> Result<Backfill, NoWay> {
        let table = subject.table_name().cloned().ok_or_else(|| NoWay::new("which table is filled is not known"))?;
        let value = self.value.as_ref().map(|text| in_sql(text, subject));
        let question = way.asks.as_ref().filter(|_| value.is_none()).map(|text| in_words(text, subject));
        let key = key_of(&table, subject)?;
        let (column, only_where) = (in_words(&self.column, subject), in_sql(&self.only_where, subject));
        let engine = subject.target.engine;
        let range = range(&key, engine).map_or(String::new(), |range| format!(" and {range}"));
        let keeps = keeps(subject, &column);
        let kept: Vec<String> = keeps.iter().map(|name| format!(", {0} = {0}", engine.quote(name))).collect();
        let kept = kept.concat();
        let sql = format!(
            "update {} set {} = {}{kept} where ({only_where}){range}",
            Dialect(engine).table_name(&table),
            engine.quote(&column),
            value.as_deref().unwrap_or("?"),
        );
        Ok(Backfill { table, column: Some(column), value, question, only_where: Some(only_where), keeps, sql, key })
    }
}

impl WrittenHold {
    fn expand(&self, subject: &Subject<'_>) -> Hold {
        match self {
            Self::Drained => Hold::Drained,
            Self::Unreferenced(what) => Hold::Unreferenced { what: in_words(what, subject) },
            Self::NoRow(query) => Hold::NoRow { query: in_sql(query, subject) },
            Self::Fits => fits(subject),
            Self::Approved(what) => Hold::Approved { what: in_words(what, subject) },
        }
    }
}

fn in_words(text: &Template<Name>, subject: &Subject<'_>) -> String {
    text.render(&|name| name.in_words(subject))
}

fn in_sql(text: &Template<Name>, subject: &Subject<'_>) -> String {
    text.render(&|name| name.in_sql(subject))
}

/// The statements as the front end reads them: each asked for by what asked for the change.
fn read(texts: &[String], subject: &Subject<'_>) -> Result<Vec<Statement>, NoWay> {
    let mut reader = sql::Reader::new(subject.target.engine);
    let map = SourceMap::new(subject.change.span);
    let mut statements = Vec::new();
    for text in texts {
        let script = reader.read(text, &map, &|table| subject.catalog.has_table(table).is_yes());
        if let Some(problem) = script.problems.first() {
            return Err(NoWay::new(format!("the statement `{text}` is not understood: {}", problem.reason)));
        }
        statements.extend(script.statements);
    }
    Ok(statements)
}

/// The key by which the rows of a table are taken a range at a time.
fn key_of(table: &TableName, subject: &Subject<'_>) -> Result<Vec<String>, NoWay> {
    key(subject.table()).ok_or_else(|| NoWay {
        reason: format!("`{table}` has no key by which its rows could be taken a range at a time"),
        instead: Some(format!("give `{table}` a primary key first, in a deploy before")),
    })
}

/// The rows between two values of a key of one column.
fn range(key: &[String], engine: Engine) -> Option<String> {
    match key {
        [one] => Some(format!("{0} > ? and {0} <= ?", engine.quote(one))),
        _ => None,
    }
}

/// The author's own UPDATE or DELETE, a range at a time.
fn in_ranges(subject: &Subject<'_>) -> Result<Backfill, NoWay> {
    let SchemaChange::DataRows(rows) = &subject.change.what else {
        return Err(NoWay::new("only changes of rows can be made a range at a time"));
    };
    let (engine, table) = (subject.target.engine, rows.table.clone());
    let key = key_of(&table, subject)?;
    let range = range(&key, engine).unwrap_or_else(|| "?".to_owned());
    let statement = subject.statement;
    let sql = if rows.kind == DataKind::Truncate {
        Some(format!("delete from {} where {range}", Dialect(engine).table_name(&table)))
    } else {
        sql::ranged(&statement.sql, &statement.bindings, &range, engine)
    };
    let sql = sql.ok_or_else(|| NoWay {
        reason: format!("which rows of `{table}` it changes, and how, cannot be told from its SQL alone"),
        instead: Some("change them in a job of your own, a range of keys at a time".to_owned()),
    })?;
    Ok(Backfill {
        table,
        column: rows.columns.first().cloned(),
        value: None,
        question: None,
        only_where: None,
        keeps: Vec::new(),
        sql,
        key,
    })
}

/// That no row holds what the new type does not; a person looks where no comparison tells.
fn fits(subject: &Subject<'_>) -> Hold {
    let table = subject.table_name().map(|table| Dialect(subject.target.engine).table_name(table)).unwrap_or_default();
    match misfits(subject) {
        Some(condition) => Hold::NoRow { query: format!("SELECT 1 FROM {table} WHERE {condition}") },
        None => Hold::Approved {
            what: format!("every row holds what it should after this: {}", subject.change.what.description()),
        },
    }
}

/// The columns that an UPDATE would change besides `column`, were they not set to what they are.
fn keeps(subject: &Subject<'_>, column: &str) -> Vec<String> {
    let columns = subject.table().into_iter().flat_map(|table| &table.columns).map(|column| &column.definition);
    columns.filter(|other| other.updates_itself && other.name != column).map(|other| other.name.clone()).collect()
}

/// The columns of a key without NULLs; empty where the table is not known well enough, `None` where it has none.
fn key(table: Option<&Table>) -> Option<Vec<String>> {
    let Some(table) = table else { return Some(Vec::new()) };
    if !table.primary_key.is_empty() {
        return Some(table.primary_key.clone());
    }
    let is_required = |name: &str| {
        let mut columns = table.columns.iter().map(|column| &column.definition);
        columns.any(|column| column.name == name && !column.is_nullable)
    };
    let unique = table.indexes.iter().map(|index| &index.definition).find(|index| {
        index.is_unique
            && index.condition.is_none()
            && index.columns().count() == index.parts.len()
            && index.columns().all(is_required)
    });
    match unique {
        Some(index) => Some(index.columns().map(str::to_owned).collect()),
        None if table.is_partial => Some(Vec::new()),
        None => None,
    }
}

/// The column as the change asks for it.
pub(super) fn asked_column(subject: &Subject<'_>) -> Result<Column, NoWay> {
    match &subject.change.what {
        SchemaChange::AddColumn(add) => Ok(add.column.clone()),
        SchemaChange::RedefineColumn(redefine) => Ok(redefine.definition.clone()),
        SchemaChange::RenameColumn(rename) => {
            Ok(Column { name: rename.to.clone(), ..standing_column(subject, &rename.column)? })
        }
        SchemaChange::ChangeType(change) => {
            let standing = standing_column(subject, &change.column)?;
            Ok(Column { column_type: change.column_type.clone(), collation: change.collation.clone(), ..standing })
        }
        SchemaChange::SetDefault(set) => {
            Ok(Column { default: set.default.clone(), ..standing_column(subject, &set.column)? })
        }
        change => standing_column(subject, change.column().unwrap_or_default()),
    }
}

/// The column as it stands.
pub(super) fn standing_column(subject: &Subject<'_>, name: &str) -> Result<Column, NoWay> {
    let table = subject.table();
    let column = table.and_then(|table| table.column(name, subject.target.engine));
    column.map(|column| column.definition.clone()).ok_or_else(|| {
        let table = subject.table_name().map(ToString::to_string).unwrap_or_default();
        NoWay {
            reason: format!("what `{table}.{name}` is like is not known"),
            instead: Some("give the tables that stand with `--schema`, a dump of them".to_owned()),
        }
    })
}

/// The columns of an index or a key.
pub(super) fn columns_of(change: &SchemaChange) -> Vec<String> {
    match change {
        SchemaChange::AddIndex(add) => add.index.columns().map(str::to_owned).collect(),
        SchemaChange::AddPrimaryKey(change::AddPrimaryKey { columns, .. }) => columns.clone(),
        SchemaChange::AddForeignKey(add) => add.foreign_key.columns.clone(),
        _ => Vec::new(),
    }
}
