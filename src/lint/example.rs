//! The examples of rules as their tests: each is run as a batch through all rules.

use std::collections::BTreeMap;
use std::fmt;

use super::code::{Asked, Release, Releases};
use super::discharge::discharge;
use super::judge::{Place, finding};
use super::project::{Direction, Script, comments};
use super::published::{self, Later};
use super::rebuild::rebuilds_recognised;
use super::remarks;
use super::run::{suppress, unknowns};
use super::sizes::Sizes;
use super::way_back;
use crate::answer::Answer;
use crate::catalog::Catalog;
use crate::effect::{CodeUse, Effects, Session, Subject, Trail};
use crate::engine::{Engine, EngineVersion, Version};
use crate::finding::Finding;
use crate::laravel::Application;
use crate::laravel::evaluate::evaluate;
use crate::rule::{Example, Language, Rule, Rules, Wording};
use crate::source::{SourceFile, SourceMap, Span, Tree};
use crate::usage::{self, Index, Schema};
use crate::yaml::YamlError;

const ENGINES: [Engine; 5] = [Engine::Mysql, Engine::Mariadb, Engine::Postgresql, Engine::Sqlite, Engine::Sqlserver];
const LARAVEL: &str = "database/migrations/2026_01_01_000000_example.php";
const SQL: &str = "example.sql";
/// What the migration is called that sorts after that of an example.
const LATER: &str = "2026_02_01_000000_later";

/// Runs examples.
#[derive(Debug)]
pub struct ExampleJudge<'a> {
    rules: &'a Rules,
    effects: BTreeMap<&'static str, Effects>,
}

/// What a rule says of an example.
#[derive(Debug, Clone)]
pub struct ExampleFinding<'a> {
    pub rule: &'a Rule,
    /// Yes or unknown.
    pub answer: Answer,
    pub wording: Wording,
}

/// An example that does not do what it is there for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub expectation: Expectation,
    pub example: String,
    pub engine: Engine,
    /// What happened instead.
    pub what: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expectation {
    Bad,
    Good,
}

/// The code that the example brings.
fn releases(example: &Example, schema: &Schema) -> Releases {
    let release = |name: &str, code: &String| {
        let path = "app/code.php";
        let facts = usage::facts(path, &format!("<?php\n{code}"));
        Release { name: name.to_owned(), index: Index::new([(path.to_owned(), facts)], schema.clone()), is_proof: true }
    };
    Releases {
        old: example.old_code.iter().map(|code| release("v1", code)).collect(),
        new: example.new_code.as_ref().map(|code| release("v2", code)),
    }
}

/// An example as it was read for one engine.
struct Code {
    script: Script,
    file: std::rc::Rc<SourceFile>,
}

impl<'a> ExampleJudge<'a> {
    pub fn new(rules: &'a Rules) -> Result<Self, YamlError> {
        let effects = ENGINES.map(|engine| Effects::builtin(engine).map(|effects| (engine.name(), effects)));
        Ok(Self { rules, effects: effects.into_iter().collect::<Result<_, _>>()? })
    }

    /// Where the examples of `rule` and the rule differ: a bad one yields exactly its finding, a good one none of it.
    pub fn differences(&self, rule: &Rule) -> Vec<Difference> {
        let bad = runs(&rule.examples.bad).filter_map(|(example, engine)| {
            let what = match self.findings(example, engine) {
                Ok(found) => missed(rule, &found)?,
                Err(problem) => problem,
            };
            Some(Difference { expectation: Expectation::Bad, example: example.name.clone(), engine, what })
        });
        let good = runs(&rule.examples.good).filter_map(|(example, engine)| {
            let what = match self.findings(example, engine) {
                Ok(found) => {
                    let own = found.iter().find(|found| found.rule.id == rule.id)?;
                    format!("it is found: {}", own.wording.message)
                }
                Err(problem) => problem,
            };
            Some(Difference { expectation: Expectation::Good, example: example.name.clone(), engine, what })
        });
        bad.chain(good).collect()
    }

    /// Replays what stood before, and gives what all rules say of the example; an error says why it cannot be judged.
    pub fn findings(&self, example: &Example, engine: Engine) -> Result<Vec<ExampleFinding<'a>>, String> {
        let effects = self.effects.get(engine.name()).ok_or_else(|| format!("nothing is known of {engine}"))?;
        let mut catalog = Catalog::new(engine);
        let mut trail = Trail::default();
        if let Some(before) = &example.before {
            let code = read(before, Direction::Up, example, engine, &catalog)?;
            for statement in &code.script.statements {
                statement.changes.iter().for_each(|change| trail.follow(change));
                catalog.apply_statement(statement);
            }
        }
        catalog.begin_batch();
        let before_batch = catalog.clone();
        let Code { script, file } = read(&example.code, Direction::Up, example, engine, &catalog)?;
        if script.statements.is_empty() {
            return Err("it sends nothing".to_owned());
        }
        let target = EngineVersion { engine, version: usual_version(engine) };
        let sizes = Sizes::default();
        let mut session = Session::new(script.is_in_transaction).opened_in(example.sql_mode.clone()).on_trail(trail);
        let code = super::Code::new(|schema| releases(example, schema));
        let mut end = catalog.clone();
        script.statements.iter().for_each(|statement| end.apply_statement(statement));
        let mut found = Vec::new();
        let mut findings: Vec<Finding> = Vec::new();
        for statement in rebuilds_recognised(&script.statements, &catalog.clone()).iter() {
            let mut effects_of_statement = Vec::new();
            for change in &statement.changes {
                let subject = Subject {
                    change,
                    statement,
                    catalog: &catalog,
                    target: &target,
                    session: &session,
                    code: CodeUse::default(),
                };
                let effect = effects.of(&subject);
                let asked = code.ask(&subject, || &end);
                let subject = Subject { code: asked.as_ref().map(Asked::facts).unwrap_or_default(), ..subject };
                let is_idle = |rule: &Rule| {
                    let of_code = || asked.as_ref().and_then(|asked| asked.evidence(rule));
                    discharge(rule, &subject, &sizes).or_else(of_code).is_some()
                };
                let matches = self.rules.about(&subject, &effect, |_| true, is_idle);
                for matched in matches.into_iter().filter(|matched| !is_idle(matched.rule)) {
                    let place = Place { migration: &example.name, path: &file.path, change: 0 };
                    findings.push(finding(&matched, matched.rule.severity, &subject, &effect, place));
                    let wording = matched.rule.render(&subject, &effect);
                    found.push(ExampleFinding { rule: matched.rule, answer: matched.verdict.answer, wording });
                }
                session.follow(&change.what);
                session.follow_surely(change);
                catalog.apply(&change.what);
                effects_of_statement.push((change.what.table(), effect));
            }
            for (table, effect) in &effects_of_statement {
                session.follow_effect(*table, effect);
            }
        }
        let way_back = match &example.down {
            Some(down) => {
                let down = read(down, Direction::Down, example, engine, &catalog)?;
                way_back::remarks(&script, &down.script, &catalog, Span::new(down.file.id, 0, 0))
            }
            None => Vec::new(),
        };
        let start = Span::new(file.id, 0, 0);
        let before = example.published.before.as_ref();
        let before = before.map(|text| read(text, Direction::Up, example, engine, &before_batch)).transpose()?;
        let edit = before.and_then(|before| published::edited(&example.name, &before.script, &script, start));
        let later = example.published.later.clone().map(|text| Later { name: LATER.to_owned(), text });
        let order = published::misplaced(later.as_slice(), &script, None, start);
        let noted = remarks::of_script(&script, &unknowns(&script, false));
        let in_vain = suppress(&file, &script.comments, None, self.rules, &mut findings);
        for remark in noted.iter().chain(&way_back).chain(&edit).chain(&order).chain(&in_vain) {
            found.extend(self.rules.about_remark(remark).map(|rule| ExampleFinding {
                rule,
                answer: Answer::Yes,
                wording: rule.render_remark(remark, &target),
            }));
        }
        Ok(found)
    }
}

/// Each example on each of its engines.
pub fn runs(examples: &[Example]) -> impl Iterator<Item = (&Example, Engine)> {
    examples.iter().flat_map(|example| example.engines.iter().map(move |engine| (example, *engine)))
}

/// How a bad example fails to yield the finding of `rule`, if it does.
fn missed(rule: &Rule, found: &[ExampleFinding<'_>]) -> Option<String> {
    let own: Vec<&ExampleFinding> = found.iter().filter(|found| found.rule.id == rule.id).collect();
    if own.iter().any(|found| found.answer == Answer::Unknown) {
        return Some("whether it is found hangs on something that the example leaves open".to_owned());
    }
    if !own.is_empty() {
        return None;
    }
    let mut others: Vec<&str> = found.iter().map(|found| found.rule.id.as_str()).collect();
    others.dedup();
    Some(match others.as_slice() {
        [] => "it is not found, nor does any other rule find anything".to_owned(),
        others => format!("it is not found; these rules find something: {}", others.join(", ")),
    })
}

/// A version on which an engine is at its usual.
fn usual_version(engine: Engine) -> Version {
    let version = match engine {
        Engine::Mysql => "8.4",
        Engine::Mariadb => "10.11",
        Engine::Postgresql => "17",
        Engine::Sqlite => "3.46",
        Engine::Sqlserver => "2022",
    };
    version.parse().unwrap_or_else(|_| Version::unspecified())
}

/// What the code sends in one direction, and how.
fn read(
    code: &str,
    direction: Direction,
    example: &Example,
    engine: Engine,
    catalog: &Catalog,
) -> Result<Code, String> {
    let tree = Tree::new("/nowhere");
    match example.language {
        Language::Sql => {
            let file = tree.put(SQL, code.to_owned());
            let script = crate::sql::read(code, &SourceMap::verbatim(file.id, 0, code.len() as u32), engine);
            refuse(script.problems.first().map(|problem| &problem.reason))?;
            let script = Script { statements: script.statements, comments: script.comments, ..Script::default() };
            Ok(Code { script, file })
        }
        Language::Laravel => {
            let stays_outside = example.outside_transaction;
            tree.put(LARAVEL, Migration { code, direction, stays_outside }.to_string());
            let application = Application::open(&tree);
            let Some(file) = application.file(LARAVEL) else { return Err("it cannot be read as PHP".to_owned()) };
            let settings = application.settings(engine);
            let evaluation = evaluate(&file, direction, &application, &settings, catalog);
            refuse(evaluation.problems.first().map(|problem| &problem.reason))?;
            let script = Script {
                remarks: remarks::of_evaluation(&evaluation),
                statements: evaluation.statements,
                is_in_transaction: evaluation.within_transaction && engine.has_transactional_ddl(),
                comments: comments(&file),
                ..Script::default()
            };
            Ok(Code { script, file: tree.read(LARAVEL).map_err(|error| error.to_string())? })
        }
    }
}

fn refuse(problem: Option<&String>) -> Result<(), String> {
    problem.map_or(Ok(()), |problem| Err(format!("it is not understood: {problem}")))
}

/// The file that an example of Laravel stands for: its code is that of `up()` or `down()`.
struct Migration<'a> {
    code: &'a str,
    direction: Direction,
    stays_outside: bool,
}

impl fmt::Display for Migration<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let property = if self.stays_outside { "public $withinTransaction = false;\n" } else { "" };
        let method = match self.direction {
            Direction::Up => "up",
            Direction::Down => "down",
        };
        write!(
            formatter,
            "<?php\nuse Illuminate\\Database\\Migrations\\Migration;\nuse Illuminate\\Database\\Schema\\Blueprint;\n\
             use Illuminate\\Support\\Facades\\DB;\nuse Illuminate\\Support\\Facades\\Schema;\n\
             return new class extends Migration {{\n{property}public function {method}(): void {{\n{}\n}}\n}};\n",
            self.code
        )
    }
}
