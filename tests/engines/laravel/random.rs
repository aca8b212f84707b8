//! Random migrations: real Laravel and phasewise must send the same bytes in the same order.

use std::collections::BTreeSet;
use std::env;
use std::path::{Path, PathBuf};

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use tempfile::TempDir;

use super::case::Case;
use super::comparison::difference;
use super::process::{Direction, Driver, Laravel, Sent};
use crate::availability::Outcome;
use crate::binary;
use crate::server::Servers;

const CASES: u64 = 2000;
/// How many different failures are shrunk and shown.
const SHOWN: usize = 8;
/// How many simpler migrations are tried for each.
const SHRINKING_STEPS: usize = 300;

/// `PHASEWISE_CASES` asks for more cases than the usual number, `PHASEWISE_SEED` for other ones.
pub(crate) fn agrees_on_random_blueprints(_: &Servers) -> Outcome {
    let mut laravel = Laravel::start(None)?;
    let (cases, seed) = (number("PHASEWISE_CASES", CASES), number("PHASEWISE_SEED", 0));
    eprintln!("{cases} random migrations, PHASEWISE_SEED={seed}");
    let mut runner = TestRunner::new_with_rng(Config::default(), rng(seed));
    let strategy = Case::strategy();
    let mut drawn: Vec<_> = (0..cases).map(|_| strategy.new_tree(&mut runner).expect("nothing is filtered")).collect();
    let migrations: Vec<Case> = drawn.iter().map(ValueTree::current).collect();

    let mut report = BTreeSet::new();
    let mut failed = 0;
    for driver in Driver::ALL {
        for (case, _) in differences(&mut laravel, driver, &migrations) {
            failed += 1;
            if report.len() < SHOWN {
                report.insert(shrunk(&mut laravel, driver, &mut drawn[case]));
            }
        }
    }
    assert!(
        report.is_empty(),
        "{failed} of {} migrations differ; the smallest that do:\n\n{}",
        Driver::ALL.len() * migrations.len(),
        Vec::from_iter(report).join("\n")
    );
    Ok(())
}

/// The numbers of the migrations that phasewise and Laravel disagree on, with what differs.
#[track_caller]
fn differences(laravel: &mut Laravel, driver: Driver, migrations: &[Case]) -> Vec<(usize, String)> {
    let folder = TempDir::new().expect("a temporary folder");
    let files: Vec<PathBuf> =
        migrations.iter().enumerate().map(|(number, case)| write(folder.path(), number, case)).collect();
    let given = binary::sql(folder.path(), &["--laravel", "8", "--engine", driver.engine()]);
    assert_eq!(given.len(), files.len(), "phasewise leaves migrations out");
    files
        .iter()
        .zip(&given)
        .enumerate()
        .filter_map(|(number, (file, given))| {
            assert!(file.ends_with(format!("{}.php", given.name)), "phasewise takes them in another order");
            let sent = laravel.ask(driver, file, Direction::Up);
            let difference = difference(&sent, given).filter(|_| !leaves_prefix(driver, &sent))?;
            Some((number, difference))
        })
        .collect()
}

/// On SQL Server, Laravel 8 gives every table the `#` of temporary tables once one was altered. Nobody can want that.
fn leaves_prefix(driver: Driver, sent: &Sent) -> bool {
    driver == Driver::Sqlsrv && sent.statements.iter().any(|statement| statement.sql.contains("\"#"))
}

fn write(folder: &Path, number: usize, case: &Case) -> PathBuf {
    let file = folder.join(format!("2024_01_01_{number:06}_case.php"));
    std::fs::write(&file, case.to_string()).expect("the folder is ours");
    file
}

/// The smallest migration found that still differs, and how.
fn shrunk(laravel: &mut Laravel, driver: Driver, tree: &mut impl ValueTree<Value = Case>) -> String {
    let mut differs = |case: Case| {
        let differences = differences(laravel, driver, std::slice::from_ref(&case));
        differences.into_iter().next().map(|(_, difference)| format!("{}:\n{case}{difference}", driver.engine()))
    };
    let mut smallest = differs(tree.current());
    let mut is_simpler = tree.simplify();
    for _ in 0..SHRINKING_STEPS {
        if !is_simpler {
            break;
        }
        is_simpler = match differs(tree.current()) {
            Some(difference) => {
                smallest = Some(difference);
                tree.simplify()
            }
            None => tree.complicate(),
        };
    }
    smallest.unwrap_or_else(|| format!("{}: only together with other migrations:\n{}", driver.engine(), tree.current()))
}

fn number(variable: &str, otherwise: u64) -> u64 {
    match env::var(variable) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{variable} is no number: `{text}`")),
        Err(_) => otherwise,
    }
}

fn rng(seed: u64) -> TestRng {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    TestRng::from_seed(RngAlgorithm::ChaCha, &bytes)
}
