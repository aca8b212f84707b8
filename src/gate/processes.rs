//! The processes of the releases on this host, as `/proc` shows them.
//!
//! PHP on the command line keeps its script open: a worker that was started as `php current/artisan` has
//! `releases/41/artisan` open, whatever `current` means by now. PHP-FPM does not; of it only its age can be told.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// A process that runs code of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseProcess {
    pub pid: u32,
    /// Its command line, cut short.
    pub command: String,
    /// The release whose file it has open.
    pub release: PathBuf,
    /// The release has been removed since.
    pub is_gone: bool,
}

/// A PHP-FPM worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FpmProcess {
    pub pid: u32,
    /// `php-fpm: pool www`
    pub command: String,
    pub began: Option<SystemTime>,
}

/// What was seen of the processes on this host.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Processes {
    pub of_releases: Vec<ReleaseProcess>,
    pub fpm: Vec<FpmProcess>,
    /// Processes of PHP whose files this user may not look at, by their command lines.
    pub hidden: Vec<(u32, String)>,
    /// Why nothing could be seen at all.
    pub blind: Option<String>,
}

const SHOWN: usize = 120;

impl Processes {
    /// Looks through `proc` for what has files below `releases` open. `own` are processes that do not count: the gate's.
    pub fn look(proc: &Path, releases: &Path, own: &BTreeSet<u32>) -> Self {
        let mut seen = Self::default();
        let entries = match fs::read_dir(proc) {
            Ok(entries) => entries,
            Err(error) => {
                return Self { blind: Some(format!("`{}` cannot be read: {error}", proc.display())), ..seen };
            }
        };
        let boot = boot_time(proc);
        let mut pids: Vec<u32> =
            entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
        pids.sort_unstable();
        if pids.is_empty() {
            seen.blind = Some(format!("`{}` shows no process", proc.display()));
        }
        for pid in pids.into_iter().filter(|pid| !own.contains(pid)) {
            seen.look_at(pid, &proc.join(pid.to_string()), releases, boot);
        }
        seen
    }

    fn look_at(&mut self, pid: u32, process: &Path, releases: &Path, boot: Option<SystemTime>) {
        // Empty for a process that is just being started, and for the kernel's own, which have nothing open.
        let command = command_line(process);
        if command.starts_with("php-fpm: pool") {
            let began = boot.zip(began(process)).map(|(boot, ticks)| boot + since_boot(ticks));
            self.fpm.push(FpmProcess { pid, command, began });
            return;
        }
        match open_below(process, releases) {
            Ok(Some((release, is_gone))) => {
                self.of_releases.push(ReleaseProcess { pid, command, release, is_gone });
            }
            Ok(None) => {}
            Err(()) if runs_php(&command) => self.hidden.push((pid, command)),
            Err(()) => {}
        }
    }
}

/// When a process began, in ticks since the machine did; with its number that names it for good.
pub fn began(process: &Path) -> Option<u64> {
    let stat = fs::read_to_string(process.join("stat")).ok()?;
    // The name of the program stands in brackets and may hold anything.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    // One that has ended, and for which nobody has asked yet, does nothing any more.
    let state = fields.next()?;
    if matches!(state, "Z" | "X") { None } else { fields.nth(18)?.parse().ok() }
}

/// Whether the process of that number that began then still runs.
pub fn runs(pid: u32, ticks: u64) -> bool {
    began(&Path::new("/proc").join(pid.to_string())) == Some(ticks)
}

/// Whether a process with that command line runs, as far as it is kept.
pub fn any_runs(command: &str) -> bool {
    let wanted = shortened(command);
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes.map(|entry| entry.path()).any(|process| began(&process).is_some() && command_line(&process) == wanted)
}

/// Whether it may run code of an application: PHP on the command line, whatever it was told to do.
fn runs_php(command: &str) -> bool {
    let program = command.split_whitespace().next().unwrap_or_default();
    let program = program.rsplit('/').next().unwrap_or(program);
    command.contains("artisan") || program.starts_with("php") && !program.starts_with("php-fpm")
}

fn command_line(process: &Path) -> String {
    let bytes = fs::read(process.join("cmdline")).unwrap_or_default();
    shortened(&String::from_utf8_lossy(&bytes).replace('\0', " "))
}

fn shortened(command: &str) -> String {
    command.trim().chars().take(SHOWN).filter(|letter| !letter.is_control()).collect()
}

/// The release of which the process has a file open or in which it works, and whether that is gone; an error where it
/// may not be looked at.
fn open_below(process: &Path, releases: &Path) -> Result<Option<(PathBuf, bool)>, ()> {
    let descriptors = fs::read_dir(process.join("fd")).map_err(drop)?;
    let targets = descriptors.flatten().map(|entry| entry.path()).chain([process.join("cwd")]);
    for target in targets.filter_map(|link| fs::read_link(link).ok()) {
        let shown = target.to_string_lossy();
        let (path, is_deleted) = shown.strip_suffix(" (deleted)").map_or((&*shown, false), |path| (path, true));
        let below = Path::new(path).strip_prefix(releases).ok().and_then(|below| below.components().next());
        if let Some(name) = below {
            let release = releases.join(name);
            let is_gone = is_deleted && !release.is_dir();
            return Ok(Some((release, is_gone)));
        }
    }
    Ok(None)
}

fn boot_time(proc: &Path) -> Option<SystemTime> {
    let stat = fs::read_to_string(proc.join("stat")).ok()?;
    let seconds = stat.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()?;
    Some(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
}

fn since_boot(ticks: u64) -> Duration {
    let per_second = rustix::param::clock_ticks_per_second().max(1);
    Duration::from_millis(ticks.saturating_mul(1000) / per_second)
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    /// A process that keeps a file of a release open, as PHP does its script.
    fn sleeper(script: &Path) -> std::process::Child {
        let file = fs::File::open(script).unwrap();
        Command::new("sleep").arg("30").stdin(Stdio::from(file)).spawn().unwrap()
    }

    #[test]
    fn a_process_is_told_by_the_file_that_it_has_open() {
        let site = tempfile::tempdir().unwrap();
        let releases = fs::canonicalize(site.path()).unwrap().join("releases");
        let script = releases.join("41/artisan");
        fs::create_dir_all(script.parent().unwrap()).unwrap();
        fs::write(&script, "").unwrap();
        let mut child = sleeper(&script);
        let seen = Processes::look(Path::new("/proc"), &releases, &BTreeSet::new());
        let own = Processes::look(Path::new("/proc"), &releases, &BTreeSet::from([child.id()]));
        fs::remove_dir_all(releases.join("41")).unwrap();
        let gone = Processes::look(Path::new("/proc"), &releases, &BTreeSet::new());
        let ticks = began(&Path::new("/proc").join(child.id().to_string())).unwrap();
        assert!(runs(child.id(), ticks) && !runs(child.id(), ticks + 1));
        child.kill().unwrap();
        child.wait().unwrap();
        let found = |seen: &Processes| {
            seen.of_releases.iter().map(|one| (one.pid, one.release.clone(), one.is_gone)).collect::<Vec<_>>()
        };
        assert_eq!(found(&seen), [(child.id(), releases.join("41"), false)]);
        assert_eq!(found(&own), []);
        assert_eq!(found(&gone), [(child.id(), releases.join("41"), true)]);
        assert!(!runs(child.id(), ticks));
    }

    #[test]
    fn without_proc_nothing_is_seen_and_that_is_said() {
        let empty = tempfile::tempdir().unwrap();
        let seen = Processes::look(empty.path(), Path::new("/srv/releases"), &BTreeSet::new());
        assert!(seen.blind.is_some());
        assert!(Processes::look(Path::new("/absent"), Path::new("/srv"), &BTreeSet::new()).blind.is_some());
    }
}
