//! The command that the gate runs, the locks, the swap, and the way back.

use std::time::Duration;

use super::Scenario;
use super::app::{alter, migration};
use super::site::{Ended, Site, until};
use crate::server::Engine;

const NEW: &str = "database/migrations/2026_11_30_080000_change_orders.php";
const LATER: &str = "database/migrations/2026_11_30_090000_change_orders_again.php";
const HARMLESS: &str = "$table->string('channel')->nullable();";

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "a migration runs under the gate",
        engine: None,
        run: runs,
        code: 0,
        last: "GO 0 1 migration ran",
    },
    Scenario { name: "a dry run runs nothing", engine: None, run: dry_run, code: 0, last: "GO 0 1 migration may run" },
    Scenario {
        name: "a refused release is not migrated and marked",
        engine: None,
        run: refused,
        code: 3,
        last: "REFUSED 3 still-used *",
    },
    Scenario {
        name: "a refused release is removed",
        engine: None,
        run: refused_and_removed,
        code: 3,
        last: "REFUSED 3 still-used *",
    },
    Scenario {
        name: "a mark of a refusal is taken back",
        engine: None,
        run: mark_taken_back,
        code: 0,
        last: "GO 0 1 migration ran",
    },
    Scenario {
        name: "the command fails half-way",
        engine: Some(Engine::MariaDb),
        run: fails_half_way,
        code: 7,
        last: "FAILED 7 command-failed `php *`: it ended with 1",
    },
    Scenario {
        name: "the command fails and the transaction takes it back",
        engine: Some(Engine::Postgres),
        run: fails_and_is_taken_back,
        code: 7,
        last: "FAILED 7 command-failed `php *`: it ended with 1",
    },
    Scenario {
        name: "the command fails after one of two",
        engine: None,
        run: fails_after_one,
        code: 7,
        last: "FAILED 7 command-failed `php *`: it ended with 1",
    },
    Scenario {
        name: "the command cannot be started",
        engine: None,
        run: no_command,
        code: 7,
        last: "FAILED 7 not-started `/absent/artisan migrate` cannot be started: *",
    },
    Scenario {
        name: "the command is killed",
        engine: None,
        run: command_killed,
        code: 7,
        last: "FAILED 7 command-failed `sh *`: it was ended by signal 9",
    },
    Scenario {
        name: "a signal is passed on",
        engine: None,
        run: signal_passed_on,
        code: 7,
        last: "FAILED 7 command-failed `sh *`: it ended with 9",
    },
    Scenario {
        name: "the command ends well and did nothing",
        engine: None,
        run: did_nothing,
        code: 8,
        last: "UNEXPECTED 8 still-pending the command ended well, and did not run `2026_11_30_080000_change_orders`",
    },
    Scenario {
        name: "the command ran more than the release has",
        engine: None,
        run: ran_more,
        code: 8,
        last: "UNEXPECTED 8 ran-more the command also ran what the release has no file of: `2026_11_30_090000_change_orders_again`",
    },
    Scenario {
        name: "the command ran what a package brought along",
        engine: None,
        run: ran_package,
        code: 0,
        last: "GO 0 1 migration ran",
    },
    Scenario {
        name: "a signal comes before the command",
        engine: None,
        run: signal_before,
        code: 4,
        last: "REFUSED 4 interrupted a signal came before the command had begun",
    },
    Scenario {
        name: "a migration that need not run stays pending",
        engine: None,
        run: need_not_run,
        code: 0,
        last: "GO 0 nothing was pending",
    },
    Scenario {
        name: "a second gate at the same time",
        engine: None,
        run: second_gate,
        code: 6,
        last: "REFUSED 6 busy another gate is open on *",
    },
    Scenario {
        name: "a second gate from another host",
        engine: None,
        run: second_gate_elsewhere,
        code: 6,
        last: "REFUSED 6 busy another gate is open on this database",
    },
    Scenario {
        name: "a second gate cannot be overridden",
        engine: None,
        run: second_gate_overridden,
        code: 6,
        last: "REFUSED 6 busy another gate is open on this database",
    },
    Scenario {
        name: "the lock is lost while the command runs",
        engine: None,
        run: lock_lost,
        code: 8,
        last: "UNEXPECTED 8 lock-lost *",
    },
    Scenario {
        name: "a gate was killed and its command still runs",
        engine: None,
        run: orphan,
        code: 6,
        last: "REFUSED 6 busy `sh * still runs, though its gate is gone",
    },
    Scenario {
        name: "a gate was killed and its command is gone",
        engine: None,
        run: killed_and_gone,
        code: 0,
        last: "GO 0 1 migration may run",
    },
    Scenario {
        name: "current is a directory",
        engine: None,
        run: current_is_a_directory,
        code: 3,
        last: "REFUSED 3 not-a-link 2: `*current` is a directory, not a link",
    },
    Scenario {
        name: "current leads nowhere",
        engine: None,
        run: current_leads_nowhere,
        code: 3,
        last: "REFUSED 3 not-a-link 2: `*current` leads to a release that is gone",
    },
    Scenario {
        name: "current is not where it was said to be",
        engine: None,
        run: current_elsewhere,
        code: 3,
        last: "REFUSED 3 not-a-link `elsewhere/current` is not there, and migrations ran: what is live is not known",
    },
    Scenario {
        name: "without a database the code may be in a directory",
        engine: None,
        run: code_in_a_directory,
        code: 3,
        last: "REFUSED 3 still-used *[column-dropped]*",
    },
    Scenario {
        name: "without a database the code must be somewhere",
        engine: None,
        run: code_nowhere,
        code: 4,
        last: "REFUSED 4 not-a-link `elsewhere` is not there, so the code that runs now is not known",
    },
    Scenario {
        name: "there is no such release",
        engine: None,
        run: no_release,
        code: 2,
        last: "REFUSED 2 unusable `releases/9` is no release: *",
    },
    Scenario {
        name: "the ledger cannot be written",
        engine: None,
        run: no_ledger,
        code: 2,
        last: "REFUSED 2 unusable the ledger `*` cannot be read: *",
    },
    Scenario { name: "a release is confirmed", engine: None, run: confirmed, code: 0, last: "GO 0 release 2 is live" },
    Scenario {
        name: "a release that is not live is not confirmed",
        engine: None,
        run: not_swapped,
        code: 3,
        last: "REFUSED 3 not-a-link 2: `*current` leads to release 1",
    },
    Scenario {
        name: "a release with pending migrations is not confirmed",
        engine: None,
        run: not_migrated,
        code: 3,
        last: "REFUSED 3 pending-unclear 1 migration of the live release has not run",
    },
    Scenario {
        name: "a release is not confirmed while old workers live",
        engine: None,
        run: not_drained,
        code: 5,
        last: "REFUSED 5 old-workers workers of other releases still run",
    },
    Scenario {
        name: "old workers end while it is waited for them",
        engine: None,
        run: drained_in_time,
        code: 0,
        last: "GO 0 release 2 is live",
    },
    Scenario {
        name: "back over an added column",
        engine: None,
        run: back_over_an_addition,
        code: 0,
        last: "GO 0 release 1 can run on the schema as it is",
    },
    Scenario {
        name: "back over a dropped column",
        engine: None,
        run: back_over_a_drop,
        code: 3,
        last: "REFUSED 3 still-used *[column-dropped]*",
    },
    Scenario {
        name: "back over a renamed column",
        engine: None,
        run: back_over_a_rename,
        code: 3,
        last: "REFUSED 3 still-used *[column-renamed]*",
    },
    Scenario {
        name: "back over a required column",
        engine: None,
        run: back_over_a_required_column,
        code: 3,
        last: "REFUSED 3 still-used *[required-column-added]*",
    },
    Scenario {
        name: "back to a release that was refused",
        engine: None,
        run: back_to_a_refused_one,
        code: 3,
        last: "REFUSED 3 not-a-link 2: the release was refused, or rolled back from, before",
    },
    Scenario {
        name: "back over a migration without a file",
        engine: None,
        run: back_over_the_unknown,
        code: 4,
        last: "REFUSED 4 pending-unclear migrations ran whose files neither release has",
    },
    Scenario {
        name: "back below the rollback floor of a plan",
        engine: None,
        run: back_below_the_floor,
        code: 3,
        last: "REFUSED 3 out-of-phase *: below the rollback floor: *",
    },
    Scenario {
        name: "back with a plan that cannot be read",
        engine: None,
        run: back_with_a_broken_plan,
        code: 4,
        last: "REFUSED 4 out-of-phase database/plans/*/plan.yaml: how far back the plan lets one go is not known: *",
    },
    Scenario {
        name: "back with the database down",
        engine: None,
        run: back_with_the_database_down,
        code: 4,
        last: "REFUSED 4 pending-unclear `127.0.0.1:1/shop` cannot be reached: *",
    },
];

fn with(site: &Site, body: &str) {
    site.release("2", &[(NEW, &alter(body))]);
}

fn runs(site: &mut Site) -> Ended {
    with(site, HARMLESS);
    let ended = site.exec("2", &[]);
    assert!(ended.stdout.contains("Migrated: 2026_11_30_080000_change_orders"), "{}", ended.stdout);
    let ledger = site.ledger();
    assert!(
        ledger.contains(r#""event":"ended""#) && ledger.contains(r#""2026_11_30_080000_change_orders":""#),
        "{ledger}"
    );
    ended
}

fn dry_run(site: &mut Site) -> Ended {
    with(site, HARMLESS);
    let ended = site.exec("2", &["--dry-run"]);
    assert_eq!((site.ledger().as_str(), site.check("2", &[]).code), ("", 0));
    assert!(!ended.stdout.contains("Migrated"), "{}", ended.stdout);
    ended
}

fn refused(site: &mut Site) -> Ended {
    with(site, "$table->string('channel');");
    let ended = site.exec("2", &[]);
    assert!(!ended.stdout.contains("Migrated"), "{}", ended.stdout);
    assert!(site.path("releases/2/BAD_RELEASE").exists());
    assert!(site.path("current").canonicalize().is_ok_and(|path| path.ends_with("1")));
    ended
}

fn refused_and_removed(site: &mut Site) -> Ended {
    with(site, "$table->string('channel');");
    let ended = site.exec("2", &["--on-refuse", "remove"]);
    assert!(!site.path("releases/2").exists() && site.path("releases/1").exists());
    ended
}

fn mark_taken_back(site: &mut Site) -> Ended {
    with(site, "$table->string('channel');");
    assert_eq!(site.exec("2", &[]).code, 3);
    let ended = site.exec("2", &["--override", "G05=INC-123 nobody orders at night"]);
    assert!(!site.path("releases/2/BAD_RELEASE").exists());
    ended
}

/// Its second statement fails on the rows that are there.
const TWO_STEPS: &str = "Schema::table('orders', fn (Blueprint $table) => $table->string('channel')->nullable());
        DB::statement('alter table orders add constraint total_is_high check (total > 100)');";

fn fails_half_way(site: &mut Site) -> Ended {
    site.sql("insert into orders (total) values (1)");
    site.release("2", &[(NEW, &migration(TWO_STEPS))]);
    let ended = site.exec("2", &["--override", "G04=INC-9 it is tried all the same"]);
    assert!(ended.stderr.contains("1 of 2 applied     alter table `orders` add `channel`"), "{}", ended.stderr);
    assert!(ended.stderr.contains("half of it is applied and it is not logged"), "{}", ended.stderr);
    ended
}

fn fails_and_is_taken_back(site: &mut Site) -> Ended {
    site.sql("insert into orders (total) values (1)");
    site.release("2", &[(NEW, &migration(TWO_STEPS))]);
    let ended = site.exec("2", &["--override", "G04=INC-9 it is tried all the same"]);
    assert!(
        ended.stderr.contains("1 of 2 not applied alter table \"orders\" add column \"channel\""),
        "{}",
        ended.stderr
    );
    assert!(!ended.stderr.contains("half of it is applied"), "{}", ended.stderr);
    ended
}

fn fails_after_one(site: &mut Site) -> Ended {
    site.release("2", &[(NEW, &alter(HARMLESS)), (LATER, &migration("throw new RuntimeException('no');"))]);
    let ended = site.exec("2", &["--override", "G04=INC-9 it is tried all the same"]);
    assert!(ended.stderr.contains("ran: 2026_11_30_080000_change_orders"), "{}", ended.stderr);
    assert!(ended.stderr.contains("stopped in: 2026_11_30_090000_change_orders_again"), "{}", ended.stderr);
    assert!(ended.stderr.contains("the schema is ahead of `current`"), "{}", ended.stderr);
    ended
}

fn no_command(site: &mut Site) -> Ended {
    with(site, HARMLESS);
    site.exec_of("2", &[], &["/absent/artisan", "migrate"])
}

fn command_killed(site: &mut Site) -> Ended {
    with(site, HARMLESS);
    site.exec_of("2", &[], &["sh", "-c", "kill -9 $$"])
}

fn signal_passed_on(site: &mut Site) -> Ended {
    with(site, HARMLESS);
    let started = site.path("started");
    let script = format!("trap 'exit 9' TERM; touch {}; while :; do sleep 0.05; done", started.display());
    let mut gate = site.exec_command("2", &[], &["sh", "-c", &script]);
    let gate =
        gate.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().expect("it starts");
    until("the command runs", || started.exists());
    let killed = std::process::Command::new("kill").arg(gate.id().to_string()).status();
    assert!(killed.is_ok_and(|status| status.success()));
    site.ended(&gate.wait_with_output().expect("it ends"))
}

fn did_nothing(site: &mut Site) -> Ended {
    with(site, HARMLESS);
    site.exec_of("2", &[], &["true"])
}

/// The command migrates another directory.
fn ran_more(site: &mut Site) -> Ended {
    with(site, HARMLESS);
    site.release("3", &[(NEW, &alter(HARMLESS)), (LATER, &alter("$table->string('region')->nullable();"))]);
    let migrator = site.migrator("3");
    site.exec_of("2", &[], &migrator.iter().map(String::as_str).collect::<Vec<_>>())
}

fn ran_package(site: &mut Site) -> Ended {
    let brought = "vendor/acme/regions/database/migrations/2026_11_30_090000_change_orders_again.php";
    let text = alter("$table->string('region')->nullable();");
    site.release("2", &[(NEW, &alter(HARMLESS)), (brought, &text)]);
    site.release("3", &[(NEW, &alter(HARMLESS)), (LATER, &text)]);
    let migrator = site.migrator("3");
    site.exec_of("2", &[], &migrator.iter().map(String::as_str).collect::<Vec<_>>())
}

/// While the gate still asks: a row that must not come back is looked at for a while.
fn signal_before(site: &mut Site) -> Ended {
    with(site, HARMLESS);
    let mut session = site.database.session();
    if site.engine() == "postgresql" {
        session.execute("begin").expect("it begins");
        session.execute("lock table migrations in access exclusive mode").expect("it locks");
    } else {
        session.execute("lock tables migrations write").expect("it locks");
    }
    let mut gate = site.exec_command("2", &["--timeout", "20s"], &["touch", "started"]);
    let gate =
        gate.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().expect("it starts");
    std::thread::sleep(Duration::from_millis(1500));
    let killed = std::process::Command::new("kill").arg(gate.id().to_string()).status();
    assert!(killed.is_ok_and(|status| status.success()));
    std::thread::sleep(Duration::from_millis(300));
    drop(session);
    let ended = site.ended(&gate.wait_with_output().expect("it ends"));
    assert!(!site.path("started").exists(), "the command ran all the same");
    ended
}

/// Laravel passes over it, and logs nothing.
fn need_not_run(site: &mut Site) -> Ended {
    let text = alter(HARMLESS).replace(
        "    public function up()",
        "    public function shouldRun(): bool\n    {\n        return false;\n    }\n\n    public function up()",
    );
    site.release("2", &[(NEW, &text)]);
    site.exec_of("2", &[], &["true"])
}

/// A gate that is open on release 2 for a while.
fn open_gate(site: &mut Site, arguments: &[&str]) -> u32 {
    let started = site.path("started");
    let script = format!("touch {}; sleep 20", started.display());
    let mut gate = site.exec_command("2", arguments, &["sh", "-c", &script]);
    gate.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    let pid = site.start(gate);
    until("the first gate is open", || started.exists());
    pid
}

fn second_gate(site: &mut Site) -> Ended {
    with(site, HARMLESS);
    let first = open_gate(site, &[]);
    let ended = site.exec("2", &[]);
    site.end(first);
    ended
}

/// With a ledger of its own, as on another host.
fn second_gate_elsewhere(site: &mut Site) -> Ended {
    with(site, HARMLESS);
    let first = open_gate(site, &[]);
    let ended = site.exec("2", &["--audit-dir", "elsewhere"]);
    site.end(first);
    ended
}

fn second_gate_overridden(site: &mut Site) -> Ended {
    with(site, HARMLESS);
    let first = open_gate(site, &[]);
    let ended = site.exec("2", &["--audit-dir", "elsewhere", "--override", "G10=INC-1 it hangs, go on"]);
    site.end(first);
    ended
}

/// Ends the sessions that hold the lock, from within the command.
fn lock_lost(site: &mut Site) -> Ended {
    with(site, HARMLESS);
    let started = site.path("started");
    let script = format!("touch {}; sleep 5", started.display());
    let mut gate = site.exec_command("2", &[], &["sh", "-c", &script]);
    let gate =
        gate.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().expect("it starts");
    until("the gate is open", || started.exists());
    if site.engine() == "postgresql" {
        site.sql("select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())");
    } else {
        let name = site.database.name();
        let holders = site.database.run(&format!(
            "select id from information_schema.processlist where db = '{name}' and id <> connection_id()"
        ));
        for id in holders.stdout.lines() {
            site.sql(&format!("kill {id}"));
        }
    }
    site.ended(&gate.wait_with_output().expect("it ends"))
}

/// Kills the gate, and leaves its command.
fn orphan(site: &mut Site) -> Ended {
    with(site, HARMLESS);
    let gate = open_gate(site, &[]);
    site.end(gate);
    std::thread::sleep(Duration::from_millis(300));
    let ended = site.check("2", &[]);
    let command = site.ledger();
    let pid = command
        .rsplit_once(r#""pid":"#)
        .map(|(_, rest)| rest.chars().take_while(char::is_ascii_digit).collect::<String>());
    let _ = std::process::Command::new("kill").args(["-9", &pid.unwrap_or_default()]).status();
    ended
}

fn killed_and_gone(site: &mut Site) -> Ended {
    with(site, HARMLESS);
    let gate = open_gate(site, &[]);
    site.end(gate);
    let ledger = site.ledger();
    let started = ledger.lines().rfind(|line| line.contains(r#""event":"started""#)).expect("it was recorded");
    let pid = started
        .rsplit_once(r#""pid":"#)
        .map(|(_, rest)| rest.chars().take_while(char::is_ascii_digit).collect::<String>());
    let killed = std::process::Command::new("kill").args(["-9", &pid.unwrap_or_default()]).status();
    assert!(killed.is_ok_and(|status| status.success()), "{started}");
    std::thread::sleep(Duration::from_millis(300));
    site.check("2", &[])
}

fn current_is_a_directory(site: &mut Site) -> Ended {
    with(site, HARMLESS);
    site.remove("current");
    site.write("current/artisan", "");
    site.check("2", &[])
}

fn current_leads_nowhere(site: &mut Site) -> Ended {
    with(site, HARMLESS);
    site.swap("0");
    site.check("2", &[])
}

fn current_elsewhere(site: &mut Site) -> Ended {
    with(site, HARMLESS);
    site.check("2", &["--current", "elsewhere/current"])
}

/// As in CI: the new code is a checkout, and so is that which runs now.
fn code_in_a_directory(site: &mut Site) -> Ended {
    with(site, "$table->dropColumn('note');");
    site.write("releases/2/app/Http/Controllers/OrderController.php", "<?php\n");
    site.write("releases/2/app/Models/Order.php", "<?php\n");
    site.check("2", &["--no-db", "--current", "releases/1"])
}

fn code_nowhere(site: &mut Site) -> Ended {
    with(site, HARMLESS);
    site.check("2", &["--no-db", "--current", "elsewhere"])
}

fn no_release(site: &mut Site) -> Ended {
    site.check("9", &[])
}

fn no_ledger(site: &mut Site) -> Ended {
    with(site, HARMLESS);
    site.write("shared/.phasewise", "a file where the directory should be");
    site.check("2", &[])
}

fn confirmed(site: &mut Site) -> Ended {
    with(site, HARMLESS);
    assert_eq!(site.exec("2", &[]).code, 0);
    site.swap("2");
    let ended = site.confirm("2", &[]);
    assert!(site.ledger().contains(r#""event":"confirmed""#), "{}", site.ledger());
    ended
}

fn not_swapped(site: &mut Site) -> Ended {
    with(site, HARMLESS);
    assert_eq!(site.exec("2", &[]).code, 0);
    let ended = site.confirm("2", &[]);
    assert!(!site.ledger().contains(r#""event":"confirmed""#), "{}", site.ledger());
    ended
}

fn not_migrated(site: &mut Site) -> Ended {
    with(site, HARMLESS);
    site.swap("2");
    site.confirm("2", &[])
}

fn not_drained(site: &mut Site) -> Ended {
    site.release("2", &[]);
    site.swap("2");
    let worker = site.worker("1");
    let ended = site.confirm("2", &["--wait-workers", "500ms"]);
    site.end(worker);
    ended
}

fn drained_in_time(site: &mut Site) -> Ended {
    site.release("2", &[]);
    site.swap("2");
    let mut worker = {
        // The command keeps what it gives to its process.
        let script = std::fs::File::open(site.path("releases/1/artisan")).expect("it is there");
        std::process::Command::new("sleep").arg("2").stdin(script).spawn().expect("it starts")
    };
    let waiter = std::thread::spawn(move || worker.wait());
    let ended = site.confirm("2", &["--wait-workers", "20s"]);
    waiter.join().expect("it ends").expect("it ended");
    ended
}

/// Release 2 with that change is live, and its code is that of release 1.
fn live_with(site: &Site, body: &str) {
    with(site, body);
    site.migrate("2");
    site.swap("2");
}

fn back_over_an_addition(site: &mut Site) -> Ended {
    live_with(site, HARMLESS);
    site.rollback("1", &[])
}

fn back_over_a_drop(site: &mut Site) -> Ended {
    live_with(site, "$table->dropColumn('note');");
    site.rollback("1", &[])
}

fn back_over_a_rename(site: &mut Site) -> Ended {
    // Laravel 8 renames by doctrine/dbal, which is not there.
    site.release("2", &[(NEW, &migration("DB::statement('alter table orders rename column note to remark');"))]);
    site.migrate("2");
    site.swap("2");
    site.rollback("1", &[])
}

fn back_over_a_required_column(site: &mut Site) -> Ended {
    live_with(site, "$table->string('channel');");
    site.rollback("1", &[])
}

fn back_to_a_refused_one(site: &mut Site) -> Ended {
    site.release("2", &[]);
    site.write("releases/2/BAD_RELEASE", "refused\n");
    site.rollback("2", &[])
}

fn back_over_the_unknown(site: &mut Site) -> Ended {
    site.release("2", &[]);
    site.swap("2");
    site.sql("insert into migrations (migration, batch) values ('2026_09_01_000000_of_another_branch', 2)");
    site.rollback("1", &[])
}

fn back_below_the_floor(site: &mut Site) -> Ended {
    site.plan((NEW, &alter("$table->dropColumn('fax');")));
    site.release_project("2");
    assert_eq!(site.exec("2", &[]).code, 0);
    site.swap("2");
    assert_eq!(site.confirm("2", &[]).code, 0);
    site.advance();
    site.release_project("3");
    site.migrate("3");
    site.swap("3");
    site.rollback("1", &[])
}

fn back_with_a_broken_plan(site: &mut Site) -> Ended {
    site.plan((NEW, &alter("$table->dropColumn('fax');")));
    site.release_project("2");
    assert_eq!(site.exec("2", &[]).code, 0);
    site.swap("2");
    site.write(&format!("releases/2/database/plans/{}/plan.yaml", site.plan_id()), "version: [1\n");
    site.rollback("1", &[])
}

fn back_with_the_database_down(site: &mut Site) -> Ended {
    site.release("2", &[]);
    site.swap("2");
    let url = if site.engine() == "postgresql" {
        "postgresql://app@127.0.0.1:1/shop"
    } else {
        "mysql://app@127.0.0.1:1/shop"
    };
    site.rollback("1", &["--database-url", url])
}
