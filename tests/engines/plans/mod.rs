//! Plans on real servers: what phasewise makes of a change that would do harm does none, and the change itself does.
//!
//! Each case under `fixtures/plans/<engine>` has a table of 20,000 rows, and releases of an application that go on sending
//! their statements. The author's migration is run among them, and on another database the plan's deploys, step by step:
//! old code alone, both codes, new code alone, the backfill, the holds. No statement of the second may fail or wait, and
//! both have to end in the same tables. What went wrong with the first is a table in `docs/measured-plans.md`.

mod case;
mod course;
mod lock;
mod project;
mod table;
mod traffic;
mod traps;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use libtest_mimic::Trial;

use self::case::{Case, Harm, ROWS};
use self::course::Course;
use self::project::Project;
use crate::availability::{Outcome, Unavailable, completion, program};
use crate::catalog;
use crate::client::Database;
use crate::server::{Engine, Servers};

/// One test for each case, and one that no recipe lacks its own.
pub(crate) fn trials(servers: &Arc<Servers>) -> Vec<Trial> {
    let cases = [Engine::Postgres, Engine::MariaDb].into_iter().flat_map(Case::all);
    let trial = |case: Case| {
        let servers = Arc::clone(servers);
        let name = format!("plans::{}::{}", case.engine.as_phasewise(), case.name);
        Trial::ignorable_test(name, move || completion(plan_does_no_harm(&servers, &case)))
    };
    cases.map(trial).chain([table::every_recipe_has_cases()]).chain(traps::trials(servers)).collect()
}

fn plan_does_no_harm(servers: &Servers, case: &Case) -> Outcome {
    let wanted = tables_after_the_change(servers, case)?;
    let (at_once, told) = {
        let database = seeded(servers, case)?;
        let course = course::at_once(case, &database);
        (harms(case, &database, &course), format!("{:#?}", course.tally))
    };
    let database = seeded(servers, case)?;
    let project = Project::of(case, &database.version());
    if project.plan().deploys.iter().flat_map(|deploy| &deploy.steps).any(|step| step.kind == "online-copy") {
        program("pt-online-schema-change")?;
    }
    let recipes = project.recipes();
    assert!(recipes.contains(&case.recipe), "findings call for {recipes:?}, not `{}`", case.recipe);
    let course = course::by_plan(case, &project, &database);
    let by_plan = harms(case, &database, &course);
    assert!(by_plan.is_empty(), "the plan does harm: {by_plan:#?}\n{:#?}", course.tally);
    let found = tables(&database);
    assert_eq!(found, wanted, "the plan ends in other tables");
    let expected: BTreeSet<Harm> = case.at_once.iter().copied().collect();
    let observed: BTreeSet<Harm> = at_once.keys().copied().collect();
    assert_eq!(observed, expected, "the author's way goes wrong otherwise: {at_once:#?}\n{told}");
    table::hold(case, &course, &at_once);
    Ok(())
}

/// How a course did harm, in words.
fn harms(case: &Case, database: &Database, course: &Course) -> BTreeMap<Harm, String> {
    let mut harms = BTreeMap::new();
    let tally = &course.tally;
    if let Some(words) = &course.refused {
        let line = words.lines().find(|line| line.contains("ERROR")).unwrap_or(words);
        let (_, error) = line.split_once("ERROR").unwrap_or(("", line));
        harms.insert(Harm::Refused, error.trim_start_matches(':').trim().replace('|', "/"));
    }
    if tally.failed > 0 {
        let kinds: Vec<&str> = tally.failures.keys().map(String::as_str).collect();
        harms.insert(Harm::Fails, format!("{} of {} fail ({})", tally.failed, tally.sent, kinds.join(", ")));
    }
    if tally.waited > course::bound(case) {
        harms.insert(Harm::Waits, format!("waits of {:.1} s", tally.waited.as_secs_f64()));
    }
    if case.at_once.contains(&Harm::Slow) && tally.took > course::bound(case) {
        harms.insert(Harm::Slow, format!("{:.1} s for one", tally.took.as_secs_f64()));
    }
    let is_met = |query: &&String| database.run(query).stdout.trim().is_empty();
    let wrong: Vec<&String> = case.wanted.iter().filter(|query| course.refused.is_none() && !is_met(query)).collect();
    if !wrong.is_empty() {
        harms.insert(Harm::Wrong, format!("{} of {} checks", wrong.len(), case.wanted.len()));
    }
    harms
}

/// A database with the tables and rows of a case.
fn seeded(servers: &Servers, case: &Case) -> Result<Database, Unavailable> {
    let database = servers.database(case.engine)?;
    let count = case.rows.matches(&ROWS.to_string()).count();
    assert!(count > 0, "the case does not fill {ROWS} rows");
    for script in [&case.before, &case.rows] {
        let answer = database.run_file(script.as_bytes());
        assert!(answer.ok, "the tables cannot be made: {}", answer.stderr);
    }
    Ok(database)
}

/// The tables that the author wants: those that his migration leaves where no rows are in its way.
fn tables_after_the_change(servers: &Servers, case: &Case) -> Result<Vec<String>, Unavailable> {
    let database = servers.database(case.engine)?;
    for script in [&case.before, &case.change] {
        let answer = database.run_file(script.as_bytes());
        assert!(answer.ok, "the change fails even on empty tables: {}", answer.stderr);
    }
    Ok(tables(&database))
}

/// Tables, and what else stands in the database, but for the order of columns.
fn tables(database: &Database) -> Vec<String> {
    let mut lines = catalog::lines_on_server(database);
    let query = match database.engine() {
        Engine::Postgres => {
            "select 'trigger ' || tgname from pg_trigger where not tgisinternal union all \
             select 'function ' || proname from pg_proc where pronamespace = 'public'::regnamespace union all \
             select 'view ' || viewname from pg_views where schemaname = 'public' union all \
             select 'type ' || typname || ' ' || enumlabel from pg_enum join pg_type on pg_type.oid = enumtypid"
        }
        Engine::MariaDb | Engine::MySql => {
            "select concat('trigger ', trigger_name) from information_schema.triggers where trigger_schema = database() union all \
             select concat('routine ', routine_name) from information_schema.routines where routine_schema = database() union all \
             select concat('view ', table_name) from information_schema.views where table_schema = database()"
        }
    };
    let answer = database.run(query);
    assert!(answer.ok, "{}", answer.stderr);
    lines.extend(answer.stdout.lines().map(str::to_owned));
    lines.sort();
    lines
}
