//! What `phasewise init` says and writes, and what it leaves alone.

use std::fs;
use std::path::Path;

use crate::cli::{directory, git, phasewise, run};

const TOOLS: [&str; 7] = ["bash", "deployer", "capistrano", "envoyer", "forge", "kamal", "helm"];

/// A Laravel project, as far as its root shows it.
const ARTISAN: (&str, &str) = ("artisan", "");

/// What the command says, then every file that is there.
#[track_caller]
fn check(files: &[(&str, &str)], arguments: &[&str]) -> String {
    let directory = directory(files);
    let said = run(directory.path(), &[&["init"], arguments].concat());
    format!("{said}--- files\n{}\n", paths(directory.path()).join("\n"))
}

/// The paths of the files below the directory, sorted; of those that can be run with a star.
fn paths(directory: &Path) -> Vec<String> {
    let (mut found, mut open) = (Vec::new(), vec![directory.to_owned()]);
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let shown = path.strip_prefix(directory).unwrap().display().to_string();
            match path.is_dir() {
                true if shown == ".git" => {}
                true => open.push(path),
                false => found.push(format!("{shown}{}", if is_executable(&path) { " *" } else { "" })),
            }
        }
    }
    found.sort();
    found
}

fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).unwrap().permissions().mode() & 0o100 != 0
}

#[test]
fn each_tool_gets_its_files_and_people_the_rest() {
    let all = TOOLS.map(|tool| format!("## {tool}\n{}", check(&[ARTISAN], &["--deploy", tool])));
    insta::assert_snapshot!("init_deploy", all.join("\n"));
    let others: [&[&str]; 3] = [&["--ci", "github"], &["--ci", "gitlab"], &["--pre-commit"]];
    let all = others.map(|arguments| format!("## {}\n{}", arguments.join(" "), check(&[ARTISAN], arguments)));
    insta::assert_snapshot!("init_ci", all.join("\n"));
}

#[test]
fn without_a_flag_it_says_what_would_be_of_use() {
    let there = [ARTISAN, ("Capfile", ""), (".gitlab-ci.yml", ""), (".pre-commit-config.yaml", "")];
    insta::assert_snapshot!("init_seen", check(&there, &[]));
    insta::assert_snapshot!("init_seen_nothing", check(&[ARTISAN], &[]));
}

#[test]
fn what_people_wrote_is_theirs() {
    let there = [
        ARTISAN,
        ("deploy.php", "<?php\nrequire 'recipe/laravel.php';\n"),
        (".gitlab-ci.yml", "include: []\n"),
        (".pre-commit-config.yaml", "repos: []\n"),
    ];
    let arguments = ["--deploy", "deployer", "--ci", "gitlab", "--pre-commit"];
    insta::assert_snapshot!("init_beside", check(&there, &arguments));
    let directory = directory(&there);
    run(directory.path(), &["init", "--deploy", "deployer", "--ci", "gitlab", "--pre-commit", "--force"]);
    for (path, text) in there {
        assert_eq!(fs::read_to_string(directory.path().join(path)).unwrap(), text);
    }
}

#[test]
fn an_edited_file_is_written_over_only_by_force_and_then_all_or_nothing() {
    let directory = directory(&[ARTISAN, ("deploy/gate.sh", "mine\n")]);
    let text = |path: &str| fs::read_to_string(directory.path().join(path)).unwrap();
    let said = run(directory.path(), &["init", "--deploy", "kamal"]);
    assert!(said.starts_with("exit 2") && said.contains("`deploy/gate.sh`"), "{said}");
    assert_eq!(text("deploy/gate.sh"), "mine\n");
    assert_eq!(paths(directory.path()), ["artisan", "deploy/gate.sh"]);
    let said = run(directory.path(), &["init", "--deploy", "kamal", "--force"]);
    assert!(said.starts_with("exit 0"), "{said}");
    assert!(text("deploy/gate.sh").starts_with("#!/bin/sh\n"));
}

#[test]
fn what_is_done_is_not_asked_for_again() {
    let done = "<?php\nrequire 'recipe/laravel.php';\nrequire __DIR__ . '/deploy/phasewise.php';\n";
    let directory = directory(&[ARTISAN, ("deploy.php", done)]);
    let first = run(directory.path(), &["init", "--deploy", "deployer"]);
    assert!(first.contains("wrote   deploy/phasewise.php") && !first.contains("in `deploy.php`"), "{first}");
    run(directory.path(), &["init", "--pre-commit"]);
    assert_eq!(run(directory.path(), &["init", "--pre-commit"]), "exit 0\n--- stdout\nall is there already\n");
}

#[test]
fn a_project_within_a_repository_has_its_ci_at_the_top() {
    let directory = directory(&[("backend/artisan", "")]);
    git(directory.path(), &["init", "--quiet"]);
    let backend = directory.path().join("backend");
    for arguments in [["--ci", "github"], ["--ci", "gitlab"], ["--deploy", "bash"]] {
        let arguments = [&["init"], &arguments[..]].concat();
        assert!(phasewise(directory.path(), &arguments).current_dir(&backend).output().unwrap().status.success());
    }
    assert_eq!(
        paths(directory.path()),
        [
            ".github/workflows/migrations.yml",
            ".gitlab-ci.yml",
            ".gitlab/migrations.yml",
            "backend/artisan",
            "backend/deploy/release.sh *",
        ]
    );
    let text = |path: &str| fs::read_to_string(directory.path().join(path)).unwrap();
    let workflow: serde_yaml::Value = serde_yaml::from_str(&text(".github/workflows/migrations.yml")).unwrap();
    assert_eq!(workflow["jobs"]["lint"]["defaults"]["run"]["working-directory"], "backend");
    let job: serde_yaml::Value = serde_yaml::from_str(&text(".gitlab/migrations.yml")).unwrap();
    assert!(job["migrations"]["script"].as_sequence().unwrap().contains(&"cd backend".into()));
}

/// A shallow checkout has no base to hold a branch against: then nothing is new, and nothing is found.
#[test]
fn pipelines_are_yaml_and_fetch_the_whole_history() {
    let directory = directory(&[ARTISAN]);
    for arguments in [["--ci", "github"], ["--ci", "gitlab"], ["--deploy", "helm"]] {
        run(directory.path(), &[&["init"], &arguments[..]].concat());
    }
    run(directory.path(), &["init", "--pre-commit"]);
    let read = |path: &str| -> serde_yaml::Value {
        serde_yaml::from_str(&fs::read_to_string(directory.path().join(path)).unwrap()).unwrap()
    };
    let workflow = read(".github/workflows/migrations.yml");
    assert_eq!(workflow["jobs"]["lint"]["steps"][0]["with"]["fetch-depth"], 0);
    assert_eq!(read(".gitlab/migrations.yml")["migrations"]["variables"]["GIT_DEPTH"], "0");
    assert_eq!(read(".gitlab-ci.yml")["include"][0]["local"], ".gitlab/migrations.yml");
    assert_eq!(read(".pre-commit-config.yaml")["repos"][0]["hooks"][0]["entry"], "phasewise lint");
    let hooks = [
        ("migrate", "pre-install,pre-upgrade"),
        ("live", "post-install,post-upgrade,post-rollback"),
        ("back", "pre-rollback"),
    ];
    for (name, hook) in hooks {
        let job = read(&format!("chart/templates/phasewise-{name}.yaml"));
        assert_eq!(job["metadata"]["annotations"]["helm.sh/hook"], hook);
        assert_eq!(job["spec"]["template"]["spec"]["containers"][0]["command"][2], name);
        assert_eq!(job["spec"]["backoffLimit"], 0);
    }
}
