//! A site: releases, a link to the live one, a database, and what was started on it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use super::app;
use crate::client::Database;
use crate::server::Engine;

/// What may not be the same in two runs, and what stands for it.
const DATABASE: &str = "DATABASE";

pub(super) struct Site {
    directory: TempDir,
    pub(super) database: Database,
    children: Vec<Child>,
}

/// How a gate ended.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) code: i32,
    /// The last line on stderr.
    pub(super) last: String,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Site {
    /// Release 1 is live, and its migrations ran.
    pub(super) fn new(database: Database) -> Self {
        let site = Self::empty(database);
        site.release("1", &[]);
        site.migrate("1");
        site.swap("1");
        site
    }

    /// Nothing is live yet, and the database is empty.
    pub(super) fn empty(database: Database) -> Self {
        let directory = tempfile::tempdir().expect("a temporary folder");
        let site = Self { directory, database, children: Vec::new() };
        for directory in ["releases", "shared", "project"] {
            fs::create_dir(site.path(directory)).expect("the folder is the test's own");
        }
        site
    }

    pub(super) fn path(&self, below: &str) -> PathBuf {
        self.directory.path().canonicalize().expect("it is there").join(below)
    }

    pub(super) fn engine(&self) -> &'static str {
        self.database.engine().as_phasewise().name()
    }

    /// A release with the application's files and these beside or in place of them.
    pub(super) fn release(&self, name: &str, files: &[(&str, &str)]) {
        self.write_all(&format!("releases/{name}"), files);
    }

    fn write_all(&self, directory: &str, files: &[(&str, &str)]) {
        for (path, text) in app::FILES.iter().chain(files) {
            self.write(&format!("{directory}/{path}"), text);
        }
    }

    pub(super) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("it has one")).expect("the folder is the test's own");
        fs::write(path, text).expect("the folder is the test's own");
    }

    pub(super) fn remove(&self, path: &str) {
        let path = self.path(path);
        let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
        removed.expect("it is there");
    }

    /// Makes `current` lead to the release, as a deploy does.
    pub(super) fn swap(&self, release: &str) {
        let next = self.path("current.next");
        symlink(self.path(&format!("releases/{release}")), &next).expect("the folder is the test's own");
        fs::rename(next, self.path("current")).expect("the folder is the test's own");
    }

    /// The release's migrations run with no gate before them.
    pub(super) fn migrate(&self, release: &str) {
        let output = self.run_to_end(&self.migrator(release));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// The command that migrates.
    pub(super) fn migrator(&self, release: &str) -> Vec<String> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/engines/gate/migrate.php");
        let release = self.path(&format!("releases/{release}")).display().to_string();
        ["php", script, &release].map(str::to_owned).into()
    }

    fn run_to_end(&self, command: &[String]) -> Output {
        let mut run = Command::new(&command[0]);
        run.args(&command[1..]);
        self.as_deployed(&mut run);
        run.output().expect("it can be started")
    }

    /// The environment of a deploy.
    fn as_deployed(&self, command: &mut Command) {
        let driver = if self.database.engine() == Engine::Postgres { "pgsql" } else { "mysql" };
        let user = if driver == "pgsql" { "postgres" } else { "root" };
        command.env_remove("PGOPTIONS").envs([
            ("DB_CONNECTION", driver),
            ("DB_HOST", "127.0.0.1"),
            ("DB_PORT", &self.database.port().to_string()),
            ("DB_DATABASE", self.database.name()),
            ("DB_USERNAME", user),
            ("DB_PASSWORD", ""),
            ("USER", "deployer"),
        ]);
        for name in ["GITHUB_ACTOR", "GITLAB_USER_LOGIN", "SUDO_USER", "DATABASE_URL", "PHASEWISE_DATABASE_URL"] {
            command.env_remove(name);
        }
    }

    pub(super) fn phasewise(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_phasewise"));
        command.args(arguments).current_dir(self.path(""));
        self.as_deployed(&mut command);
        command
    }

    /// `gate check` of a release, with further arguments.
    pub(super) fn check(&self, release: &str, arguments: &[&str]) -> Ended {
        let release = format!("releases/{release}");
        let is_said = arguments.contains(&"--sample-gap");
        let usual = ["gate", "check", "--release", &release, "--sample-gap", "300ms"];
        let usual = if is_said { &usual[..4] } else { &usual[..] };
        self.ended(&self.phasewise(&[usual, arguments].concat()).output().expect("the binary is built"))
    }

    /// `gate exec` of a release around its own migrator.
    pub(super) fn exec(&self, release: &str, arguments: &[&str]) -> Ended {
        let migrator = self.migrator(release);
        let migrator: Vec<&str> = migrator.iter().map(String::as_str).collect();
        self.exec_of(release, arguments, &migrator)
    }

    pub(super) fn exec_of(&self, release: &str, arguments: &[&str], command: &[&str]) -> Ended {
        self.ended(&self.exec_command(release, arguments, command).output().expect("the binary is built"))
    }

    pub(super) fn exec_command(&self, release: &str, arguments: &[&str], command: &[&str]) -> Command {
        let release = format!("releases/{release}");
        let usual = ["gate", "exec", "--release", &release, "--sample-gap", "300ms"];
        self.phasewise(&[&usual[..], arguments, &["--"], command].concat())
    }

    pub(super) fn confirm(&self, release: &str, arguments: &[&str]) -> Ended {
        let release = format!("releases/{release}");
        let usual = ["gate", "confirm", "--release", &release];
        self.ended(&self.phasewise(&[&usual[..], arguments].concat()).output().expect("the binary is built"))
    }

    pub(super) fn rollback(&self, release: &str, arguments: &[&str]) -> Ended {
        let release = format!("releases/{release}");
        let usual = ["gate", "rollback", "--to", &release, "--current", "current"];
        self.ended(&self.phasewise(&[&usual[..], arguments].concat()).output().expect("the binary is built"))
    }

    pub(super) fn ended(&self, output: &Output) -> Ended {
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        let address = format!("127.0.0.1:{}/{}", self.database.port(), self.database.name());
        let site = self.path("").display().to_string();
        let last = stderr.lines().last().unwrap_or_default();
        let last = last.replace(&address, DATABASE).replace(site.trim_end_matches('/'), "SITE");
        let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
        Ended { code: output.status.code().unwrap_or(-1), last, stdout, stderr }
    }

    /// A worker: a process that has the script of a release open, as PHP does.
    pub(super) fn worker(&mut self, release: &str) -> u32 {
        let script = fs::File::open(self.path(&format!("releases/{release}/artisan"))).expect("it is there");
        let mut command = Command::new("php");
        command.args(["-r", "sleep(60);", "artisan", "queue:work"]).stdin(script).stdout(Stdio::null());
        self.start(command)
    }

    pub(super) fn start(&mut self, mut command: Command) -> u32 {
        let child = command.spawn().expect("it can be started");
        let pid = child.id();
        self.children.push(child);
        pid
    }

    pub(super) fn end(&mut self, pid: u32) {
        for child in self.children.iter_mut().filter(|child| child.id() == pid) {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// The plan for `migration`, written into a project of its own: its deploys then come as releases.
    pub(super) fn plan(&self, migration: (&str, &str)) {
        self.write_all("project", &[migration]);
        let version = format!("{}:{}", self.engine(), self.major());
        self.write("project/phasewise.yaml", &format!("engine: {version}\n"));
        let mut command = self.phasewise(&["plan", "--write", migration.0]);
        let output = command.current_dir(self.path("project")).output().expect("the binary is built");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn major(&self) -> String {
        let version = self.database.version();
        let parts: Vec<&str> = version.split('.').collect();
        let count = if self.database.engine() == Engine::Postgres { 1 } else { 2 };
        parts[..count].join(".")
    }

    pub(super) fn plan_id(&self) -> String {
        let mut plans = fs::read_dir(self.path("project/database/plans")).expect("there is a plan");
        plans.next().expect("there is one").expect("it can be read").file_name().to_string_lossy().into_owned()
    }

    /// The next deploy of the plan is put in place; whoever does it has seen what it waits for.
    pub(super) fn advance(&self) {
        let id = self.plan_id();
        let path = format!("project/database/plans/{id}/plan.yaml");
        let holds: Vec<String> = fs::read_to_string(self.path(&path))
            .expect("it is there")
            .split("\n  - id: ")
            .filter(|step| step.contains("kind: hold"))
            .filter_map(|step| step.lines().next().map(str::to_owned))
            .collect();
        let mut arguments = vec!["advance", &id];
        for hold in &holds {
            arguments.extend(["--seen", hold]);
        }
        let output =
            self.phasewise(&arguments).current_dir(self.path("project")).output().expect("the binary is built");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }

    /// What the project has becomes a release.
    pub(super) fn release_project(&self, name: &str) {
        copy(&self.path("project"), &self.path(&format!("releases/{name}")));
    }

    /// Puts something in the place of a part of a file.
    pub(super) fn edit(&self, path: &str, from: &str, to: &str) {
        let path = self.path(path);
        let text = fs::read_to_string(&path).expect("it is there");
        assert!(text.contains(from), "`{from}` is not in {}", path.display());
        fs::write(path, text.replace(from, to)).expect("the folder is the test's own");
    }

    #[track_caller]
    pub(super) fn sql(&self, script: &str) {
        let answer = self.database.run(script);
        assert!(answer.ok, "{}", answer.stderr);
    }

    pub(super) fn ledger(&self) -> String {
        fs::read_to_string(self.path("shared/.phasewise/ledger.jsonl")).unwrap_or_default()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        for child in &mut self.children {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("the folder is the test's own");
    for entry in fs::read_dir(from).expect("it is there") {
        let entry = entry.expect("it can be read");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("it is there").is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("the folder is the test's own");
        }
    }
}

/// Waits until something is so, for at most ten seconds.
#[track_caller]
pub(super) fn until(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..200 {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("not within ten seconds: {what}");
}
