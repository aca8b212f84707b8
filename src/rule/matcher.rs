//! What a rule asks of a change, its place and its effect.

use schemars::JsonSchema;
use serde::Deserialize;

use super::effect_matcher::{Duration, EffectMatch, OtherTableMatch};
use super::remark::RemarkKind;
use crate::answer::Answer;
use crate::change::{Modifier, OnlineClauses, SchemaChange};
use crate::effect::{ChangeMatch, Effect, Kind, ReleaseUse, Subject, Verdict, long_name, missing, taken};
use crate::engine::Engine;
use crate::yaml::OneOf;

/// What stands under `match:` and `except:`; all of it must hold.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, expecting = "a map of conditions")]
pub struct RuleMatch {
    /// Any of these changes.
    pub change: Option<OneOf<ChangeMatch>>,
    table: Option<Standing>,
    column: Option<Standing>,
    effect: Option<EffectMatch>,
    /// A table that the change locks besides its own.
    other_table: Option<OtherTableMatch>,
    engine: Option<OneOf<EngineName>>,
    /// It is sent only under a condition in the PHP that could not be decided.
    under_condition: Option<bool>,
    /// A transaction is open.
    in_transaction: Option<bool>,
    /// The server refuses the change as ALGORITHM= or LOCK= ask for it.
    online_clause_refused: Option<bool>,
    /// The transaction that is open changed the shape of a table in use before, and so holds a lock on it.
    after_schema_change: Option<bool>,
    /// That was another table than the one that is changed now.
    after_change_of_another_table: Option<bool>,
    /// The migration changed the shape of a table in use before, and a failure here would not take that back.
    after_settled_change: Option<bool>,
    /// PostgreSQL gives the statement up when it takes or waits too long: `lock_timeout` or `statement_timeout` is set.
    with_timeout: Option<bool>,
    /// Something that it needs is known not to stand.
    names_missing: Option<bool>,
    /// Something of the name that it gives is known to stand.
    name_taken: Option<bool>,
    /// It gives a name that PostgreSQL would cut.
    name_too_long: Option<bool>,
    /// An earlier statement of the migration went through all rows of the table, as this one does.
    after_going_through_rows: Option<bool>,
    /// Columns were added to the table in this batch, or are by the same statement.
    beside_new_columns: Option<bool>,
    /// An earlier statement, of this migration or one before, gave rows a value in the column.
    backfilled: Option<bool>,
    /// It takes one of these from a column without saying so, as Laravel's `change()` does.
    loses: Option<OneOf<LostName>>,
    /// The statement says neither ALGORITHM= nor LOCK=.
    online_clause_missing: Option<bool>,
    /// The code of one of these releases reads the table or the column. Whether it does is unknown where the code is not
    /// known, or cannot be told.
    read_by: Option<OneOf<CodeName>>,
    /// The code of one of these releases writes it.
    written_by: Option<OneOf<CodeName>>,
    /// The code of one of these releases inserts rows without the column, or with NULL in it.
    inserted_without: Option<OneOf<CodeName>>,
    /// The statement also makes a change of one of these kinds.
    together_with: Option<OneOf<Kind>>,
    /// What the lint has to say of the migration itself, about no change: it stands alone.
    pub remark: Option<RemarkKind>,
}

/// Whether something stood before the batch, so that running code may depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Standing {
    InUse,
    New,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum EngineName {
    Mysql,
    Mariadb,
    Postgresql,
    Sqlite,
    Sqlserver,
}

/// Whose code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum CodeName {
    /// The release that runs now.
    OldCode,
    /// The release that comes with the migration.
    NewCode,
}

/// What a column may lose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum LostName {
    /// It accepted NULL.
    Nullable,
    Default,
    Unsigned,
    Identity,
    OnUpdate,
    Collation,
    Comment,
}

impl RuleMatch {
    /// Most rules are about other changes: what is cheap to tell is asked first, and what a rule does not ask for, not at all.
    pub fn matches(&self, subject: &Subject<'_>, effect: &Effect) -> Verdict {
        if self.remark.is_some() || !self.is_for(subject.target.engine) {
            return Verdict::no();
        }
        let of_effect = self.effect.as_ref().map_or_else(Verdict::yes, |wanted| wanted.matches(effect));
        let of_change = of_effect.and(|| match &self.change {
            Some(any) => Verdict::any(any.0.iter().map(|one| one.matches(subject))),
            None => Verdict::yes(),
        });
        let of_place = of_change
            .and_whether(self.table.map(Standing::is_in_use), "whether the table is in use", || subject.table_in_use())
            .and_whether(self.column.map(Standing::is_in_use), "whether the column is in use", || {
                subject.column_in_use()
            });
        let of_statement = self.matches_statement(of_place, subject, effect);
        self.matches_code(self.matches_change(of_statement, subject, effect), subject)
    }

    /// What it asks of the statement, and of the session that it is sent in.
    fn matches_statement(&self, so_far: Verdict, subject: &Subject<'_>, effect: &Effect) -> Verdict {
        let (session, statement) = (subject.session, subject.statement);
        let together = self.together_with.as_ref();
        let before = "what was changed before";
        so_far
            .and_certainly(together.map(|_| true), || together.is_some_and(|kinds| is_together(subject, kinds)))
            .and_certainly(self.under_condition, || statement.guard.is_some())
            .and_certainly(self.online_clause_missing, || statement.online == OnlineClauses::default())
            .and_certainly(self.online_clause_refused, || effect.is_refused_by_clause())
            .and_whether(self.in_transaction, "whether a transaction is open", || session.is_in_transaction.into())
            .and_certainly(self.with_timeout, || session.has_timeout())
            .and_whether(self.after_schema_change, before, || after_schema_change(subject))
            .and_whether(self.after_change_of_another_table, before, || after_change_of_another_table(subject))
            .and_whether(self.after_settled_change, before, || after_settled_change(subject))
            .and_certainly(self.after_going_through_rows, || has_gone_through(subject, effect))
    }

    /// What it asks of the change and the tables before it, beyond its kind.
    fn matches_change(&self, so_far: Verdict, subject: &Subject<'_>, effect: &Effect) -> Verdict {
        let loses = self.loses.as_ref();
        let own = so_far
            .and_certainly(self.name_too_long, || long_name(&subject.change.what).is_some())
            .and_certainly(loses.map(|_| true), || loses.is_some_and(|lost| loses_one(subject, lost)))
            .and_certainly(self.name_taken, || taken(subject).is_some())
            .and_certainly(self.beside_new_columns, || has_new_columns(subject))
            .and_certainly(self.backfilled, || is_backfilled(subject));
        let named = own.and(|| self.names_missing.map_or_else(Verdict::yes, |wanted| names_missing(wanted, subject)));
        named.and(|| self.other_table.as_ref().map_or_else(Verdict::yes, |wanted| wanted.matches(subject, effect)))
    }

    /// What it asks of the code that runs.
    fn matches_code(&self, so_far: Verdict, subject: &Subject<'_>) -> Verdict {
        so_far
            .and(|| done_by(self.read_by.as_ref(), subject, |code| code.read))
            .and(|| done_by(self.written_by.as_ref(), subject, |code| code.written))
            .and(|| done_by(self.inserted_without.as_ref(), subject, |code| code.inserted_without))
    }

    /// The kinds of change that it may be about; `None` stands for any.
    pub fn kinds(&self) -> Vec<Option<&'static str>> {
        match &self.change {
            _ if self.remark.is_some() => Vec::new(),
            Some(changes) => changes.0.iter().map(ChangeMatch::kind).collect(),
            None => vec![None],
        }
    }

    /// Whether it asks for a remark and something else, which no remark has.
    pub fn mixes_remark(&self) -> bool {
        // Named one by one, so that a new condition is not forgotten here.
        let Self {
            change,
            table,
            column,
            effect,
            other_table,
            engine,
            under_condition,
            in_transaction,
            online_clause_refused,
            after_schema_change,
            after_change_of_another_table,
            after_settled_change,
            with_timeout,
            names_missing,
            name_taken,
            name_too_long,
            after_going_through_rows,
            beside_new_columns,
            backfilled,
            loses,
            read_by,
            written_by,
            inserted_without,
            online_clause_missing,
            together_with,
            remark,
        } = self;
        let facts = [
            under_condition,
            in_transaction,
            online_clause_refused,
            after_schema_change,
            after_change_of_another_table,
            after_settled_change,
            with_timeout,
            names_missing,
            name_taken,
            name_too_long,
            after_going_through_rows,
            beside_new_columns,
            backfilled,
            online_clause_missing,
        ];
        let is_about_a_change =
            loses.is_some() || change.is_some() || effect.is_some() || engine.is_some() || together_with.is_some();
        let is_about_a_place = table.is_some() || column.is_some() || other_table.is_some();
        let is_about_code = read_by.is_some() || written_by.is_some() || inserted_without.is_some();
        remark.is_some()
            && (is_about_code || is_about_a_change || is_about_a_place || facts.iter().any(|fact| fact.is_some()))
    }

    /// Whether it asks for an effect that lasts the longer, the more rows the table has.
    pub fn is_bound_to_size(&self) -> bool {
        let lasts = self.effect.as_ref().and_then(|effect| effect.lasts.as_ref());
        lasts.is_some_and(|lasts| !lasts.has(&Duration::Moment))
    }

    /// What it asks of an effect, and of which kinds of change (`None` for any); `None` where it asks nothing of it.
    pub fn wanted_effect(&self) -> Option<(&EffectMatch, Vec<Option<&'static str>>)> {
        Some((self.effect.as_ref()?, self.kinds()))
    }

    /// Whether it may be about changes on the engine.
    pub fn is_for(&self, engine: Engine) -> bool {
        self.engine.as_ref().is_none_or(|names| names.0.iter().any(|name| name.engine() == engine))
    }

    /// Whether it asks what running code does.
    pub fn asks_for_code(&self) -> bool {
        self.read_by.is_some() || self.written_by.is_some() || self.inserted_without.is_some()
    }

    /// Whether it asks for a table, so that one is named.
    pub fn has_table(&self) -> bool {
        self.table.is_some()
    }

    /// Whether it asks for an effect that the engine refuses, so that there is an error.
    pub fn asks_for_refusal(&self) -> bool {
        self.online_clause_refused == Some(true)
            || self.effect.as_ref().is_some_and(|effect| effect.refused == Some(true))
    }

    /// Whether it asks for something that does not stand, so that it can be named.
    pub fn asks_for_missing(&self) -> bool {
        self.names_missing == Some(true)
    }

    /// Whether it asks for something that stands already, so that it can be named.
    pub fn asks_for_taken(&self) -> bool {
        self.name_taken == Some(true)
    }

    /// Whether it asks for what a column loses, so that it can be named.
    pub fn asks_for_lost(&self) -> bool {
        self.loses.is_some()
    }

    /// Whether it asks for a name that is too long.
    pub fn asks_for_long_name(&self) -> bool {
        self.name_too_long == Some(true)
    }

    /// Whether it asks for another table that is locked too.
    pub fn has_other_table(&self) -> bool {
        self.other_table.is_some()
    }
}

fn done_by(wanted: Option<&OneOf<CodeName>>, subject: &Subject<'_>, fact: fn(ReleaseUse) -> Answer) -> Verdict {
    let Some(wanted) = wanted else { return Verdict::yes() };
    let answers = wanted.0.iter().map(|name| match name {
        CodeName::OldCode => fact(subject.code.old),
        CodeName::NewCode => fact(subject.code.new),
    });
    Verdict::of(Answer::any(answers), "what the code does")
}

fn has_gone_through(subject: &Subject<'_>, effect: &Effect) -> bool {
    subject.table_name().is_some_and(|table| subject.session.has_gone_through(table, effect))
}

fn has_new_columns(subject: &Subject<'_>) -> bool {
    let is_new = |table: &crate::catalog::Table| table.columns.iter().any(|column| !column.stood_before_batch);
    subject.table().is_some_and(is_new)
        || subject.siblings().any(|sibling| matches!(sibling, SchemaChange::AddColumn(_)))
}

fn is_backfilled(subject: &Subject<'_>) -> bool {
    let place = |(table, column)| subject.session.trail().filled_at(table, column);
    subject.table_name().zip(subject.change.what.column()).and_then(place).is_some()
}

fn loses_one(subject: &Subject<'_>, wanted: &OneOf<LostName>) -> bool {
    subject.lost().any(|lost| wanted.has(&LostName::from(lost.modifier)))
}

/// Whether something that the change names does not stand. Of what is read only about as it is sent, nobody can be sure.
fn names_missing(wanted: bool, subject: &Subject<'_>) -> Verdict {
    let answer = match missing(subject) {
        Some(_) if subject.session.is_approximate => Answer::Unknown,
        found => found.is_some().into(),
    };
    Verdict::whether(Some(wanted), answer, "which names the installed Laravel gives")
}

fn after_schema_change(subject: &Subject<'_>) -> Answer {
    Answer::any(subject.session.changed_tables().map(|table| subject.catalog.is_in_use(table)))
}

fn after_change_of_another_table(subject: &Subject<'_>) -> Answer {
    let own = subject.table_name();
    let others = subject.session.changed_tables().filter(|table| Some(*table) != own);
    Answer::any(others.map(|table| subject.catalog.is_in_use(table)))
}

fn after_settled_change(subject: &Subject<'_>) -> Answer {
    Answer::any(subject.session.settled_tables().map(|table| subject.catalog.is_in_use(table)))
}

/// Whether the statement also makes a change of one of those kinds.
fn is_together(subject: &Subject<'_>, kinds: &OneOf<Kind>) -> bool {
    subject.siblings().any(|sibling| kinds.0.iter().any(|kind| kind.is_of(sibling)))
}

impl Standing {
    pub(super) fn is_in_use(self) -> bool {
        self == Self::InUse
    }
}

impl From<Modifier> for LostName {
    fn from(modifier: Modifier) -> Self {
        match modifier {
            Modifier::Nullable => Self::Nullable,
            Modifier::Default => Self::Default,
            Modifier::Unsigned => Self::Unsigned,
            Modifier::Identity => Self::Identity,
            Modifier::OnUpdate => Self::OnUpdate,
            Modifier::Collation => Self::Collation,
            Modifier::Comment => Self::Comment,
        }
    }
}

impl EngineName {
    fn engine(self) -> Engine {
        match self {
            Self::Mysql => Engine::Mysql,
            Self::Mariadb => Engine::Mariadb,
            Self::Postgresql => Engine::Postgresql,
            Self::Sqlite => Engine::Sqlite,
            Self::Sqlserver => Engine::Sqlserver,
        }
    }
}
