//! Deploys of a plan: phases, holds, confirmation, workers.

use super::Scenario;
use super::app::alter;
use super::site::{Ended, Site};
use crate::server::Engine;

const WANTED: &str = "database/migrations/2026_11_30_080000_add_channel_to_orders.php";
const DROPPED: &str = "database/migrations/2026_11_30_080000_drop_note_from_orders.php";

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "the first deploy of a plan",
        engine: None,
        run: first_deploy,
        code: 0,
        last: "GO 0 1 migration may run",
    },
    Scenario {
        name: "all deploys of a plan, each seen through",
        engine: None,
        run: all_deploys,
        code: 0,
        last: "GO 0 * ran",
    },
    Scenario {
        name: "the deploy before was not confirmed",
        engine: None,
        run: not_confirmed,
        code: 5,
        last: "REFUSED 5 not-confirmed *channel*/backfill: nobody saw its release live",
    },
    Scenario {
        name: "pending migrations span two deploys",
        engine: None,
        run: spans_two,
        code: 3,
        last: "REFUSED 3 out-of-phase *: the pending migrations span deploys 1 to 3, and would run in one go",
    },
    Scenario {
        name: "a migration of a later deploy was put in place by hand",
        engine: None,
        run: moved_by_hand,
        code: 3,
        last: "REFUSED 3 out-of-phase *: `*constrain*` is of deploy 3, which nobody advanced the plan to",
    },
    Scenario {
        name: "the backfill is not through",
        engine: None,
        run: rows_remain,
        code: 5,
        last: "REFUSED 5 hold-not-met *no-row: 2 rows remain",
    },
    Scenario {
        name: "rows come back while an old worker lives",
        engine: None,
        run: rows_grow,
        code: 5,
        last: "REFUSED 5 hold-not-met *no-row: * rows remain, and grow: * a moment ago",
    },
    Scenario {
        name: "the backfill gets on",
        engine: None,
        run: rows_shrink,
        code: 5,
        last: "REFUSED 5 hold-not-met *no-row: * rows remain, * fewer than a moment ago",
    },
    Scenario {
        name: "a worker of an older release",
        engine: None,
        run: old_worker,
        code: 5,
        last: "REFUSED 5 old-workers *drained: 1 process of an older release",
    },
    Scenario {
        name: "a worker of a release that is gone",
        engine: None,
        run: worker_of_gone_release,
        code: 5,
        last: "REFUSED 5 old-workers *drained: 1 process of an older release",
    },
    Scenario { name: "a worker of the live release", engine: None, run: new_worker, code: 0, last: "GO 0 * may run" },
    Scenario {
        name: "another host has not said what it runs",
        engine: None,
        run: silent_host,
        code: 4,
        last: "REFUSED 4 old-workers *drained: not every process can be seen",
    },
    Scenario {
        name: "another host runs an older release",
        engine: None,
        run: old_host,
        code: 5,
        last: "REFUSED 5 old-workers *drained: 1 process of an older release",
    },
    Scenario {
        name: "another host runs the live release",
        engine: None,
        run: new_host,
        code: 0,
        last: "GO 0 * may run",
    },
    Scenario {
        name: "the hold takes too long to look at",
        engine: Some(Engine::MariaDb),
        run: hold_times_out,
        code: 4,
        last: "REFUSED 4 hold-not-met *no-row: *",
    },
    Scenario {
        name: "somebody holds the whole table",
        engine: Some(Engine::Postgres),
        run: hold_times_out,
        code: 6,
        last: "REFUSED 6 busy somebody else changes the schema right now",
    },
    Scenario {
        name: "it has not been live for long enough",
        engine: None,
        run: soak,
        code: 5,
        last: "REFUSED 5 not-confirmed *: it has been live for *, and 1h are asked for",
    },
    Scenario { name: "a hold is waived", engine: None, run: waived, code: 0, last: "GO 0 * may run" },
    Scenario {
        name: "a waiver ran out",
        engine: None,
        run: waiver_ran_out,
        code: 2,
        last: "REFUSED 2 bad-plan *: the plan does not hold any more",
    },
    Scenario {
        name: "a migration of the plan was edited",
        engine: None,
        run: tampered,
        code: 2,
        last: "REFUSED 2 bad-plan *: the plan does not hold any more",
    },
    Scenario {
        name: "a plan that cannot be read",
        engine: None,
        run: broken_plan,
        code: 2,
        last: "REFUSED 2 bad-plan database/plans/*/plan.yaml: *",
    },
    Scenario {
        name: "a plan of another engine",
        engine: None,
        run: other_engine,
        code: 2,
        last: "REFUSED 2 bad-plan *: the plan does not hold any more",
    },
    Scenario {
        name: "a broken plan cannot be overridden",
        engine: None,
        run: broken_plan_overridden,
        code: 2,
        last: "REFUSED 2 unusable invalid value 'G01=*",
    },
    Scenario {
        name: "a drop whose column is still used",
        engine: None,
        run: still_used,
        code: 3,
        last: "REFUSED 3 still-used *",
    },
    Scenario {
        name: "a drop whose column was released",
        engine: None,
        run: released,
        code: 0,
        last: "GO 0 1 migration may run",
    },
    Scenario { name: "a hold is let through", engine: None, run: hold_overridden, code: 0, last: "GO 0 * may run" },
    Scenario {
        name: "an abandoned plan asks for nothing",
        engine: None,
        run: aborted,
        code: 0,
        last: "GO 0 nothing is pending",
    },
];

/// The plan for a required column; release 2 is its first deploy.
fn plan(site: &Site) {
    site.plan((WANTED, &alter("$table->string('channel');")));
    // The code of the plan's first release sets the column.
    site.edit("project/app/Models/Order.php", "'note']", "'note', 'channel']");
    site.edit(
        "project/app/Http/Controllers/OrderController.php",
        "'note' => 'new'",
        "'note' => 'new', 'channel' => 'web'",
    );
    let directory = format!("project/database/plans/{}/deploy-2/BackfillOrdersChannel.php", site.plan_id());
    site.edit(&directory, "private const VALUE = null;", "private const VALUE = \"'shop'\";");
    site.release_project("2");
}

/// Runs the gate around the migrator, swaps, and confirms.
#[track_caller]
fn deploy(site: &Site, release: &str) -> Ended {
    let ended = site.exec(release, &[]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    site.swap(release);
    let confirmed = site.confirm(release, &[]);
    assert_eq!(confirmed.code, 0, "{}", confirmed.stderr);
    ended
}

/// The plan up to its last deploy, which is release 4 and pending. Two rows wait for the backfill unless it `ran`.
fn up_to_the_last(site: &Site, ran: bool) {
    plan(site);
    deploy(site, "2");
    site.sql("insert into orders (total) values (1), (2)");
    site.advance();
    site.release_project("3");
    deploy(site, "3");
    if ran {
        site.sql("update orders set channel = 'shop' where channel is null");
    }
    site.advance();
    site.release_project("4");
}

fn first_deploy(site: &mut Site) -> Ended {
    plan(site);
    site.check("2", &[])
}

fn all_deploys(site: &mut Site) -> Ended {
    up_to_the_last(site, true);
    deploy(site, "4")
}

fn not_confirmed(site: &mut Site) -> Ended {
    plan(site);
    deploy(site, "2");
    site.advance();
    site.release_project("3");
    assert_eq!(site.exec("3", &[]).code, 0);
    site.swap("3");
    site.sql("update orders set channel = 'shop' where channel is null");
    site.advance();
    site.release_project("4");
    site.check("4", &[])
}

fn spans_two(site: &mut Site) -> Ended {
    plan(site);
    site.advance();
    site.advance();
    site.release_project("4");
    site.check("4", &[])
}

fn moved_by_hand(site: &mut Site) -> Ended {
    plan(site);
    deploy(site, "2");
    let waiting = site.path(&format!("project/database/plans/{}/deploy-3", site.plan_id()));
    for entry in std::fs::read_dir(waiting).expect("it is there") {
        let path = entry.expect("it can be read").path();
        let name = path.file_name().expect("it has one").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).expect("it is text");
        site.write(&format!("project/database/migrations/2026_12_24_000000_{name}"), &text);
    }
    site.release_project("3");
    site.check("3", &[])
}

fn rows_remain(site: &mut Site) -> Ended {
    up_to_the_last(site, false);
    let ended = site.check("4", &[]);
    assert!(ended.stderr.contains("query: SELECT 1 FROM"), "{}", ended.stderr);
    ended
}

fn rows_grow(site: &mut Site) -> Ended {
    up_to_the_last(site, false);
    let mut session = site.database.session();
    let writer = std::thread::spawn(move || {
        for _ in 0..400 {
            session.execute("insert into orders (total) values (3)").expect("an old worker writes");
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    });
    let ended = site.check("4", &[]);
    writer.join().expect("it ends");
    ended
}

fn rows_shrink(site: &mut Site) -> Ended {
    up_to_the_last(site, false);
    site.sql(&format!("insert into orders (total) values {}", ["(1)"; 900].join(", ")));
    let mut session = site.database.session();
    let filler = std::thread::spawn(move || {
        for id in 0..900 {
            session.execute(&format!("update orders set channel = 'shop' where id = {id}")).expect("a backfill runs");
            std::thread::sleep(std::time::Duration::from_millis(3));
        }
    });
    let ended = site.check("4", &["--sample-gap", "600ms"]);
    filler.join().expect("it ends");
    ended
}

fn old_worker(site: &mut Site) -> Ended {
    up_to_the_last(site, true);
    let worker = site.worker("1");
    let ended = site.check("4", &[]);
    site.end(worker);
    assert!(ended.stderr.contains(&format!("process {worker} of release 1: php")), "{}", ended.stderr);
    ended
}

fn worker_of_gone_release(site: &mut Site) -> Ended {
    up_to_the_last(site, true);
    let worker = site.worker("1");
    site.remove("releases/1");
    let ended = site.check("4", &[]);
    site.end(worker);
    assert!(ended.stderr.contains("of release 1, which is gone: php"), "{}", ended.stderr);
    ended
}

fn new_worker(site: &mut Site) -> Ended {
    up_to_the_last(site, true);
    let worker = site.worker("3");
    let ended = site.check("4", &[]);
    site.end(worker);
    ended
}

fn silent_host(site: &mut Site) -> Ended {
    up_to_the_last(site, true);
    site.write("releases/4/phasewise.yaml", &hosts(site));
    let ended = site.check("4", &[]);
    assert!(ended.stderr.contains("web2 has not said which release it runs"), "{}", ended.stderr);
    ended
}

fn hosts(site: &Site) -> String {
    let text = std::fs::read_to_string(site.path("releases/4/phasewise.yaml")).expect("it is there");
    format!("{text}gate:\n  hosts: [web2]\n")
}

fn attest(site: &Site, release: &str) {
    let arguments = ["gate", "attest", "--host", "web2", "--release", release, "--releases-dir", "releases"];
    let output = site.phasewise(&arguments).output().expect("the binary is built");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn old_host(site: &mut Site) -> Ended {
    up_to_the_last(site, true);
    site.write("releases/4/phasewise.yaml", &hosts(site));
    attest(site, "1");
    site.check("4", &[])
}

fn new_host(site: &mut Site) -> Ended {
    up_to_the_last(site, true);
    site.write("releases/4/phasewise.yaml", &hosts(site));
    attest(site, "1");
    attest(site, "3");
    site.check("4", &[])
}

/// Somebody holds the table, so that its rows cannot be looked at.
fn hold_times_out(site: &mut Site) -> Ended {
    up_to_the_last(site, true);
    let mut session = site.database.session();
    if site.engine() == "postgresql" {
        session.execute("begin").expect("it begins");
        session.execute("lock table orders in access exclusive mode").expect("it locks");
    } else {
        session.execute("lock tables orders write").expect("it locks");
    }
    site.check("4", &["--timeout", "1s"])
}

fn soak(site: &mut Site) -> Ended {
    up_to_the_last(site, true);
    let text = std::fs::read_to_string(site.path("releases/4/phasewise.yaml")).expect("it is there");
    site.write("releases/4/phasewise.yaml", &format!("{text}gate:\n  soak: 1h\n"));
    site.check("4", &[])
}

/// The id of the hold on rows.
fn waive(site: &Site, until: &str) {
    let path = format!("releases/4/database/plans/{}/plan.yaml", site.plan_id());
    let text = std::fs::read_to_string(site.path(&path)).expect("it is there");
    let step = text.split("\n  - id: ").find(|step| step.contains("kind: no-row")).and_then(|step| step.lines().next());
    let step = step.expect("there is a hold on rows");
    let waiver = format!("waivers:\n- {{ step: {step}, reason: no row matters, by: ada, until: {until} }}");
    site.edit(&path, "waivers: []", &waiver);
}

fn waived(site: &mut Site) -> Ended {
    up_to_the_last(site, false);
    waive(site, "2999-12-31");
    let ended = site.check("4", &[]);
    assert!(ended.stderr.contains("waived by ada until 2999-12-31: no row matters"), "{}", ended.stderr);
    ended
}

fn waiver_ran_out(site: &mut Site) -> Ended {
    up_to_the_last(site, false);
    waive(site, "2020-01-01");
    let ended = site.check("4", &[]);
    assert!(ended.stderr.contains("ran out on 2020-01-01"), "{}", ended.stderr);
    ended
}

fn tampered(site: &mut Site) -> Ended {
    plan(site);
    let directory = site.path("releases/2/database/migrations");
    let mut names = std::fs::read_dir(directory).expect("it is there").map(|entry| entry.expect("it is").file_name());
    let name = names.find(|name| name.to_string_lossy().contains("expand")).expect("the plan wrote it");
    site.edit(&format!("releases/2/database/migrations/{}", name.to_string_lossy()), "channel", "canal");
    let ended = site.check("2", &[]);
    assert!(ended.stderr.contains("was edited, a file of step"), "{}", ended.stderr);
    ended
}

fn broken_plan(site: &mut Site) -> Ended {
    plan(site);
    site.write(&format!("releases/2/database/plans/{}/plan.yaml", site.plan_id()), "version: [1\n");
    site.check("2", &[])
}

fn broken_plan_overridden(site: &mut Site) -> Ended {
    plan(site);
    site.write(&format!("releases/2/database/plans/{}/plan.yaml", site.plan_id()), "version: [1\n");
    site.check("2", &["--override", "G01=it was well this morning"])
}

fn other_engine(site: &mut Site) -> Ended {
    plan(site);
    let path = format!("releases/2/database/plans/{}/plan.yaml", site.plan_id());
    let engine = std::fs::read_to_string(site.path(&path)).expect("it is there");
    let engine = engine.lines().find(|line| line.starts_with("engine: ")).expect("it has one").to_owned();
    site.edit(&path, &engine, "engine: sqlite:3.46");
    site.check("2", &[])
}

/// The plan for a dropped column; release 2 is its first deploy, whose code should not use it any more.
fn plan_of_drop(site: &Site, is_released: bool) {
    site.plan((DROPPED, &alter("$table->dropColumn('note');")));
    if is_released {
        site.edit("project/app/Models/Order.php", ", 'note'", "");
        site.edit("project/app/Http/Controllers/OrderController.php", ", 'note' => 'new'", "");
        site.edit(
            "project/app/Http/Controllers/OrderController.php",
            "whereNotNull('note')->pluck('note')",
            "pluck('total')",
        );
    }
    site.release_project("2");
    deploy(site, "2");
}

fn still_used(site: &mut Site) -> Ended {
    plan_of_drop(site, false);
    // Somebody puts the last deploy in place by hand, though the code still uses the column.
    site.edit("project/app/Models/Order.php", ", 'note'", "");
    site.edit("project/app/Http/Controllers/OrderController.php", ", 'note' => 'new'", "");
    site.edit(
        "project/app/Http/Controllers/OrderController.php",
        "whereNotNull('note')->pluck('note')",
        "pluck('total')",
    );
    site.advance();
    site.release_project("3");
    site.check("3", &[])
}

fn released(site: &mut Site) -> Ended {
    plan_of_drop(site, true);
    site.advance();
    site.release_project("3");
    site.check("3", &[])
}

fn hold_overridden(site: &mut Site) -> Ended {
    up_to_the_last(site, false);
    site.check("4", &["--override", "G08=INC-7 those two rows are ours"])
}

fn aborted(site: &mut Site) -> Ended {
    plan(site);
    deploy(site, "2");
    let path = format!("project/database/plans/{}/plan.yaml", site.plan_id());
    site.edit(&path, "placed: 1\n", "placed: 1\naborted: true\n");
    site.release_project("3");
    site.check("3", &[])
}
