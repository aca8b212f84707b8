//! One entry of an engine's file: the changes it is about, and what the engine does.

use serde::Deserialize;

use super::fact::Verdict;
use super::matcher::{ChangeMatch, Kind, TableMatch};
use super::subject::Subject;
use super::{Algorithm, Blocks, Certainty, Effect, Lasts, OtherTable, online};
use crate::change::{ForeignKey, SchemaChange, TableName, TableSetting};
use crate::engine::VersionRange;
use crate::yaml::OneOf;

const VERSION: &str = "the exact version of the engine";

/// What stands under `effects:`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Entry {
    on: OneOf<ChangeMatch>,
    #[serde(default, deserialize_with = "version_range")]
    versions: Option<VersionRange>,
    /// What must be true of the table.
    #[serde(default)]
    table: TableMatch,
    /// The statement also makes a change of one of these kinds.
    together_with: Option<OneOf<Kind>>,
    /// The statement asks for this ALGORITHM=, which is another way than the server would take by itself.
    asks_for: Option<OneOf<Algorithm>>,
    /// What it asks about is so seldom true that it is not thought to be where the catalog does not know.
    #[serde(default)]
    rare: bool,
    /// Nothing is known of what the engine does.
    #[serde(default)]
    unknown: bool,

    says: String,
    lock: String,
    #[serde(default)]
    blocks: Vec<Blocked>,
    /// It is the whole database that is locked.
    #[serde(default)]
    whole_database: bool,
    #[serde(default)]
    lasts: Lasts,
    algorithm: Option<Algorithm>,
    /// Where it does not follow from `lasts`.
    rewrite: Option<bool>,
    /// Where it does not follow from `lasts`.
    scan: Option<bool>,
    #[serde(default = "yes")]
    in_transaction: bool,
    refused: Option<String>,
    #[serde(default)]
    others: Vec<Other>,
    /// Where it is not the file's.
    source: Option<String>,
    /// The versions on which it was measured; left out where only the documentation says so.
    verified: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Blocked {
    Read,
    Write,
}

/// Further tables, by the part they play.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Other {
    table: Role,
    lock: String,
    blocks: Vec<Blocked>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Role {
    /// The tables that the foreign keys at hand refer to.
    ReferencedTable,
    /// The tables whose foreign keys refer to the one at hand.
    ReferringTable,
    /// The tables that the one at hand is made a partition or an heir of, or ceases to be.
    ParentTable,
    /// The table that the one at hand is a partition of.
    PartitionedTable,
    /// The table that is attached, detached or exchanged as a partition; else those of the one at hand.
    Partition,
    /// The tables that are named beside an object: those of a publication.
    NamedTable,
    /// The tables with a column of the type at hand.
    TypedTable,
}

impl Entry {
    pub fn matches(&self, subject: &Subject<'_>) -> Verdict {
        let is_together = |kinds: &OneOf<Kind>| {
            let mut siblings = subject.siblings();
            siblings.any(|sibling| kinds.0.iter().any(|kind| kind.is_of(sibling)))
        };
        let version = || match &self.versions {
            Some(range) => Verdict::of(subject.target.version.is_in(range), VERSION),
            None => Verdict::yes(),
        };
        Verdict::any(self.on.0.iter().map(|on| on.matches(subject)))
            .and(version)
            .and(|| self.table.matches(subject))
            .and_certainly(self.asks_for.as_ref().map(|_| true), || {
                self.asks_for.as_ref().is_some_and(|asked| asks_for(subject, asked))
            })
            .and_certainly(self.together_with.as_ref().map(|_| true), || {
                self.together_with.as_ref().is_some_and(is_together)
            })
    }

    /// Itself, verified as its file says where it says nothing of that.
    #[must_use]
    pub(super) fn or_verified(self, verified: Option<&String>) -> Self {
        Self { verified: self.verified.or_else(|| verified.cloned()), ..self }
    }

    pub fn is_rare(&self) -> bool {
        self.rare
    }

    /// What the engine does, in one sentence.
    pub fn says(&self) -> &str {
        self.says.trim_end()
    }

    /// The versions on which it was measured.
    pub fn verified(&self) -> Option<&str> {
        self.verified.as_deref()
    }

    /// The kinds of change that it may be about.
    pub fn kinds(&self) -> impl Iterator<Item = Option<&'static str>> {
        self.on.0.iter().map(ChangeMatch::kind)
    }

    /// `source` is what the file gives for entries that name none.
    pub fn effect(&self, subject: &Subject<'_>, source: &str) -> Effect {
        let others = self.others.iter().flat_map(|other| other.tables(subject)).collect();
        Effect { others, source: self.source.as_deref().unwrap_or(source).to_owned(), ..self.outline() }
    }

    /// What the engine does, whichever table it is.
    pub fn outline(&self) -> Effect {
        Effect {
            lock: self.lock.clone(),
            blocks: blocks(&self.blocks),
            is_database_wide: self.whole_database,
            lasts: self.lasts,
            algorithm: self.algorithm,
            rewrites: self.rewrite.unwrap_or(self.lasts == Lasts::Rebuild),
            scans: self.scan.unwrap_or(self.lasts != Lasts::Moment),
            in_transaction: self.in_transaction,
            refused: self.refused.clone(),
            others: Vec::new(),
            certainty: if self.unknown { Certainty::Unknown } else { Certainty::Known },
            hangs_on: Vec::new(),
            says: self.says().to_owned(),
            source: String::new(),
            alternatives: Vec::new(),
        }
    }
}

fn asks_for(subject: &Subject<'_>, asked: &OneOf<Algorithm>) -> bool {
    let algorithm = subject.statement.online.algorithm.as_deref().and_then(online::algorithm);
    algorithm.is_some_and(|algorithm| asked.has(&algorithm))
}

impl Other {
    fn tables(&self, subject: &Subject<'_>) -> Vec<OtherTable> {
        let mut names = self.table.names(subject);
        names.retain(|name| Some(name) != subject.table_name());
        names.sort();
        names.dedup();
        let other = |table| OtherTable { table, lock: self.lock.clone(), blocks: blocks(&self.blocks) };
        names.into_iter().map(other).collect()
    }
}

impl Role {
    fn names(self, subject: &Subject<'_>) -> Vec<TableName> {
        match self {
            Self::ReferencedTable => referenced(subject).map(|key| key.to_table.clone()).collect(),
            Self::ReferringTable => subject.referring_tables().map(|table| table.name.clone()).collect(),
            Self::ParentTable => subject.change.what.parents().into_iter().cloned().collect(),
            Self::PartitionedTable => {
                subject.table().and_then(|table| table.partition_of.clone()).into_iter().collect()
            }
            Self::Partition => match subject.change.what.partition() {
                Some(partition) => vec![partition.clone()],
                None => subject.partitions().map(|table| table.name.clone()).collect(),
            },
            Self::NamedTable => subject.change.what.named_tables().to_vec(),
            Self::TypedTable => subject.typed_tables().map(|table| table.name.clone()).collect(),
        }
    }
}

/// The foreign keys that the change makes, checks or drops.
fn referenced<'a>(subject: &Subject<'a>) -> impl Iterator<Item = &'a ForeignKey> + use<'a> {
    let change = &subject.change.what;
    let own = match change {
        SchemaChange::AddForeignKey(add) => vec![&add.foreign_key],
        SchemaChange::AddColumn(add) => add.column.references.iter().collect(),
        SchemaChange::CreateTable(create) => {
            let in_columns = create.columns.iter().filter_map(|column| column.references.as_ref());
            create.foreign_keys.iter().chain(in_columns).collect()
        }
        _ => Vec::new(),
    };
    let standing = subject.table().into_iter().flat_map(|table| &table.foreign_keys).filter(move |key| {
        let has_column = |column: &str| key.definition.columns.iter().any(|own| own == column);
        match change {
            SchemaChange::DropTable(_) => true,
            SchemaChange::DropColumn(drop) => has_column(&drop.column),
            SchemaChange::ChangeType(to) => has_column(&to.column),
            SchemaChange::DropConstraint(drop) => key.name == drop.name,
            SchemaChange::ValidateConstraint(validate) => key.name == validate.name,
            SchemaChange::ChangeTableSetting(change) => change.setting == TableSetting::NotEnforced(key.name.clone()),
            _ => false,
        }
    });
    own.into_iter().chain(standing.map(|key| &key.definition))
}

/// What a list of `read` and `write` says.
pub fn blocks(blocked: &[Blocked]) -> Blocks {
    Blocks { reads: blocked.contains(&Blocked::Read), writes: blocked.contains(&Blocked::Write) }
}

fn version_range<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<VersionRange>, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map(Some).map_err(serde::de::Error::custom)
}

fn yes() -> bool {
    true
}
