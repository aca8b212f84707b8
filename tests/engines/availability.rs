//! What a test needs from the machine: a test that lacks it says what, and is counted as ignored.
//!
//! With `PHASEWISE_REQUIRE_ALL=1`, as `tests/run` sets it, the lack is a failure instead.

use std::env;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use libtest_mimic::{Completion, Failed};

/// What is missing, in words for the one who runs the tests.
#[derive(Debug, Clone)]
pub(crate) struct Unavailable(pub(crate) String);

/// How a test ends that does not panic.
pub(crate) type Outcome = Result<(), Unavailable>;

/// Where Debian keeps programs that are on no ordinary user's PATH. The newest PostgreSQL sorts last.
const PROGRAM_FOLDERS: [&str; 2] = ["/usr/sbin", "/usr/local/sbin"];
const POSTGRES_FOLDER: &str = "/usr/lib/postgresql";

/// The outcome as the harness wants it.
pub(crate) fn completion(outcome: Outcome) -> Result<Completion, Failed> {
    match outcome {
        Ok(()) => Ok(Completion::Completed),
        Err(Unavailable(reason)) if env::var_os("PHASEWISE_REQUIRE_ALL").is_some_and(|value| value == "1") => {
            Err(format!("{reason}, and PHASEWISE_REQUIRE_ALL=1 asks for it").into())
        }
        Err(Unavailable(reason)) => Ok(Completion::ignored_with(reason)),
    }
}

/// The program of that name, on the PATH or where Debian puts it.
pub(crate) fn program(name: &str) -> Result<PathBuf, Unavailable> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .chain(PROGRAM_FOLDERS.map(PathBuf::from))
        .chain(postgres_folders())
        .map(|folder| folder.join(name))
        .find(|candidate| candidate.is_file())
        .ok_or_else(|| Unavailable(format!("`{name}` is not installed")))
}

/// Whether PHP has Debian's Laravel and what Laravel needs.
pub(crate) fn laravel() -> Result<PathBuf, Unavailable> {
    let php = program("php")?;
    let found = Command::new(&php)
        .args(["-d", "include_path=/usr/share/php", "-r"])
        .arg("exit(stream_resolve_include_path('Illuminate/Database/autoload.php') && extension_loaded('mbstring') ? 0 : 1);")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    match found {
        Ok(status) if status.success() => Ok(php),
        _ => Err(Unavailable("PHP has no Laravel (Debian's `php-illuminate-database`)".to_owned())),
    }
}

fn postgres_folders() -> Vec<PathBuf> {
    let versions = std::fs::read_dir(POSTGRES_FOLDER).into_iter().flatten().flatten();
    let mut folders: Vec<_> = versions.map(|version| version.path().join("bin")).collect();
    folders.sort();
    folders.reverse();
    folders
}
