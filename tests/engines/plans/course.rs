//! How a change comes while releases run: at once, as its author wrote it, or deploy by deploy, as its plan says.

use std::process::Command;
use std::thread;
use std::time::Duration;

use super::case::{Case, Meanwhile, ROWS};
use super::project::{Backfill, Deploy, Project, Step};
use super::traffic::{Tally, Traffic};
use crate::client::{Answer, Database};
use crate::server::Engine;

/// How long each set of releases runs beside what was done.
const WHILE: Duration = Duration::from_millis(120);
/// How often a migration that gave up waiting is run again.
const TRIES: usize = 8;
/// Rows that a backfill takes at a time which no file was written for.
const RANGE: u64 = 1000;

/// What became of a change and of the application meanwhile.
pub(super) struct Course {
    pub(super) tally: Tally,
    /// The server's words, where it refuses the migration.
    pub(super) refused: Option<String>,
    pub(super) deploys: usize,
}

/// A deploy by deploy run.
struct Execution<'a> {
    case: &'a Case,
    project: &'a Project,
    database: &'a Database,
    traffic: Traffic<'a>,
}

/// The author's migration, and the release that comes with it.
pub(super) fn at_once(case: &Case, database: &Database) -> Course {
    let (first, last) = case.ends();
    let mut traffic = Traffic::new(database);
    traffic.start(first);
    thread::sleep(WHILE);
    let other = case.meanwhile.as_ref().map(|meanwhile| open(database, meanwhile));
    let answer = traffic.beside(|| database.run_file(case.change.as_bytes()));
    traffic.start(last);
    thread::sleep(WHILE);
    traffic.stop_before(last.from);
    thread::sleep(WHILE);
    if let Some(other) = other {
        other.join().expect("a transaction ends");
    }
    let refused = (!answer.ok).then(|| answer.stderr.trim().to_owned());
    Course { tally: traffic.end(), refused, deploys: 1 }
}

/// The plan that phasewise makes of it.
pub(super) fn by_plan(case: &Case, project: &Project, database: &Database) -> Course {
    let plan = project.plan();
    match (project.write_plan(), &case.by_hand) {
        (Ok(()), None) | (Err(_), Some(_)) => {}
        (Ok(()), Some(reason)) => panic!("the plan can be written, although {reason}"),
        (Err(error), None) => panic!("the plan cannot be written: {error}"),
    }
    if let (Some(answer), None) = (&case.answer, &case.by_hand) {
        project.answer(answer);
    }
    let mut traffic = Traffic::new(database);
    traffic.start(case.ends().0);
    thread::sleep(WHILE);
    let mut execution = Execution { case, project, database, traffic };
    for deploy in &plan.deploys {
        execution.deploy(deploy);
        if case.by_hand.is_none() && deploy.number < plan.deploys.len() {
            let holds = deploy.steps.iter().filter(|step| step.hold.is_some() || step.is_copy());
            project.advance(&holds.map(|step| step.id.clone()).collect::<Vec<_>>());
        }
    }
    let brought = |number: usize| plan.deploys.iter().any(|deploy| deploy.number == number && deploy.has_code());
    let odd = case.releases.iter().find(|release| release.from > 0 && !brought(release.from));
    assert!(odd.is_none(), "no deploy of the plan brings the release {odd:?}");
    Course { tally: execution.traffic.end(), refused: None, deploys: plan.deploys.len() }
}

impl Execution<'_> {
    fn deploy(&mut self, deploy: &Deploy) {
        let number = deploy.number;
        // What a tool makes is a migration too, which does nothing where there are rows.
        let is_sent = |step: &&Step| step.slot == "pre" || step.is_copy() && self.case.by_hand.is_none();
        for step in deploy.steps.iter().filter(is_sent) {
            self.migrate(step);
        }
        thread::sleep(WHILE);
        let release = self.case.releases.iter().find(|release| release.from == number);
        if let Some(release) = release.filter(|_| number > 0) {
            self.traffic.start(release);
            thread::sleep(WHILE);
        }
        for step in deploy.steps.iter().filter(|step| step.slot == "between") {
            match (&step.backfill, &step.hold) {
                (Some(backfill), _) => self.fill(step, backfill),
                (None, Some(hold)) if hold.kind == "drained" => {
                    let live = self.case.releases.iter().map(|release| release.from).filter(|from| *from <= number);
                    self.traffic.stop_before(live.max().unwrap_or(0));
                }
                (None, Some(hold)) => hold.sql.iter().for_each(|query| self.see(&step.id, query)),
                (None, None) => self.copy(step),
            }
        }
        thread::sleep(WHILE);
        for release in
            self.case.releases.iter().filter(|release| (deploy.rollback_floor..=number).contains(&release.from))
        {
            let failures = self.traffic.try_out(release);
            let from = release.from;
            assert!(
                failures.is_empty(),
                "after deploy {number} release {from} may come back:\n{}",
                failures.join("\n")
            );
        }
    }

    /// Runs a migration, again where it gave up waiting.
    fn migrate(&self, step: &Step) {
        let script = match self.case.by_hand {
            None => self.project.script(&step.id).unwrap_or_else(|| panic!("step {} has no file", step.id)),
            Some(_) => by_hand(step),
        };
        let other = self.case.meanwhile.as_ref().map(|meanwhile| open(self.database, meanwhile));
        self.insist(&step.id, &script);
        if let Some(other) = other {
            other.join().expect("a transaction ends");
        }
    }

    fn insist(&self, step: &str, script: &str) {
        for _ in 0..TRIES {
            let answer = self.traffic.beside(|| self.database.run_file(script.as_bytes()));
            if answer.ok {
                return;
            }
            assert!(gave_up(&answer), "step {step} fails: {}\n{script}", answer.stderr);
        }
        panic!("step {step} gave up {TRIES} times");
    }

    fn fill(&self, step: &Step, backfill: &Backfill) {
        if self.case.by_hand.is_none() {
            let script = self.project.script(&step.id).expect("a backfill has a file");
            return self.insist(&step.id, &script);
        }
        let [key] = backfill.key.as_slice() else { panic!("the key of {:?} has several columns", step.table) };
        let [sql] = step.sql.as_slice() else { panic!("a backfill is one statement") };
        let table = step.table.as_deref().expect("a backfill is of a table");
        let answer = self.database.run(&format!("select max({key}) from {table}"));
        let end: u64 = answer.stdout.trim().parse().expect("the key is a number");
        // What the application adds is far above the first rows: nothing lies between.
        let bounds = (0..ROWS / RANGE).map(|at| (at * RANGE, (at + 1) * RANGE)).chain([(ROWS, end)]);
        for (from, to) in bounds {
            let given = self.case.answer.iter().cloned().chain([from.to_string(), to.to_string()]);
            let sql = given.fold(sql.clone(), |sql, value| sql.replacen('?', &value, 1));
            self.insist(&step.id, &sql);
        }
    }

    /// That the query of a hold gives no row, once somebody put right what it found.
    fn see(&self, step: &str, query: &str) {
        if self.rows_found(step, query) > 0 {
            let mends = self.case.mends.as_ref();
            self.insist(step, mends.unwrap_or_else(|| panic!("the hold {step} finds rows: {query}")));
            assert_eq!(self.rows_found(step, query), 0, "the hold {step} is not met: {query}");
        }
    }

    fn rows_found(&self, step: &str, query: &str) -> usize {
        let answer = self.database.run(query);
        assert!(answer.ok, "the hold {step} cannot be looked at: {}\n{query}", answer.stderr);
        answer.stdout.lines().count()
    }

    /// Has the change made by a tool that copies the table.
    fn copy(&self, step: &Step) {
        let [sql] = step.sql.as_slice() else { panic!("a tool makes one change: {:?}", step.sql) };
        let table = step.table.as_deref().expect("a tool changes a table");
        let (_, change) = sql.split_once('`').and_then(|(_, rest)| rest.split_once("` ")).expect("ALTER TABLE `t` …");
        let mut tool = Command::new("pt-online-schema-change");
        tool.args(["--execute", "--alter", change]).arg(self.database.tool_address(table));
        let output = self.traffic.beside(|| tool.output().expect("the tool was looked for"));
        let told = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
        assert!(output.status.success(), "the tool does not copy `{table}`:\n{told}");
    }
}

impl Step {
    fn is_copy(&self) -> bool {
        self.kind == "online-copy"
    }
}

impl Deploy {
    fn has_code(&self) -> bool {
        self.steps.iter().any(|step| step.kind == "code")
    }
}

/// What a migration sends where no file was written.
fn by_hand(step: &Step) -> String {
    let is_in_transaction = step.in_transaction == Some(true);
    let begin = is_in_transaction.then(|| "begin".to_owned());
    let lines = begin.into_iter().chain(step.guard.iter().cloned()).chain(step.sql.iter().cloned());
    let lines = lines.chain(is_in_transaction.then(|| "commit".to_owned()));
    lines.map(|line| format!("{line};\n")).collect::<Vec<_>>().concat()
}

fn gave_up(answer: &Answer) -> bool {
    ["55P03", "ERROR 1205"].iter().any(|code| answer.stderr.contains(code))
}

/// Opens somebody else's transaction, which does something and then stays as it is.
fn open(database: &Database, meanwhile: &Meanwhile) -> thread::JoinHandle<()> {
    let mut session = database.session();
    session.execute("begin").expect("a transaction begins");
    session.execute(&meanwhile.does).expect("somebody else may do that");
    let length = Duration::from_secs(meanwhile.seconds);
    thread::spawn(move || {
        thread::sleep(length);
        session.execute("commit").expect("a transaction ends");
    })
}

/// How long a statement may wait: a moment, and where a transaction is open that a migration waits for, as long as that may.
pub(super) fn bound(case: &Case) -> Duration {
    let moment = Duration::from_secs(1);
    let guard = match case.engine {
        Engine::Postgres => Duration::from_millis(900),
        Engine::MariaDb | Engine::MySql => Duration::from_secs(5),
    };
    if case.meanwhile.is_some() { moment + guard } else { moment }
}
