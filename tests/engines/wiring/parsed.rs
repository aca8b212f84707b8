//! Each tool reads what was written for it.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::availability::{Outcome, program};

/// What is written for shells; Forge's has its macros in it, which Forge replaces before a shell sees them.
const SCRIPTS: [(&str, &str); 8] = [
    ("bash", "deploy/release.sh"),
    ("envoyer", "deploy/envoyer/before-activate.sh"),
    ("envoyer", "deploy/envoyer/after-activate.sh"),
    ("envoyer", "deploy/envoyer/before-rollback.sh"),
    ("forge", "deploy/forge.sh"),
    ("kamal", ".kamal/hooks/pre-deploy"),
    ("kamal", ".kamal/hooks/post-deploy"),
    ("kamal", "deploy/gate.sh"),
];

pub(crate) fn bash_reads_its_scripts() -> Outcome {
    let bash = program("bash")?;
    for (tool, path) in SCRIPTS {
        check(Command::new(&bash).arg("-n"), &written(tool), path);
    }
    Ok(())
}

pub(crate) fn shellcheck_has_no_complaint() -> Outcome {
    let shellcheck = program("shellcheck")?;
    for (tool, path) in SCRIPTS {
        // Envoyer and Forge take what they call by their variables, which stand there as words.
        check(Command::new(&shellcheck).args(["--shell=bash", "--exclude=SC2086,SC2046"]), &written(tool), path);
    }
    Ok(())
}

pub(crate) fn php_reads_the_recipe() -> Outcome {
    check(Command::new(program("php")?).arg("-l"), &written("deployer"), "deploy/phasewise.php");
    Ok(())
}

pub(crate) fn ruby_reads_the_tasks() -> Outcome {
    check(Command::new(program("ruby")?).arg("-c"), &written("capistrano"), "lib/capistrano/tasks/phasewise.rake");
    Ok(())
}

/// A project for which `init --deploy` wrote what it writes for that tool.
pub(crate) fn written(tool: &str) -> TempDir {
    let project = TempDir::new().expect("a temporary folder");
    fs::write(project.path().join("artisan"), "").expect("a file");
    init(project.path(), tool);
    project
}

#[track_caller]
pub(crate) fn init(project: &Path, tool: &str) {
    let status = Command::new(env!("CARGO_BIN_EXE_phasewise"))
        .args(["init", "--deploy", tool])
        .current_dir(project)
        .env("GIT_CEILING_DIRECTORIES", "/")
        .output()
        .expect("the binary is built");
    assert!(status.status.success(), "{}", String::from_utf8_lossy(&status.stderr));
}

#[track_caller]
fn check(reader: &mut Command, project: &TempDir, path: &str) {
    let file = project.path().join(path);
    let text = fs::read_to_string(&file).expect("it was written");
    fs::write(&file, with_variables(&text)).expect("a file");
    let output = reader.arg(&file).output().expect("the tool runs");
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{path}: {}", String::from_utf8_lossy(&said));
}

/// The text as Forge and Envoyer hand it to a shell.
fn with_variables(text: &str) -> String {
    ["CREATE_RELEASE", "ACTIVATE_RELEASE", "RESTART_QUEUES"]
        .iter()
        .fold(text.to_owned(), |text, name| text.replace(&format!("${name}()"), "true"))
        .replace("{{ release }}", "/srv/shop/releases/2")
        .replace("{{ project }}", "/srv/shop")
        .replace("{{ php }}", "php8.3")
}
