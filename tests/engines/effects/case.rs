//! The cases under `fixtures/engines`: tables with rows, statements, and what phasewise says of the last of them.

use std::path::Path;

use phasewise::catalog::Catalog;
use phasewise::change::{MaintainTable, Maintenance, SchemaChange, Statement};
use phasewise::effect::{CodeUse, Effect, Effects, OtherTable, Session, Subject};
use phasewise::engine::{Engine, EngineVersion, VersionRange};
use phasewise::lint::rebuilds_recognised;
use phasewise::source::{SourceMap, Tree};

/// All cases of an engine.
pub(crate) struct Suite {
    pub(crate) engine: Engine,
    /// Makes the tables and fills them.
    pub(crate) tables: String,
    pub(crate) cases: Vec<Case>,
    pub(crate) effects: Effects,
}

/// One paragraph of the file.
#[derive(Clone)]
pub(crate) struct Case {
    /// The versions it can run on.
    versions: Option<VersionRange>,
    /// Ran and was committed before, in the same deploy; each line in a session of its own.
    pub(crate) first: String,
    /// The last is judged, those before it run in the same session.
    sql: String,
    /// The engine in whose words it is written, where another's parser has to read it.
    dialect: Engine,
}

/// What phasewise says of the last statement of a case.
pub(crate) struct Claim {
    pub(crate) statements: Vec<String>,
    pub(crate) table: Option<String>,
    /// What all changes of the statement come to.
    pub(crate) effect: Effect,
    /// The entries that say so, by their place in the file.
    pub(crate) entries: Vec<usize>,
}

impl Suite {
    pub(crate) fn of(engine: Engine) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/engines/{engine}.sql"));
        let text = std::fs::read_to_string(path).expect("every engine with claims has cases");
        let (tables, cases) = text.split_once("-- cases").expect("the cases follow the tables");
        Self {
            engine,
            tables: tables.to_owned(),
            cases: cases.trim().split("\n\n").map(|text| Case::read(text, engine)).collect(),
            effects: Effects::builtin(engine).expect("the engine's file is sound"),
        }
    }

    /// What is claimed of `case` on that version; `None` where the case is not for it.
    pub(crate) fn claim(&self, case: &Case, version: &str, is_in_transaction: bool) -> Result<Option<Claim>, String> {
        let target = EngineVersion { engine: self.engine, version: version.parse().expect("a server has a version") };
        if case.versions.as_ref().is_some_and(|range| !target.version.is_in(range).is_yes()) {
            return Ok(None);
        }
        let mut catalog = Catalog::new(self.engine);
        for statement in read(&self.tables, self.engine) {
            catalog.apply_statement(&statement);
        }
        catalog.begin_batch();
        for statement in read(&case.first, self.engine) {
            catalog.apply_statement(&statement);
        }
        let statements = read(&case.sql, case.dialect);
        let statements = rebuilds_recognised(&statements, &catalog);
        // What rebuilds a table is judged, and runs, as a whole.
        let begins =
            statements.iter().position(|statement| statement.changes.len() > 1 && is_sqlite_rebuild(statement));
        let judged = begins.unwrap_or(statements.len().saturating_sub(1));
        let (earlier, rest) = statements.split_at(judged);
        let last = rest.first().ok_or_else(|| "it has no statement".to_owned())?;
        let mut session = Session::new(is_in_transaction);
        for change in earlier.iter().flat_map(|statement| &statement.changes) {
            session.follow(&change.what);
            catalog.apply(&change.what);
        }
        let mut found = Vec::new();
        let mut table = None;
        let mut named = Vec::new();
        for change in &last.changes {
            let subject = Subject {
                change,
                statement: last,
                catalog: &catalog,
                target: &target,
                session: &session,
                code: CodeUse::default(),
            };
            table = table.or_else(|| subject.table_name().map(|table| table.name.clone()));
            let entries = self.effects.entries_of(&subject);
            let [entry] = entries.as_slice() else {
                let says: Vec<_> = entries.iter().map(|entry| entry.says()).collect();
                return Err(format!("{} entries match: {says:?}", entries.len()));
            };
            let place = self.effects.entries().iter().position(|other| std::ptr::eq(other, *entry));
            let effect = self.effects.of(&subject);
            // A statement may name several tables: those after the first are further tables to it.
            named.extend(subject.table_name().map(|table| OtherTable {
                table: table.clone(),
                lock: effect.lock.clone(),
                blocks: effect.blocks,
            }));
            found.push((place.expect("it is one of them"), effect));
            session.follow(&change.what);
            catalog.apply(&change.what);
        }
        let mut effect = together(found.iter().map(|(_, effect)| effect)).ok_or("it makes no change")?;
        effect.others.extend(named.into_iter().filter(|named| Some(&named.table.name) != table.as_ref()));
        let says_it =
            |own: &Effect| (&own.lock, own.lasts, own.algorithm) == (&effect.lock, effect.lasts, effect.algorithm);
        let entries = found.iter().filter(|(_, own)| says_it(own)).map(|(place, _)| *place).collect();
        let sql = |statements: &[Statement]| statements.iter().map(|one| one.sql.clone()).collect::<Vec<_>>();
        let statements = sql(earlier).into_iter().chain([sql(rest).join("; ")]).collect();
        Ok(Some(Claim { statements, table, effect, entries }))
    }
}

impl Case {
    fn read(text: &str, engine: Engine) -> Self {
        let mut case = Self { versions: None, first: String::new(), sql: String::new(), dialect: engine };
        for line in text.lines() {
            if let Some(range) = line.strip_prefix("-- versions: ") {
                case.versions = Some(range.parse().expect("a range of versions"));
            } else if let Some(first) = line.strip_prefix("-- first: ") {
                case.first.push_str(first);
                case.first.push('\n');
            } else if let Some(dialect) = line.strip_prefix("-- as: ") {
                case.dialect = Engine::from_name(dialect).expect("an engine");
            } else {
                case.sql.push_str(line);
                case.sql.push('\n');
            }
        }
        case
    }

    /// The same in a session that ran `setting` before, if that is none.
    pub(crate) fn after(&self, setting: &str) -> Self {
        let sql = if setting.is_empty() { self.sql.clone() } else { format!("{setting};\n{}", self.sql) };
        Self { sql, ..self.clone() }
    }

    pub(crate) fn title(&self) -> &str {
        self.sql.trim()
    }
}

fn is_sqlite_rebuild(statement: &Statement) -> bool {
    let is_rebuild = |what: &SchemaChange| {
        matches!(what, SchemaChange::MaintainTable(MaintainTable { what: Maintenance::Rebuild, .. }))
    };
    statement.changes.iter().any(|change| is_rebuild(&change.what))
}

/// A statement does what its heaviest change does.
fn together<'a>(effects: impl Iterator<Item = &'a Effect>) -> Option<Effect> {
    effects.cloned().reduce(|all, next| {
        let others = all.others.iter().chain(&next.others).cloned().collect();
        let weight = |effect: &Effect| (effect.refused.is_some(), effect.lasts, effect.blocks, effect.algorithm);
        let refused = all.refused.clone().or_else(|| next.refused.clone());
        let heaviest = if weight(&next) > weight(&all) { next } else { all };
        Effect { others, refused, ..heaviest }
    })
}

fn read(sql: &str, engine: Engine) -> Vec<Statement> {
    let tree = Tree::new(".");
    let file = tree.put("case.sql", sql.to_owned());
    let map = SourceMap::verbatim(file.id, 0, sql.len().try_into().expect("a case is short"));
    phasewise::sql::read(sql, &map, engine).statements
}
