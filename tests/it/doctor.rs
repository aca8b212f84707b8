//! `phasewise gate doctor` on small sites, a bad and a good one for each kind of complaint.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::{directory, run};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/doctor");
/// The configuration of those that are about something else.
const NONE: &str = "none";

/// What the doctor says of a fixture, with its own configuration of nginx and PHP-FPM where it has one.
#[track_caller]
fn check(fixture: &Path) -> String {
    let own = |path: &str| {
        let found = fixture.join(path);
        if found.exists() { path.to_owned() } else { format!("../../{NONE}/{path}") }
    };
    let (nginx, fpm) = (own("nginx"), own("php-fpm.conf"));
    let mut arguments = vec!["gate", "doctor", "--nginx", &nginx, "--fpm", &fpm];
    if fixture.join("current").symlink_metadata().is_ok() {
        arguments.extend(["--current", "current"]);
    }
    run(fixture, &arguments)
}

fn fixtures() -> Vec<PathBuf> {
    let entries = fs::read_dir(FIXTURES).unwrap().map(|entry| entry.unwrap().path());
    let mut fixtures: Vec<_> = entries.filter(|path| !path.ends_with(NONE)).collect();
    fixtures.sort();
    fixtures
}

#[test]
fn each_bad_site_has_its_complaint_and_the_good_one_none() {
    let mut all = String::new();
    for fixture in fixtures() {
        let id = fixture.file_name().unwrap().to_str().unwrap();
        let bad = check(&fixture.join("bad"));
        let complaints: Vec<&str> = bad
            .lines()
            .filter(|line| !line.starts_with([' ', '-']) && !line.starts_with("read") && !line.starts_with("not read"))
            .filter_map(|line| Some(line.split_once(": ")?.0))
            .filter(|name| *name != "phasewise")
            .collect();
        assert!(complaints.contains(&id) && bad.starts_with("exit 3"), "{id}: {bad}");
        assert!(complaints.iter().all(|found| *found == id), "{id}: {complaints:?}");
        let good = check(&fixture.join("good"));
        assert!(good.starts_with("exit 0"), "{id}: {good}");
        writeln!(all, "## {id}\n{bad}").unwrap();
    }
    insta::assert_snapshot!("doctor", all);
}

/// Every kind that there is has its fixture.
#[test]
fn no_kind_is_without_a_site() {
    let text = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/gate/doctor/ailment.rs")).unwrap();
    let ids = text.lines().filter_map(|line| line.trim().strip_prefix("id: \"")?.strip_suffix("\","));
    let without: Vec<_> = ids.filter(|id| !Path::new(FIXTURES).join(id).join("bad").is_dir()).collect();
    assert!(without.is_empty(), "{without:?}");
}

/// What `init` writes is what the doctor asks for.
#[test]
fn what_init_writes_has_no_complaint() {
    for tool in ["bash", "deployer", "capistrano", "envoyer", "forge", "kamal"] {
        let directory = directory(&[("artisan", "")]);
        run(directory.path(), &["init", "--deploy", tool]);
        let nginx = format!("{FIXTURES}/{NONE}/nginx");
        let fpm = format!("{FIXTURES}/{NONE}/php-fpm.conf");
        let said = run(directory.path(), &["gate", "doctor", "--nginx", &nginx, "--fpm", &fpm]);
        assert!(said.starts_with("exit 0"), "{tool}: {said}");
    }
}

/// What it cannot look at it says.
#[test]
fn what_was_not_read_is_said() {
    let directory =
        directory(&[("artisan", ""), ("nginx.conf", "http { include gone.conf; }\n"), ("php-fpm.conf", "")]);
    let said = run(directory.path(), &["gate", "doctor", "--nginx", "nginx.conf", "--fpm", "php-fpm.conf"]);
    assert!(said.contains("not read: nginx: `gone.conf`, which nginx.conf:1 includes"), "{said}");
    assert!(said.contains("not read: `current`"), "{said}");
    let said = run(directory.path(), &["gate", "doctor", "--nginx", "absent.conf"]);
    assert!(said.starts_with("exit 2") && said.contains("`absent.conf` cannot be read"), "{said}");
}
