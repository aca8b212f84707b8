//! Which uses are about the table or column that is asked for, how sure that is, and what would happen there.

mod blind;
mod column;
mod convention;
mod insert;
mod package;
mod reach;
mod table;

use self::reach::Subject;
use super::facts::Computed;
use super::index::{File, Index};
use super::part::extension;
use super::query::{Answer, Effect, Place, PlaceKind, Query, Tier, Unproved, What};

/// Why what is computed cannot be told.
fn reason(what: Computed) -> &'static str {
    match what {
        Computed::Attribute => "the attribute's name is computed",
        Computed::Column => "the column's name is computed",
        Computed::Table => "the table's name is computed",
        Computed::Sql => "the SQL is computed",
        Computed::Class => "the class of the object is computed",
    }
}

/// What the code says to `query`.
pub(super) fn answer(index: &Index, query: &Query) -> Answer {
    let table = query.table.rsplit('.').next().unwrap_or(&query.table);
    let mut found = Found::default();
    let subject = Subject::new(index, table, query.column.as_deref());
    match (&query.column, query.what) {
        (None, _) => table::judge(index, &subject, &mut found),
        (Some(_), What::Gone) => column::judge(index, &subject, &mut found),
        (Some(_), what) => {
            insert::judge(index, &subject, what, &mut found);
            blind::of_inserts(index, &subject, &mut found);
        }
    }
    blind::of_packages(index, &subject, query.what, &mut found);
    package::judge(index, &subject, query.what, &mut found);
    for file in index.files() {
        if let Some((line, message)) = &file.facts.problem {
            let is_relevant = file.part.is_running();
            if is_relevant {
                found.unproved.push(Unproved {
                    file: file.path.clone(),
                    line: *line,
                    reason: format!("the file does not parse: {message}"),
                });
            }
        }
    }
    Answer::new(found.places, found.unproved)
}

/// What was found so far.
#[derive(Debug, Default)]
struct Found {
    places: Vec<Place>,
    unproved: Vec<Unproved>,
}

/// What a place comes to.
#[derive(Debug, Clone)]
struct Judgement {
    kind: PlaceKind,
    tier: Tier,
    effect: Effect,
    why: String,
}

impl Judgement {
    fn new(kind: PlaceKind, tier: Tier, effect: Effect, why: impl Into<String>) -> Self {
        Self { kind, tier, effect, why: why.into() }
    }
}

impl Found {
    fn add(&mut self, file: &File, line: u32, judgement: Judgement) {
        let Judgement { kind, mut tier, effect, why } = judgement;
        let is_template = file.path.ends_with(".blade.php");
        // What a template's variables stand for is told by their names alone.
        let kind = if is_template && kind == PlaceKind::Read { PlaceKind::Template } else { kind };
        // And what a string says in another language may be no SQL at all.
        if is_template || extension(&file.path) != "php" {
            tier = tier.max(Tier::Likely);
        }
        self.places.push(Place { file: file.path.clone(), line, part: file.part, kind, tier, effect, why });
    }

    fn doubt(&mut self, file: &File, line: u32, reason: &str) {
        if file.part.is_running() {
            self.unproved.push(Unproved { file: file.path.clone(), line, reason: reason.to_owned() });
        }
    }
}
