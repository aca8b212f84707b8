//! What the code around a deploy does with what a change takes away or asks for.
//!
//! The code is read when a change first asks for it: a batch that takes nothing away costs nothing.

use std::cell::OnceCell;
use std::fmt;

use crate::answer::Answer;
use crate::catalog::Catalog;
use crate::change::{self, SchemaChange};
use crate::effect::{CodeUse, ReleaseUse, Subject};
use crate::finding::{Doubt, Evidence, Use};
use crate::rule::{Proof, Rule};
use crate::usage::{self, Effect, Index, Part, Place, Query, Schema, Tier, What};

/// The code of a release, ready for questions.
#[derive(Debug)]
pub struct Release {
    /// As people are told of it: `v41`.
    pub name: String,
    pub index: Index,
    /// Whether what it does not show is not there: not so where tables may be used in ways that are not read.
    pub is_proof: bool,
}

/// The code that runs while a batch ships.
#[derive(Debug, Default)]
pub struct Releases {
    /// The code that may run now: each of them may be the one. None where it is not known.
    pub old: Vec<Release>,
    /// The code that comes with the batch.
    pub new: Option<Release>,
}

/// Reads the code of the releases for those who ask, once.
pub struct Code<'a> {
    read: Box<dyn Fn(&Schema) -> Releases + 'a>,
    /// The code that comes with the batch is still being written: what it uses is to be done, and no fault.
    is_unfinished: bool,
    releases: OnceCell<Releases>,
}

/// What the code says to one change.
#[derive(Debug)]
pub(super) struct Asked<'c> {
    query: Query,
    old: Vec<(&'c Release, usage::Answer)>,
    new: Option<(&'c Release, usage::Answer)>,
    /// Whether the code of each old release names the table at all.
    is_table_known: bool,
    is_new_unfinished: bool,
}

impl<'a> Code<'a> {
    /// `read` gives the releases, whose old code runs on a schema.
    pub fn new(read: impl Fn(&Schema) -> Releases + 'a) -> Self {
        Self { read: Box::new(read), is_unfinished: false, releases: OnceCell::new() }
    }

    /// As [`new`](Self::new), where the code that comes with the batch is still being written.
    pub fn unfinished(read: impl Fn(&Schema) -> Releases + 'a) -> Self {
        Self { is_unfinished: true, ..Self::new(read) }
    }

    /// The code that is being worked on; what runs now where there is no other.
    pub fn at_hand(&self, schema: &Schema) -> Option<&Index> {
        let releases = self.releases.get_or_init(|| (self.read)(schema));
        releases.new.iter().chain(&releases.old).map(|release| &release.index).next()
    }

    /// What the code says to the change; `None` where it has no say. `end` are the tables as the batch leaves them.
    pub(super) fn ask<'e>(&self, subject: &Subject<'_>, end: impl FnOnce() -> &'e Catalog) -> Option<Asked<'_>> {
        let query = question(subject)?;
        let releases = self.releases.get_or_init(|| (self.read)(&Schema::before_batch(subject.catalog)));
        let old: Vec<_> = releases.old.iter().map(|release| (release, release.index.answer(&query))).collect();
        // What stands again when the batch is through is nothing that new code could miss.
        let is_back = || stands(end(), subject, query.column.as_deref());
        let new = releases.new.as_ref().filter(|_| query.what == What::Gone && !is_back());
        let new = new.map(|release| (release, release.index.answer(&query)));
        let of_table = Query::gone(&query.table, None);
        let knows = |release: &Release| release.index.answer(&of_table).places.iter().any(Place::counts);
        let is_table_known = query.what == What::Gone || releases.old.iter().all(knows);
        Some(Asked { query, old, new, is_table_known, is_new_unfinished: self.is_unfinished })
    }
}

impl fmt::Debug for Code<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Code").field("releases", &self.releases).finish_non_exhaustive()
    }
}

impl Asked<'_> {
    /// What rules may ask of it.
    pub(super) fn facts(&self) -> CodeUse {
        let old = self.old.iter().map(|(release, answer)| self.facts_of(release, answer));
        let new = self.new.as_ref().filter(|_| !self.is_new_unfinished);
        let new = new.map(|(release, answer)| self.facts_of(release, answer));
        CodeUse { old: old.reduce(ReleaseUse::or).unwrap_or_default(), new: new.unwrap_or_default() }
    }

    fn facts_of(&self, release: &Release, answer: &usage::Answer) -> ReleaseUse {
        let shown = |fact: Answer| if fact == Answer::No && !release.is_proof { Answer::Unknown } else { fact };
        match self.query.what {
            What::Gone => ReleaseUse {
                read: shown(answer.reads()),
                written: shown(answer.writes()),
                inserted_without: Answer::Unknown,
            },
            What::Omitted | What::NullWritten | What::NullSet => {
                ReleaseUse { inserted_without: shown(answer.omits()), ..ReleaseUse::default() }
            }
        }
    }

    /// What shows that no running code needs what the change takes away, or leaves out what it asks for.
    pub(super) fn evidence(&self, rule: &Rule) -> Option<Evidence> {
        let wanted = rule.discharged_by.iter().find_map(|proof| match proof {
            Proof::NoUse => Some(What::Gone),
            Proof::NoInsertWithout => Some(What::Omitted),
            _ => None,
        })?;
        let is_free = |(release, answer): &(&Release, usage::Answer)| release.is_proof && answer.is_free();
        let is_used_by_new =
            self.new.as_ref().is_some_and(|(_, answer)| answer.reads().is_yes() || answer.writes().is_yes());
        if self.query.what != wanted
            || self.old.is_empty()
            || !self.old.iter().all(is_free)
            || is_used_by_new
            || !self.is_table_known
        {
            return None;
        }
        let subject = self.subject();
        let names = self.names();
        let words = match wanted {
            What::Gone => format!("`{subject}` is released from the code in {names}: nothing there uses it"),
            _ => format!("in {names} no row is inserted without `{subject}`"),
        };
        Some(Evidence { words, place: None })
    }

    /// The places that a finding rests on, the worst first.
    pub(super) fn uses(&self) -> Vec<Use> {
        let old = self.old.iter().map(|(release, answer)| (release.name.as_str(), false, answer));
        let new = self.new.iter().map(|(release, answer)| (release.name.as_str(), true, answer));
        let mut uses: Vec<Use> = Vec::new();
        for (release, is_new, answer) in old.chain(new) {
            for place in answer.places.iter().filter(|place| place.counts()) {
                let is_told =
                    |told: &Use| told.is_new_code == is_new && told.file == place.file && told.line == place.line;
                if !uses.iter().any(is_told) {
                    uses.push(told(place, release, is_new));
                }
            }
        }
        uses
    }

    /// What keeps the old code from proving that it does not use the column.
    pub(super) fn doubts(&self) -> Vec<Doubt> {
        let doubts = self.old.iter().flat_map(|(release, answer)| {
            let doubt = |unproved: &usage::Unproved| Doubt {
                release: release.name.clone(),
                file: unproved.file.clone(),
                line: unproved.line,
                reason: unproved.reason.clone(),
            };
            answer.unproved.iter().map(doubt).collect::<Vec<_>>()
        });
        doubts.collect()
    }

    fn names(&self) -> String {
        self.old.iter().map(|(release, _)| release.name.as_str()).collect::<Vec<_>>().join(" and in ")
    }

    fn subject(&self) -> String {
        match &self.query.column {
            Some(column) => format!("{}.{column}", self.query.table),
            None => self.query.table.clone(),
        }
    }
}

fn told(place: &Place, release: &str, is_new_code: bool) -> Use {
    Use {
        release: release.to_owned(),
        is_new_code,
        file: place.file.clone(),
        line: place.line,
        tier: match place.tier {
            Tier::Certain => "certain",
            Tier::Likely => "likely",
            Tier::LikelyMass => "likely-mass",
            Tier::Possible => "possible",
        },
        effect: match place.effect {
            Effect::SqlError => "sql-error",
            Effect::Silent => "silent",
            Effect::Inert => "inert",
        },
        why: match place.part {
            Part::Console => format!("{} (a command)", place.why),
            _ => place.why.clone(),
        },
    }
}

/// What to ask the code about the change; `None` where it takes nothing away that running code may use.
fn question(subject: &Subject<'_>) -> Option<Query> {
    let table = subject.table_name().filter(|_| subject.table_in_use() != Answer::No)?.name.clone();
    let ask = |column: &str, what: What| Some(Query { table: table.clone(), column: Some(column.to_owned()), what });
    let of_column = |column: &str, what: What| ask(column, what).filter(|_| subject.column_in_use() != Answer::No);
    match &subject.change.what {
        SchemaChange::DropTable(_) | SchemaChange::RenameTable(_) => Some(Query::gone(&table, None)),
        SchemaChange::DropColumn(drop) => of_column(&drop.column, What::Gone),
        SchemaChange::RenameColumn(rename) => of_column(&rename.column, What::Gone),
        SchemaChange::ChangeType(change) => of_column(&change.column, What::Gone),
        SchemaChange::SetNotNull(set) => {
            let before = definition(subject, &set.column);
            of_column(&set.column, refusing_null(before.is_some_and(|before| before.default != change::Default::None)))
        }
        SchemaChange::RedefineColumn(redefine) => {
            let was_nullable = definition(subject, &redefine.column).map(|before| before.is_nullable);
            let refusing_null = refusing_null(redefine.definition.default != change::Default::None);
            let refuses_null = was_nullable != Some(false) && !redefine.definition.is_nullable;
            let is_renamed = redefine.column != redefine.definition.name;
            of_column(&redefine.column, if refuses_null && !is_renamed { refusing_null } else { What::Gone })
        }
        SchemaChange::AddColumn(add) if wants_a_value(&add.column) => ask(&add.column.name, What::Omitted),
        _ => None,
    }
}

/// The column as it stands before the change.
fn definition<'s>(subject: &'s Subject<'_>, column: &str) -> Option<&'s change::Column> {
    subject.table().and_then(|table| table.column(column, subject.catalog.engine())).map(|column| &column.definition)
}

/// Who fails when a column refuses NULL: with a default, one that is left out gets that.
fn refusing_null(has_default: bool) -> What {
    if has_default { What::NullSet } else { What::NullWritten }
}

fn wants_a_value(column: &change::Column) -> bool {
    !column.is_nullable
        && column.default == change::Default::None
        && column.generated.is_none()
        && column.identity.is_none()
}

/// Whether the table of the change, or that column of it, stands in `catalog`.
fn stands(catalog: &Catalog, subject: &Subject<'_>, column: Option<&str>) -> bool {
    let Some(table) = subject.table_name().and_then(|name| catalog.table(name)) else { return false };
    column.is_none_or(|column| table.column(column, catalog.engine()).is_some())
}
