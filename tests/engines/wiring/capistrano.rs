//! Capistrano itself, with the tasks that `phasewise init --deploy capistrano` writes, on this machine.

use std::process::Output;

use super::parsed::init;
use super::site::{DROP, NULLABLE, REQUIRED, Site, USES_NONE, last_line};
use crate::availability::{Outcome, Unavailable, program};

const CAPFILE: &str = r#"require "capistrano/setup"
require "capistrano/deploy"
require "capistrano/scm/git"
install_plugin Capistrano::SCM::Git
Dir.glob("lib/capistrano/tasks/*.rake").each { |task| import task }
"#;

const DEPLOY: &str = r#"set :application, "shop"
set :repo_url, Dir.pwd
set :branch, "main"
set :deploy_to, ENV.fetch("SITE")
set :sshkit_backend, SSHKit::Backend::Local
set :tmp_dir, File.dirname(ENV.fetch("SITE"))
"#;

fn site() -> Result<Site, Unavailable> {
    program("cap")?;
    program("git")?;
    let site = Site::new()?;
    // Capistrano names releases itself.
    std::fs::remove_file(site.path("bin/date")).expect("it is there");
    site.write("source/Capfile", CAPFILE);
    site.write("source/config/deploy.rb", DEPLOY);
    site.write("source/config/deploy/production.rb", "server \"localhost\", roles: %w[app db web]\n");
    init(&site.path("source"), "capistrano");
    git(&site, &["init", "--quiet", "--initial-branch=main"]);
    Ok(site)
}

fn git(site: &Site, arguments: &[&str]) {
    let author = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"];
    let status = site.command("git").args(author).args(arguments).status().expect("git runs");
    assert!(status.success(), "git {arguments:?}");
}

/// Commits what there is, and deploys that. Capistrano names releases by the second.
fn deploy(site: &Site) -> Output {
    git(site, &["add", "--all"]);
    git(site, &["commit", "--quiet", "--allow-empty", "--message=change"]);
    cap(site, &["deploy"])
}

fn cap(site: &Site, arguments: &[&str]) -> Output {
    let before = second();
    while second() == before {
        std::thread::yield_now();
    }
    let cap = program("cap").unwrap_or_default();
    site.command(cap).arg("production").args(arguments).output().expect("it runs")
}

fn second() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(0, |now| now.as_secs())
}

#[track_caller]
fn live_after(site: &Site, output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    site.live().expect("a release is live")
}

#[track_caller]
fn refused(output: &Output) -> String {
    assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub(crate) fn a_refusal_stops_before_the_link_moves() -> Outcome {
    let site = site()?;
    let first = live_after(&site, &deploy(&site));
    assert_eq!(site.calls(), [format!("artisan migrate in {first}"), format!("artisan queue:restart in {first}")]);
    site.migration(&REQUIRED);
    let output = deploy(&site);
    refused(&output);
    // Capistrano logs what was said, and ends with 1 whatever the gate ended with.
    assert!(last_line(&output).contains("phasewise: REFUSED 3 finding"), "{}", last_line(&output));
    assert_eq!(site.releases(), format!("[{first}]"));
    assert_eq!(site.columns(), "id fax");
    assert_eq!(site.calls(), [""; 0]);
    // Nothing that it left keeps the next one out.
    site.without(&REQUIRED);
    let next = live_after(&site, &deploy(&site));
    assert_ne!(next, first);
    Ok(())
}

/// Capistrano goes back to the last directory but one: with the refused one there, that is the one that is live.
pub(crate) fn a_rollback_does_not_land_on_what_was_refused() -> Outcome {
    let site = site()?;
    let first = live_after(&site, &deploy(&site));
    site.migration(&NULLABLE);
    let second = live_after(&site, &deploy(&site));
    site.migration(&REQUIRED);
    refused(&deploy(&site));
    assert_eq!(site.live(), Some(second));
    assert_eq!(live_after(&site, &cap(&site, &["deploy:rollback"])), first);
    Ok(())
}

pub(crate) fn a_rollback_that_would_break_is_refused() -> Outcome {
    let site = site()?;
    let first = live_after(&site, &deploy(&site));
    site.model(USES_NONE);
    site.migration_with(&DROP, "        // phasewise-ignore column-dropped: the form that wrote it is switched off\n");
    let second = live_after(&site, &deploy(&site));
    let said = refused(&cap(&site, &["deploy:rollback"]));
    assert!(said.contains("phasewise: REFUSED 3 still-used"), "{said}");
    assert_eq!(site.releases(), format!("{first} [{second}]"));
    Ok(())
}
