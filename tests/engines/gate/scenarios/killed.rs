//! The gate is killed at any moment: no lock stays, the ledger is whole, and what happened can be told.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use libtest_mimic::Trial;

use super::app::alter;
use super::site::Site;
use crate::availability::{Outcome, completion, program};
use crate::server::{Engine, Servers};

const RUNS: u32 = 100;
const MIGRATION: &str = "database/migrations/2026_11_30_080000_change_orders.php";

pub(super) fn trials(servers: &Arc<Servers>) -> Vec<Trial> {
    let trial = |engine: Engine| {
        let servers = Arc::clone(servers);
        let name = format!("gate::killed_at_any_moment_on_{}", engine.as_phasewise());
        Trial::ignorable_test(name, move || completion(killed(&servers, engine)))
    };
    [Engine::MariaDb, Engine::Postgres].map(trial).into()
}

fn killed(servers: &Servers, engine: Engine) -> Outcome {
    program("php")?;
    let site = Site::new(servers.database(engine)?);
    site.release("2", &[(MIGRATION, &alter("$table->string('channel')->nullable();"))]);
    let mut moments = Moments(0x2545_f491_4f6c_dd1d);
    // A command line that no other process has.
    let command = format!("sleep 0.1; : {}", site.path("").display());
    let mut told = std::collections::BTreeMap::<i32, u32>::new();
    for _ in 0..RUNS {
        let mut gate = site.exec_command("2", &[], &["sh", "-c", &command]);
        let mut gate = gate.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        std::thread::sleep(moments.next());
        gate.kill().expect("it may be over, and is ours");
        gate.wait().expect("it ends");
        for line in site.ledger().lines() {
            serde_json::from_str::<serde_json::Value>(line).expect("every line is whole");
        }
        // Its command may outlive it for a moment, and then the next gate says so; after that the way is free.
        *told.entry(site.check("2", &["--dry-run"]).code).or_default() += 1;
        std::thread::sleep(Duration::from_millis(130));
        let after = site.check("2", &["--dry-run"]);
        assert_eq!(after.code, 0, "{}", after.stderr);
    }
    assert!(told.keys().all(|code| [0, 6].contains(code)), "{told:?}");
    let ended = site.exec("2", &[]);
    assert_eq!((ended.code, ended.last.as_str()), (0, "phasewise: GO 0 1 migration ran"), "{}", ended.stderr);
    let begun = site.ledger().lines().filter(|line| line.contains(r#""event":"started""#)).count();
    assert!(begun > 2, "no gate was killed while its command ran");
    Ok(())
}

/// Moments within the life of a gate, the same in each run of the test.
struct Moments(u64);

impl Moments {
    fn next(&mut self) -> Duration {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        Duration::from_millis(self.0 % 600)
    }
}
