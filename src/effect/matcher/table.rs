//! What matchers ask of tables, and of changes of whole tables.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::answer::Answer;
use crate::catalog::{Catalog, Table};
use crate::change::{
    ChangeTableOptions, ColumnSource, CreateTable, DropTable, IndexKind, ReferentialAction, RenameTable, TableName,
    TableOptions,
};
use crate::effect::fact::{Fact, Verdict};
use crate::effect::subject::Subject;
use crate::yaml::OneOf;

/// What must be true of the table that is changed, as it stands before.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TableMatch {
    /// It stood before the batch, so that it may have rows.
    in_use: Option<bool>,
    /// It has a FULLTEXT index.
    fulltext: Option<bool>,
    /// It has a generated column that is not stored.
    virtual_column: Option<bool>,
    /// It has a generated column that is stored.
    stored_column: Option<bool>,
    /// It has an index over a generated column that is not stored.
    indexed_virtual_column: Option<bool>,
    row_format: Option<OneOf<String>>,
    /// A foreign key of its own deletes or empties its rows: ON DELETE CASCADE, SET NULL.
    cascading_child: Option<bool>,
    /// A view reads it.
    has_view: Option<bool>,
    /// It has a trigger that runs.
    has_trigger: Option<bool>,
    /// Its rows are kept in partitions.
    partitioned: Option<bool>,
    /// It is a partition of another table.
    partition: Option<bool>,
    /// Its SQLite database keeps a write-ahead log, so that reads go on while something is written.
    wal: Option<bool>,
    /// Its server is of an edition of SQL Server that does more online: Enterprise, Developer, Azure SQL. Nothing that is
    /// read tells of it.
    online_edition: Option<bool>,
}

impl TableMatch {
    /// Every entry of an engine's file asks this, and most of them ask for nothing.
    pub fn matches(&self, subject: &Subject<'_>) -> Verdict {
        let lists = |is_listed: fn(&Table) -> bool| move || subject.table_lists(is_listed);
        Verdict::yes()
            .and_whether(self.in_use, "whether the table has rows", || subject.table_in_use())
            .and_whether(self.fulltext, "whether the table has a FULLTEXT index", lists(has_fulltext))
            .and_whether(
                self.virtual_column,
                "whether the table has a virtual column",
                lists(|table| virtual_columns(table).next().is_some()),
            )
            .and_whether(
                self.stored_column,
                "whether the table has a stored generated column",
                lists(|table| generated_columns(table, true).next().is_some()),
            )
            .and_whether(self.indexed_virtual_column, "whether the table has an index over a virtual column", || {
                subject.table_lists(|table| has_indexed_virtual_column(table, subject))
            })
            .and(|| match &self.row_format {
                Some(wanted) => Verdict::among(Some(wanted), &row_format(subject.table()), "the table's ROW_FORMAT"),
                None => Verdict::yes(),
            })
            .and_whether(
                self.cascading_child,
                "whether the table has a foreign key with ON DELETE CASCADE or SET NULL",
                lists(cascades),
            )
            .and(|| self.matches_surroundings(subject))
    }

    /// What stands around the table.
    fn matches_surroundings(&self, subject: &Subject<'_>) -> Verdict {
        let ask = |ask: fn(&Catalog, &TableName) -> Answer| {
            move || subject.table_name().map_or(Answer::Unknown, |name| ask(subject.catalog, name))
        };
        let lists = |is_listed: fn(&Table) -> bool| move || subject.table_lists(is_listed);
        let journal = || subject.session.keeps_write_ahead_log();
        Verdict::yes()
            .and_whether(self.has_view, "whether a view reads the table", ask(Catalog::is_read_by_view))
            .and_whether(self.has_trigger, "whether the table has a trigger", ask(Catalog::has_trigger))
            .and_whether(self.partitioned, "whether the table has partitions", lists(|table| table.is_partitioned))
            .and_whether(
                self.partition,
                "whether the table is a partition",
                lists(|table| table.partition_of.is_some()),
            )
            .and_whether(self.wal, "the database's journal mode", journal)
            .and_whether(self.online_edition, "the server's edition", || Answer::Unknown)
    }
}

pub const VIEW_DEPENDS: &str = "whether a view depends on it";

/// Whether a view that is known reads the table that is changed, or one of its columns.
pub fn view_depends(subject: &Subject<'_>, column: Option<&str>) -> Answer {
    let Some(table) = subject.table_name() else { return Answer::No };
    column.map_or_else(|| subject.catalog.view_reads(table), |column| subject.catalog.view_depends(table, column))
}

fn row_format(table: Option<&Table>) -> Fact<String> {
    match table {
        Some(Table { options: TableOptions { row_format: Some(format), .. }, .. }) => {
            Fact::known(format.to_ascii_lowercase())
        }
        Some(table) if !table.is_partial => Fact::known(String::new()),
        _ => Fact::one_of([String::new(), "?".to_owned()]),
    }
}

fn has_fulltext(table: &Table) -> bool {
    table.indexes.iter().any(|index| index.definition.kind == IndexKind::Fulltext)
}

fn virtual_columns(table: &Table) -> impl Iterator<Item = &str> {
    generated_columns(table, false)
}

fn generated_columns(table: &Table, is_stored: bool) -> impl Iterator<Item = &str> {
    let generated = move |generated: &crate::change::Generated| generated.is_stored == is_stored;
    let columns = table.columns.iter().map(|column| &column.definition);
    columns.filter(move |column| column.generated.as_ref().is_some_and(generated)).map(|column| column.name.as_str())
}

fn has_indexed_virtual_column(table: &Table, subject: &Subject<'_>) -> bool {
    let engine = subject.catalog.engine();
    virtual_columns(table).any(|column| table.indexes.iter().any(|index| index.covers(column, engine)))
}

fn cascades(table: &Table) -> bool {
    table
        .foreign_keys
        .iter()
        .any(|key| matches!(key.definition.on_delete, Some(ReferentialAction::Cascade | ReferentialAction::SetNull)))
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CreateTableMatch {
    temporary: Option<bool>,
    /// It has foreign keys to other tables.
    foreign_keys: Option<bool>,
    /// A table of that name is known to stand. Nobody creates one that stands, so where that is not known it is new.
    stands: Option<bool>,
    if_not_exists: Option<bool>,
    /// CREATE TABLE … AS, LIKE, PARTITION OF.
    from_another: Option<bool>,
    /// PARTITION OF.
    partition: Option<bool>,
    /// INHERITS.
    inherits: Option<bool>,
    /// A table of that name stood when the batch began, and was dropped since.
    recreates: Option<bool>,
    /// The table of that name that stands has other columns, or columns of other types.
    differs: Option<bool>,
    /// Its storage engine, lower-case, where the statement says it.
    engine: Option<OneOf<String>>,
    primary_key: Option<bool>,
    /// It has a column of one of these types in its primary key.
    key_type: Option<OneOf<String>>,
    /// It has a column of one of these types.
    column_type: Option<OneOf<String>>,
    /// One of its foreign keys deletes its rows with those they refer to.
    cascades: Option<bool>,
}

impl CreateTableMatch {
    pub fn matches(&self, change: &CreateTable, subject: &Subject<'_>) -> Verdict {
        let in_columns = || change.columns.iter().filter_map(|column| column.references.as_ref());
        let mut keys = change.foreign_keys.iter().chain(in_columns());
        let refers = keys.clone().any(|key| key.to_table != change.table);
        let cascades = keys.any(|key| key.on_delete == Some(ReferentialAction::Cascade));
        let has_type =
            |wanted: &OneOf<String>| change.columns.iter().any(|column| wanted.has(&column.column_type.name));
        let has_key_type = |wanted: &OneOf<String>| key_columns(change).any(|key| wanted.has(&key.column_type.name));
        let has_source = |is_such: fn(&ColumnSource) -> bool| change.sources.iter().any(is_such);
        let engine = change.options.engine.clone().unwrap_or_default();
        Verdict::all([
            Verdict::whether(self.temporary, change.is_temporary, "whether the table is temporary"),
            Verdict::whether(self.foreign_keys, refers, "whether the table has foreign keys"),
            Verdict::certainly(self.stands, subject.catalog.has_table(&change.table).is_yes()),
            Verdict::certainly(self.if_not_exists, change.if_not_exists),
            Verdict::whether(
                self.from_another,
                change.has_more_columns || !change.sources.is_empty(),
                "where its columns come from",
            ),
            Verdict::certainly(self.partition, has_source(|source| matches!(source, ColumnSource::PartitionOf(_)))),
            Verdict::certainly(self.inherits, has_source(|source| matches!(source, ColumnSource::Inherits(_)))),
            Verdict::certainly(self.recreates, recreates(change, subject)),
            Verdict::certainly(self.differs, subject.table().is_some_and(|table| differs(change, table, subject))),
            Verdict::among(self.engine.as_ref(), &Fact::known(engine), "the table's storage engine"),
            Verdict::certainly(
                self.primary_key,
                key_columns(change).next().is_some() || !change.primary_key.is_empty(),
            ),
            Verdict::certainly(Some(true), self.key_type.as_ref().is_none_or(has_key_type)),
            Verdict::certainly(Some(true), self.column_type.as_ref().is_none_or(has_type)),
            Verdict::certainly(self.cascades, cascades),
        ])
    }
}

/// The columns of the primary key that the statement defines.
fn key_columns(change: &CreateTable) -> impl Iterator<Item = &crate::change::Column> {
    change.columns.iter().filter(|column| column.is_primary_key || change.primary_key.contains(&column.name))
}

fn recreates(change: &CreateTable, subject: &Subject<'_>) -> bool {
    subject.table_before_batch().is_some() && subject.catalog.has_table(&change.table) == Answer::No
}

/// Whether a table that is known in full has other columns than the statement lists.
fn differs(change: &CreateTable, table: &Table, subject: &Subject<'_>) -> bool {
    let engine = subject.catalog.engine();
    let is_alike = |column: &crate::change::Column| {
        let standing = table.column(&column.name, engine);
        standing.is_some_and(|standing| standing.definition.column_type == column.column_type)
    };
    let is_known = !table.is_partial && !change.has_more_columns && change.sources.is_empty();
    is_known && (table.columns.len() != change.columns.len() || !change.columns.iter().all(is_alike))
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DropTableMatch {
    /// Foreign keys of other tables refer to it.
    referenced: Option<bool>,
    /// It has foreign keys to other tables.
    foreign_keys: Option<bool>,
    cascade: Option<bool>,
    if_exists: Option<bool>,
    /// Foreign keys are checked: `foreign_key_checks` (MySQL family) or `PRAGMA foreign_keys` (SQLite) is on.
    foreign_keys_checked: Option<bool>,
    /// Such a table stands.
    stands: Option<bool>,
    /// A view that is known reads it.
    view_depends: Option<bool>,
}

impl DropTableMatch {
    pub fn matches(&self, change: &DropTable, subject: &Subject<'_>) -> Verdict {
        let is_referenced = subject.of_table(|_| subject.referring_tables().next().is_some().into());
        let refers = |table: &Table| table.foreign_keys.iter().any(|key| key.definition.to_table != table.name);
        let stands = match subject.table_in_use() {
            Answer::Yes => Answer::Yes,
            _ => subject.catalog.has_table(&change.table),
        };
        Verdict::all([
            Verdict::whether(self.referenced, is_referenced, "whether foreign keys refer to the table"),
            Verdict::whether(self.foreign_keys, subject.table_lists(refers), "whether the table has foreign keys"),
            Verdict::certainly(self.cascade, change.cascade),
            Verdict::certainly(self.if_exists, change.if_exists),
            Verdict::whether(
                self.foreign_keys_checked,
                subject.checks_foreign_keys(),
                "whether foreign keys are checked",
            ),
            Verdict::whether(self.stands, stands, "whether the table stands"),
            Verdict::whether(self.view_depends, view_depends(subject, None), VIEW_DEPENDS),
        ])
    }
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RenameTableMatch {
    /// It goes to another schema or database.
    moved: Option<bool>,
    /// A view that is known reads it.
    view_depends: Option<bool>,
}

impl RenameTableMatch {
    pub fn matches(&self, change: &RenameTable, subject: &Subject<'_>) -> Verdict {
        let is_moved = change.to.schema.is_some() && change.to.schema != change.table.schema;
        Verdict::all([
            Verdict::whether(self.moved, is_moved, "whether the table changes its schema"),
            Verdict::whether(self.view_depends, view_depends(subject, None), VIEW_DEPENDS),
        ])
    }
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ChangeTableOptionsMatch {
    /// CONVERT TO CHARACTER SET.
    converts_columns: Option<bool>,
    engine: Option<OneOf<EngineStep>>,
    row_format: Option<bool>,
    /// The default charset or collation for columns to come.
    charset: Option<bool>,
}

/// What becomes of the table's storage engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum EngineStep {
    /// ENGINE is not written.
    Unsaid,
    /// ENGINE says what it is already.
    Same,
    Changed,
}

impl ChangeTableOptionsMatch {
    pub fn matches(&self, change: &ChangeTableOptions, subject: &Subject<'_>) -> Verdict {
        let options = &change.options;
        let has_charset = options.charset.is_some() || options.collation.is_some();
        Verdict::all([
            Verdict::whether(self.converts_columns, change.converts_columns, "whether the columns are converted"),
            Verdict::among(self.engine.as_ref(), &engine_step(change, subject), "the table's storage engine"),
            Verdict::certainly(self.row_format, options.row_format.is_some()),
            Verdict::certainly(self.charset, has_charset),
        ])
    }
}

/// A table of which nothing is said is kept by InnoDB.
fn engine_step(change: &ChangeTableOptions, subject: &Subject<'_>) -> Fact<EngineStep> {
    let Some(new) = &change.options.engine else { return Fact::known(EngineStep::Unsaid) };
    let step = |old: &str| if old.eq_ignore_ascii_case(new) { EngineStep::Same } else { EngineStep::Changed };
    match subject.table() {
        Some(table) if table.options.engine.is_some() || !table.is_partial => {
            Fact::known(step(table.options.engine.as_deref().unwrap_or("innodb")))
        }
        _ => Fact::one_of([EngineStep::Same, EngineStep::Changed]),
    }
}
