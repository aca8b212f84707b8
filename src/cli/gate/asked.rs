//! Asks all questions of one release.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::arguments::{CheckArguments, DatabaseArguments, SiteArguments};
use super::code;
use super::live::Address;
use super::lock;
use crate::answer::Answer;
use crate::change::{Statement, TableName};
use crate::cli::arguments::{EngineChoice, TargetArguments};
use crate::cli::exit::Failure;
use crate::cli::notes::Notes;
use crate::cli::project::Workspace;
use crate::cli::releases::Around;
use crate::cli::root::Root;
use crate::database::{DatabaseError, DatabaseUrl, Limits, Session, Survey};
use crate::engine::Version;
use crate::finding::Date;
use crate::gate::activity::Activity;
use crate::gate::check::Check;
use crate::gate::findings::findings;
use crate::gate::holds::{Circumstances, Sample, World, holds};
use crate::gate::ledger::{Ledger, Records};
use crate::gate::log::{Log, MigrationFile as LoggedFile, Runner};
use crate::gate::needs;
use crate::gate::pending::Backlog;
use crate::gate::plans::{PlanState, phase, placed_in, plans};
use crate::gate::processes::{self, Processes};
use crate::gate::question::Question;
use crate::gate::quiet;
use crate::gate::releases::{self, Link, Site};
use crate::gate::schema::LiveSchema;
use crate::gate::validity;
use crate::laravel::migrations_of_vendor;
use crate::lint::{Batch, Code, Direction, MigrationFile, Stats, TableSize};
use crate::report::gate::DatabaseShown;
use crate::source::Tree;
use crate::sql::layout::Layout;

/// The directory of releases' links that is taken where none is named.
const CURRENT: &str = "current";

/// What is said when nothing is live yet.
const NOTHING: &str = "-";

/// From what age on an open transaction stands in the way, unless somebody says otherwise.
const MAX_TRANSACTION: Duration = Duration::from_secs(5);

/// The place, and what happened there before.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) site: Site,
    pub(super) ledger: Ledger,
    pub(super) records: Records,
}

/// All that was asked of a release.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub(super) checks: Vec<Check>,
    pub(super) pending: Vec<MigrationFile>,
    pub(super) plans: Vec<PlanState>,
    pub(super) database: Option<DatabaseShown>,
    /// How many deploys of each plan are in place.
    pub(super) placed: BTreeMap<String, usize>,
    /// What ran, or would run, and is no migration of the release's own.
    pub(super) without_file: BTreeSet<String>,
}

impl SiteArguments {
    /// Looks at the place.
    pub(super) fn place(&self) -> Result<Place, Failure> {
        let usual = || {
            self.around
                .releases_dir
                .clone()
                .or_else(|| fs::canonicalize(&self.release).ok()?.parent().map(Path::to_owned))
        };
        let current = match &self.current {
            Some(path) if path.as_os_str() == NOTHING => None,
            Some(path) => Some(path.clone()),
            None => usual().and_then(|releases| Some(releases.parent()?.join(CURRENT))),
        };
        let site = Site::look(&self.release, current.as_deref(), self.around.releases_dir.as_deref())?;
        Place::at(site, self.around.audit_dir.as_deref())
    }
}

impl Place {
    pub(super) fn at(site: Site, audit: Option<&Path>) -> Result<Self, Failure> {
        let ledger = audit.map_or_else(|| Ledger::below(&site.shared()), Ledger::within);
        let records = ledger.read()?;
        Ok(Self { site, ledger, records })
    }

    /// Where what was read of releases' code is kept.
    pub(super) fn cache(&self) -> Option<PathBuf> {
        Some(self.ledger.path().parent()?.join("usage"))
    }

    /// Whether nothing is live yet: it was said, or there is no link.
    fn is_first(&self) -> bool {
        matches!(self.site.link, Link::NotYet | Link::Missing(_))
    }
}

/// A connection to the database of a release.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) session: Session,
    url: DatabaseUrl,
    /// In which table Laravel logs what it ran, where the release's configuration was asked.
    pub(super) log_table: Option<String>,
}

/// The database of a release, or why it cannot be asked.
pub(super) type Connected = Result<Connection, DatabaseError>;

/// Connects to the database that the release migrates; the error is one of what was said or configured.
pub(super) fn connect(
    arguments: &DatabaseArguments,
    release: &Path,
    tree: &Tree,
    notes: Notes,
) -> Result<Connected, Failure> {
    let Address { url, log_table } = arguments.address(release, tree, notes)?;
    Ok(url.open(arguments.limits()).map(|session| Connection { session, url, log_table }))
}

/// The database as it is told.
pub(super) fn shown(session: &Session) -> DatabaseShown {
    DatabaseShown {
        address: session.place(),
        engine: session.engine().title().to_owned(),
        version: session.version().to_owned(),
        reachable: true,
    }
}

/// What the database runs, for what is judged.
pub(super) fn target(said: &TargetArguments, session: Option<&Session>) -> TargetArguments {
    let live = session.map(|session| {
        let version = session.version().parse().ok();
        EngineChoice { engine: session.engine(), version }
    });
    TargetArguments { engine: live.or_else(|| said.engine.clone()), ..said.clone() }
}

/// Asks what the arguments want to know; `connection` is to the database, unless none is to be asked.
pub(super) fn ask(
    arguments: &CheckArguments,
    place: &Place,
    mut connection: Option<&mut Connection>,
    notes: Notes,
) -> Result<Asked, Failure> {
    let mut asked = Asked { database: connection.as_ref().map(|one| shown(&one.session)), ..Asked::default() };
    if let Some(connection) = &mut connection {
        asked.checks.extend(lock::take(&mut connection.session));
    }
    let target = target(&arguments.target, connection.as_ref().map(|one| &one.session));
    let root = Root::find(std::slice::from_ref(&place.site.release))?;
    let tree = Tree::new(&root.directory);
    let mut workspace = Workspace::open(&root, &tree, &target, notes)?;
    let backlog = match &mut connection {
        Some(connection) => match backlog(connection, &workspace, place) {
            Ok(backlog) => {
                asked.checks.extend(backlog.check(place.is_first(), &connection.session.place()));
                Some(backlog)
            }
            Err(check) => {
                asked.checks.push(check);
                return Ok(asked);
            }
        },
        None => None,
    };
    asked.pending = backlog.as_ref().map_or_else(|| not_in_current(&workspace, place), Backlog::pending);
    asked.without_file = backlog.as_ref().map_or_else(BTreeSet::new, Backlog::foreign);
    let today = Date::of(SystemTime::now());
    let (states, checks) =
        plans(&tree, &workspace.plans(), &asked.pending, (&workspace.target, workspace.laravel_major()), today);
    asked.checks.extend(checks);
    asked.checks.extend(phase(&states, &asked.pending, &tree));
    if let Some(connection) = &connection {
        know_sizes(&mut workspace, &connection.url, arguments.database.limits(), &asked.pending, notes);
    }
    let judged = judge(&workspace, place, &states, &asked.pending, notes)?;
    asked.checks.extend(judged);
    if let Some(connection) = connection {
        let session = RefCell::new(&mut connection.session);
        let live = Live { session: &session, workspace: &workspace, place, arguments: &arguments.database, notes };
        asked.checks.extend(live.ask(&states, &asked.pending)?);
    }
    asked.checks.push(swap(place, backlog.as_ref()));
    let warns = |check: &Check| check.answer == Answer::Unknown && workspace.config.wishes.gate.warns(check.question);
    for check in &mut asked.checks {
        check.is_warning = check.is_warning || warns(check);
    }
    asked.checks.sort_by_key(|check| check.question);
    asked.plans = states;
    asked.placed = placed(&tree, &workspace.plans());
    Ok(asked)
}

/// Whether `current` can be swapped, and is where it was said to be: code that is looked for at a wrong place is not seen
/// to use anything. Where no database is asked, any directory may hold the code that runs now.
fn swap(place: &Place, backlog: Option<&Backlog>) -> Check {
    let question = Question::Swap;
    match (&place.site.link, backlog) {
        (Link::Missing(path), Some(backlog)) if backlog.has_any_ran() => Check::fail(
            question,
            format!("`{}` is not there, and migrations ran: what is live is not known", path.display()),
        )
        .with_fix("name the link to the live release with `--current LINK`; `--current -` says that nothing is live"),
        (Link::Missing(path), None) => Check::unknown(
            question,
            format!("`{}` is not there, so the code that runs now is not known", path.display()),
        )
        .with_fix("name the directory of that code with `--current DIR`; `--current -` says that nothing is live"),
        (Link::Directory(path), None) => {
            Check::pass(question, format!("the code that runs now is in `{}`", path.display()))
        }
        _ => place.site.swap(),
    }
}

/// Nothing is known without the database.
pub(super) fn unreachable(place: &Place, error: &DatabaseError) -> Asked {
    Asked { checks: vec![told(Question::Pending, error), place.site.swap()], ..Asked::default() }
}

/// An answer that the database does not give.
pub(super) fn told(question: Question, error: &DatabaseError) -> Check {
    let help = miette::Diagnostic::help(error).map(|help| help.to_string());
    let mut check = Check::unknown(question, error.to_string());
    check.fix.extend(help);
    check
}

/// What the runner's table says beside the files of the release; else an answer that says why that is not known.
pub(super) fn backlog(connection: &mut Connection, workspace: &Workspace<'_>, place: &Place) -> Result<Backlog, Check> {
    let files = workspace.files();
    let runner = runner(workspace, connection.log_table.as_deref())?;
    let log = Log::read(&mut connection.session, &runner).map_err(|error| told(Question::Pending, &error))?;
    let texts: Vec<Option<String>> = files
        .iter()
        .map(|(file, _)| {
            workspace.tree.read(&file.path).ok().filter(|_| !file.shares_file).map(|read| read.text.clone())
        })
        .collect();
    let logged = || {
        files.iter().zip(&texts).map(|((file, runs_again), text)| LoggedFile {
            name: &file.name,
            text: text.as_deref(),
            runs_again: *runs_again,
        })
    };
    let mut backlog = Backlog {
        is_logged: log.is_there,
        without_file: log.without_file(logged()).into_iter().map(|entry| entry.name.clone()).collect(),
        migrations: files.iter().zip(logged()).map(|((file, _), one)| (file.clone(), log.state_of(&one))).collect(),
        table: log.runner.table().to_owned(),
        of_packages: workspace.application().map_or_else(Vec::new, |_| of_packages(workspace.tree, &log)),
    };
    backlog.mark_edited(&place.records.digests(), |file| digest(workspace.tree, file));
    Ok(backlog)
}

/// What installed packages bring along and did not run yet.
fn of_packages(tree: &Tree, log: &Log) -> Vec<String> {
    let name = |path: &str| releases::name(Path::new(path)).trim_end_matches(".php").to_owned();
    let has_run = |path: &String| log.entries.iter().any(|entry| entry.name == name(path));
    migrations_of_vendor(tree).into_iter().filter(|path| !has_run(path)).collect()
}

fn runner(workspace: &Workspace<'_>, log_table: Option<&str>) -> Result<Runner, Check> {
    if let Some(application) = workspace.application() {
        let usual = || application.migration_table(&application.settings(workspace.target.engine).prefix);
        return Ok(Runner::laravel(log_table.map_or_else(usual, str::to_owned)));
    }
    let layout = workspace.layout();
    layout.and_then(Runner::of).ok_or_else(|| {
        let name = layout.map_or("of nobody", Layout::name);
        Check::unknown(Question::Pending, format!("where migrations in the layout {name} are logged is not known"))
            .with_fix("the gate reads the tables of Laravel, Flyway, Liquibase, golang-migrate, dbmate, goose, sqlx, Diesel, refinery and Prisma")
            .with_fix("`gate check --no-db` judges what the live release has not")
    })
}

/// The SHA-256 of a migration's file; `None` where it is shared with others, or cannot be read.
pub(super) fn digest(tree: &Tree, file: &MigrationFile) -> Option<String> {
    use sha2::{Digest, Sha256};
    let text = tree.read(&file.path).ok().filter(|_| !file.shares_file)?;
    let digest = Sha256::digest(text.text.as_bytes());
    Some(digest.iter().fold(String::new(), |written, byte| written + &format!("{byte:02x}")))
}

/// Without a database: what this release has and the live one has not.
fn not_in_current(workspace: &Workspace<'_>, place: &Place) -> Vec<MigrationFile> {
    let current = place.site.current.as_ref().map(Tree::new);
    let is_new = |file: &MigrationFile| current.as_ref().is_none_or(|current| !current.exists(&file.path));
    workspace.files().into_iter().map(|(file, _)| file).filter(is_new).collect()
}

fn know_sizes(
    workspace: &mut Workspace<'_>,
    url: &DatabaseUrl,
    limits: Limits,
    pending: &[MigrationFile],
    notes: Notes,
) {
    if pending.is_empty() {
        return;
    }
    match url.survey_within(limits) {
        Ok(survey) => workspace.know_sizes(sizes(survey)),
        Err(error) => notes.remark(&format!("the sizes of tables are not known, so they count as large: {error}")),
    }
}

fn sizes(survey: Survey) -> Stats {
    let tables = survey.tables.into_iter().map(|table| {
        let size = TableSize { rows: table.rows, bytes: table.bytes, is_small: None };
        (TableName { schema: table.schema, name: table.name }, size)
    });
    let version = survey.version.parse().unwrap_or_else(|_| Version::unspecified());
    Stats::new(survey.engine, version, survey.sql_mode, Date::of(SystemTime::now()), tables)
}

/// What the rules find in what is pending, beside the code that runs or can come back.
fn judge(
    workspace: &Workspace<'_>,
    place: &Place,
    states: &[PlanState],
    pending: &[MigrationFile],
    notes: Notes,
) -> Result<Vec<Check>, Failure> {
    let keys: BTreeSet<String> = pending.iter().map(|file| file.key().to_owned()).collect();
    if keys.is_empty() {
        return Ok(vec![
            Check::pass(Question::Findings, "nothing to judge"),
            Check::pass(Question::Uses, "nothing goes"),
        ]);
    }
    let batch = Batch::Together(keys);
    let around = Around::on_disk(code::releases(place, states), place.cache(), workspace, notes);
    let has_old = place.site.current.is_some();
    let code = has_old.then(|| Code::new(|schema| around.read(schema)));
    let outcome = workspace.lint_beside(&batch, None, code.as_ref())?;
    drop(code);
    match around.failure() {
        Some(failure) => Err(failure),
        None => Ok(findings(&outcome, workspace.tree)),
    }
}

/// The database, and what is asked of it and of what lies around it.
struct Live<'a, 't> {
    session: &'a RefCell<&'a mut Session>,
    workspace: &'a Workspace<'t>,
    place: &'a Place,
    arguments: &'a DatabaseArguments,
    notes: Notes,
}

impl Live<'_, '_> {
    fn ask(&self, states: &[PlanState], pending: &[MigrationFile]) -> Result<Vec<Check>, Failure> {
        let keys = pending.iter().map(|file| file.key().to_owned()).collect();
        let scripts = self.workspace.scripts(&Batch::Together(keys), Direction::Up)?;
        let sent: Vec<&Statement> = scripts.iter().flat_map(|(_, script)| &script.statements).collect();
        let live = LiveSchema::read(&mut self.session.borrow_mut());
        let mut checks = match &live {
            Ok(live) => {
                let broken = states.iter().filter_map(|state| validity::check(state, live));
                broken.chain([self.columns(live, &sent)]).collect()
            }
            Err(error) => vec![told(Question::Columns, error)],
        };
        checks.extend(self.holds(states));
        checks.extend(self.alone());
        checks.extend(self.quiet(&sent));
        Ok(checks)
    }

    /// Whether the new code finds what it needs.
    fn columns(&self, live: &LiveSchema, sent: &[&Statement]) -> Check {
        let (catalog, _) = self.workspace.schema(None);
        let lacking = needs::lacking(&catalog, live);
        let made = needs::made(sent.iter().copied());
        let missing: Vec<_> = lacking.into_iter().filter(|one| !made.contains(one)).collect();
        if missing.is_empty() {
            return Check::pass(Question::Columns, "every table and column of the migrations is there, or pending");
        }
        let release = &self.place.site.release;
        let asked = missing.iter().map(|what| {
            (
                what.to_string(),
                code::uses(self.workspace, std::slice::from_ref(release), &what.to_string(), self.place, self.notes),
            )
        });
        needs::check(asked.collect(), needs::Whose::New)
    }

    /// Whether nothing on the tables that change would keep the migrations waiting, and all requests behind them.
    fn quiet(&self, sent: &[&Statement]) -> Vec<Check> {
        let changes = sent.iter().flat_map(|sent| &sent.changes);
        let tables: BTreeSet<String> =
            changes.filter_map(|change| change.what.table()).map(ToString::to_string).collect();
        if tables.is_empty() {
            return vec![Check::pass(Question::Quiet, "no table changes")];
        }
        let limit = self.arguments.max_tx.map(|limit| limit.0);
        let limit = limit.or(self.workspace.config.wishes.gate.max_transaction.map(|limit| limit.0));
        let tables: Vec<String> = tables.into_iter().collect();
        match Activity::read(&mut self.session.borrow_mut(), &tables, limit.unwrap_or(MAX_TRANSACTION)) {
            Ok(activity) => quiet::checks(&activity),
            Err(error) => vec![told(Question::Quiet, &error)],
        }
    }

    fn holds(&self, states: &[PlanState]) -> Vec<Check> {
        let processes = Processes::look(Path::new("/proc"), &self.place.site.directory, &own_processes());
        let wish = &self.workspace.config.wishes.gate;
        let around = Circumstances {
            records: &self.place.records,
            processes: &processes,
            current: self.place.site.current.as_ref(),
            swapped: swapped(&self.place.site.link),
            hosts: &wish.hosts,
            pools: wish.fpm_pools.as_deref(),
            soak: wish.soak.map_or(Duration::ZERO, |soak| soak.0),
            today: Date::of(SystemTime::now()),
            now: SystemTime::now(),
            world: self,
        };
        let checks: Vec<Check> = states.iter().flat_map(|state| holds(state, &around)).collect();
        if checks.is_empty() { vec![Check::pass(Question::Holds, "no plan waits for anything")] } else { checks }
    }

    /// Whether nobody else migrates here.
    fn alone(&self) -> Vec<Check> {
        let is_running = |record: &&crate::gate::ledger::Record| {
            let Some(command) = record.command.as_ref().filter(|_| record.host == super::record::host()) else {
                return false;
            };
            match command.pid.zip(command.began) {
                Some((pid, began)) => processes::runs(pid, began),
                // The gate was killed before it could write down which process it is.
                None => processes::any_runs(&command.program),
            }
        };
        let running = self.place.records.open_runs().filter(is_running);
        let mut checks: Vec<Check> = running
            .map(|record| {
                let program = record.command.as_ref().map_or("", |command| command.program.as_str());
                let mut check = Check::fail(
                    Question::Alone,
                    format!("`{program}` of release {} still runs, though its gate is gone", record.release),
                )
                .with_evidence([format!("begun at {} by {}", record.at, record.actor)])
                .with_fix("let it end, or end it, and look at what it left");
                check.is_live_conflict = true;
                check
            })
            .collect();
        if checks.is_empty() {
            checks.push(Check::pass(Question::Alone, "no other gate is open here"));
        }
        checks
    }
}

impl World for Live<'_, '_> {
    fn no_row(&self, query: &str) -> Sample {
        const MOST: u32 = 100_000;
        let mut session = self.session.borrow_mut();
        // Counting has an end; that there is one at all is told at once.
        let first = session.rows(&format!("select 1 from ({query} limit 1) seen"));
        match first {
            Ok(rows) if rows.is_empty() => Sample::None,
            Ok(_) => {
                let counted = session.value(&format!("select count(*) from ({query} limit {MOST}) seen"));
                Sample::Rows(counted.ok().flatten().and_then(|count| count.parse().ok()))
            }
            Err(error) => Sample::Unknown(error.to_string()),
        }
    }

    fn uses(&self, what: &str, counts: &dyn Fn(&Path) -> bool) -> crate::emit::Use {
        let site = &self.place.site;
        let others = site.others().map(|one| one.path.clone()).filter(|path| counts(path));
        let releases: BTreeSet<PathBuf> = site.current.iter().cloned().chain(others).collect();
        code::uses(self.workspace, &releases.into_iter().collect::<Vec<_>>(), what, self.place, self.notes)
    }

    fn pause(&self) {
        std::thread::sleep(self.arguments.sample_gap.0);
    }
}

/// The gate's own process and what called it: the deploy script may stand in a release.
fn own_processes() -> BTreeSet<u32> {
    let mut own = BTreeSet::from([std::process::id()]);
    own.extend(rustix::process::getppid().map(|pid| pid.as_raw_nonzero().get().unsigned_abs()));
    own
}

/// When the link began to lead where it does.
fn swapped(link: &Link) -> Option<SystemTime> {
    let Link::Symlink(path) = link else { return None };
    fs::symlink_metadata(path).ok()?.modified().ok()
}

/// How many deploys of each plan are in place in the release.
pub(super) fn placed(tree: &Tree, directory: &str) -> BTreeMap<String, usize> {
    let names = tree.directories(directory).into_iter();
    let placed = names.filter_map(|name| Some((name.clone(), placed_in(tree.root(), &format!("{directory}/{name}"))?)));
    placed.collect()
}
