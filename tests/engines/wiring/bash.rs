//! The release script that `phasewise init --deploy bash` writes, run on a site.

use std::process::Output;

use super::parsed::init;
use super::site::{DROP, NULLABLE, REQUIRED, Site, USES_FAX, USES_NONE, last_line};
use crate::availability::{Outcome, Unavailable};

/// Said in a migration that drops what the live code still uses.
const LET_STAND: &str = "        // phasewise-ignore column-dropped: the form that wrote it is switched off\n";

fn site() -> Result<Site, Unavailable> {
    let site = Site::new()?;
    init(&site.path("source"), "bash");
    Ok(site)
}

fn run(site: &Site, arguments: &[&str]) -> Output {
    site.command(site.path("source/deploy/release.sh")).env("KEEP", "2").args(arguments).output().expect("it runs")
}

#[track_caller]
fn check(site: &Site, arguments: &[&str], code: i32, releases: &str) -> Output {
    let output = run(site, arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
    assert_eq!(site.releases(), releases, "{arguments:?}: {said}");
    output
}

/// The build is done before the migrations, the workers are told after the swap, and each once.
pub(crate) fn a_deploy_goes_through_its_steps_in_order() -> Outcome {
    let site = site()?;
    check(&site, &["deploy"], 0, "[20260101000000]");
    let calls = [
        "composer install --no-dev --no-interaction --prefer-dist --optimize-autoloader",
        "artisan storage:link in 20260101000000",
        "artisan optimize in 20260101000000",
        "artisan migrate in 20260101000000",
        "reload",
        "artisan queue:restart in 20260101000000",
    ];
    assert_eq!(site.calls(), calls);
    site.migration(&NULLABLE);
    check(&site, &["deploy"], 0, "20260101000000 [20260101000001]");
    assert_eq!(site.calls().len(), calls.len());
    assert_eq!(site.columns(), "id fax note");
    Ok(())
}

pub(crate) fn a_refusal_leaves_the_site_and_frees_the_lock() -> Outcome {
    let site = site()?;
    check(&site, &["deploy"], 0, "[20260101000000]");
    site.migration(&REQUIRED);
    site.calls();
    let refused = check(&site, &["deploy"], 3, "[20260101000000] 20260101000001!");
    assert!(last_line(&refused).starts_with("phasewise: REFUSED 3 finding"), "{}", last_line(&refused));
    assert_eq!(site.columns(), "id fax");
    assert!(!site.calls().iter().any(|call| call.contains("migrate") || call.contains("restart") || call == "reload"));
    site.without(&REQUIRED);
    check(&site, &["deploy"], 0, "20260101000000 [20260101000002]");
    Ok(())
}

pub(crate) fn a_build_that_fails_never_goes_live() -> Outcome {
    let site = site()?;
    check(&site, &["deploy"], 0, "[20260101000000]");
    std::fs::remove_file(site.path("bin/composer")).expect("it is there");
    site.write("bin/composer", "#!/bin/sh\nexit 9\n");
    site.command("chmod").arg("+x").arg(site.path("bin/composer")).status().expect("it runs");
    check(&site, &["deploy"], 9, "[20260101000000] 20260101000001!");
    check(&site, &["rollback"], 2, "[20260101000000] 20260101000001!");
    Ok(())
}

pub(crate) fn a_rollback_asks_whether_the_older_code_can_run() -> Outcome {
    let site = site()?;
    check(&site, &["deploy"], 0, "[20260101000000]");
    site.migration(&NULLABLE);
    site.model(USES_NONE);
    check(&site, &["deploy"], 0, "20260101000000 [20260101000001]");
    site.calls();
    check(&site, &["rollback"], 0, "[20260101000000] 20260101000001!");
    assert_eq!(site.calls(), ["reload", "artisan queue:restart in 20260101000000"]);
    // Forward again, and on to where the column goes that the first release uses.
    check(&site, &["deploy"], 0, "20260101000000 [20260101000002]");
    site.migration(&DROP);
    check(&site, &["deploy"], 0, "20260101000002 [20260101000003]");
    check(&site, &["rollback"], 0, "[20260101000002] 20260101000003!");
    Ok(())
}

/// What a person let stand for the code of then was not said of older code.
pub(crate) fn a_rollback_that_would_break_is_refused() -> Outcome {
    let site = site()?;
    check(&site, &["deploy"], 0, "[20260101000000]");
    site.model(USES_NONE);
    site.migration_with(&DROP, LET_STAND);
    check(&site, &["deploy"], 0, "20260101000000 [20260101000001]");
    site.calls();
    let refused = check(&site, &["rollback"], 3, "20260101000000 [20260101000001]");
    assert!(last_line(&refused).starts_with("phasewise: REFUSED 3 still-used"), "{}", last_line(&refused));
    assert_eq!(site.calls(), [""; 0]);
    Ok(())
}

/// Two are kept: the live one and the one before it, which can not come back; so the one that can stays as well.
pub(crate) fn pruning_keeps_a_way_back() -> Outcome {
    let site = site()?;
    site.model("");
    check(&site, &["deploy"], 0, "[20260101000000]");
    site.model(USES_FAX);
    check(&site, &["deploy"], 0, "20260101000000 [20260101000001]");
    site.model("");
    site.migration_with(&DROP, LET_STAND);
    check(&site, &["deploy"], 0, "20260101000000 20260101000001 [20260101000002]");
    Ok(())
}

pub(crate) fn two_at_once_are_one_after_another() -> Outcome {
    let site = site()?;
    site.command("flock")
        .arg(site.path("site/shared/release.lock"))
        .arg(site.path("source/deploy/release.sh"))
        .arg("deploy")
        .output()
        .map(|output| {
            assert_eq!(output.status.code(), Some(6), "{}", String::from_utf8_lossy(&output.stderr));
        })
        .expect("it runs");
    assert_eq!(site.live(), None);
    check(&site, &["deploy"], 0, "[20260101000000]");
    Ok(())
}
