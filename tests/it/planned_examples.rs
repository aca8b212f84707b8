//! Each bad example of each error rule, planned on each of its engines: there is a plan, or a reason why there is none.
//! Each deploy lints clean, and all of them together end in the tables that the author wanted.

use std::collections::BTreeMap;
use std::fmt::Write;

use phasewise::catalog::{Catalog, Table};
use phasewise::change::SchemaChange;
use phasewise::effect::Effects;
use phasewise::engine::{Engine, EngineVersion, Version};
use phasewise::finding::Severity;
use phasewise::laravel::Application;
use phasewise::lint::{Batch, LaravelProject, Lint, MigrationFile, Policy, Project, SqlMigration, runs};
use phasewise::plan::{Packing, Plan, Planned, plan};
use phasewise::recipe::{Recipes, Settled};
use phasewise::rule::{Example, Language, Rules};
use phasewise::source::Tree;
use phasewise::sql::layout;

const BEFORE: &str = "2026_01_01_000000_before";
const BATCH: &str = "2026_01_02_000000_batch";

#[test]
fn every_error_has_a_plan_or_a_reason_on_every_engine() {
    let (rules, recipes) = (Rules::builtin().unwrap(), Recipes::builtin().unwrap());
    let mut told = String::new();
    let mut wrong = Vec::new();
    for rule in rules.iter().filter(|rule| rule.severity == Severity::Error) {
        // What became of migrations that have run is no change that could ship in another way.
        let is_of_history = |example: &Example| example.published.before.is_some() || example.published.later.is_some();
        for (example, engine) in runs(&rule.examples.bad).filter(|(example, _)| !is_of_history(example)) {
            let name = format!("{} on {engine}: {}", rule.id, example.name);
            let outcome = with_lint(&rules, example, engine, |lint, batch| {
                let planned = plan(lint, &recipes, batch, Packing::Usual);
                wrong.extend(faults(lint, batch, &planned).into_iter().map(|fault| format!("{name}: {fault}")));
                tell(&planned)
            });
            let _ = writeln!(told, "{name}\n{outcome}");
        }
    }
    insta::assert_snapshot!("plans_of_examples", told);
    assert!(wrong.is_empty(), "{} go wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// What each recipe that a rule names is for, so that no rule names one that there is not.
#[test]
fn rules_name_recipes_that_there_are() {
    let recipes = Recipes::builtin().unwrap();
    for rule in Rules::builtin().unwrap().iter() {
        if let Some(recipe) = &rule.recipe {
            assert!(recipes.get(recipe).is_some(), "{} names `{recipe}`, which is no recipe", rule.id);
        }
    }
}

/// An example as a project of one migration, and one before.
fn with_lint<T>(rules: &Rules, example: &Example, engine: Engine, ask: impl FnOnce(&Lint<'_>, &Batch) -> T) -> T {
    let tree = Tree::new("/nowhere");
    let put = |name: &str, code: &str| match example.language {
        Language::Sql => {
            let path = format!("migrations/{name}.sql");
            tree.put(&path, code.to_owned());
            path
        }
        Language::Laravel => {
            let path = format!("database/migrations/{name}.php");
            let outside =
                if name == BATCH && example.outside_transaction { "public $withinTransaction = false;\n" } else { "" };
            tree.put(&path, format!("<?php\nuse Illuminate\\Database\\Migrations\\Migration;\nuse Illuminate\\Database\\Schema\\Blueprint;\nuse Illuminate\\Support\\Facades\\DB;\nuse Illuminate\\Support\\Facades\\Schema;\nreturn new class extends Migration {{\n{outside}public function up(): void {{\n{code}\n}}\n}};\n"));
            path
        }
    };
    let before = example.before.as_deref().map(|code| put(BEFORE, code));
    let batch = put(BATCH, &example.code);
    let paths: Vec<String> = before.into_iter().chain([batch.clone()]).collect();
    let project = match example.language {
        Language::Sql => {
            let found = layout::find(&tree, "migrations").unwrap().unwrap().migrations;
            Project::Sql { migrations: found.into_iter().map(SqlMigration::new).collect() }
        }
        Language::Laravel => {
            let application = Application::open(&tree);
            let settings = application.settings(engine);
            Project::Laravel(Box::new(LaravelProject { application, settings, migrations: paths }))
        }
    };
    let lint = Lint {
        tree: &tree,
        project: &project,
        starting_schema: None,
        target: &EngineVersion { engine, version: usual_version(engine) },
        effects: &Effects::builtin(engine).unwrap(),
        rules,
        policy: &Policy::default(),
        code: None,
        published: None,
        evidence: None,
        today: None,
    };
    ask(&lint, &Batch::Together([batch].into()))
}

fn usual_version(engine: Engine) -> Version {
    let version = match engine {
        Engine::Mysql => "8.4",
        Engine::Mariadb => "10.11",
        Engine::Postgresql | Engine::Sqlite | Engine::Sqlserver => "17",
    };
    version.parse().unwrap()
}

/// Where a plan does harm or leads elsewhere.
fn faults(lint: &Lint<'_>, batch: &Batch, planned: &Planned) -> Vec<String> {
    if !planned.unplanned.is_empty() {
        let reasonless = planned.unplanned.iter().filter(|unplanned| unplanned.reason.is_empty());
        return reasonless.map(|unplanned| format!("no reason: {unplanned:?}")).collect();
    }
    let Some(plan) = planned.plans.first() else { return vec!["neither a plan nor a reason".to_owned()] };
    let shipments = lint.shipments(batch);
    let (before, wanted) = (&shipments[0].before, &shipments[0].outcome.catalog);
    let mut faults = Vec::new();
    let got = replayed(lint, plan, before, &mut faults);
    let (wanted, got) = (shape(wanted), shape(&got));
    if wanted != got {
        faults.push(format!("it ends elsewhere\n  wanted {wanted:#?}\n  got    {got:#?}"));
    }
    faults
}

/// The catalog after all deploys, each linted by itself.
fn replayed(lint: &Lint<'_>, plan: &Plan, before: &Catalog, faults: &mut Vec<String>) -> Catalog {
    let mut catalog = before.clone();
    for deploy in &plan.deploys {
        catalog.begin_batch();
        for step in &deploy.steps {
            let Some(migration) = step.work.migration() else { continue };
            let file = MigrationFile { name: step.id.clone(), path: step.id.clone(), shares_file: false };
            let script = phasewise::lint::Script {
                statements: migration.statements.clone(),
                is_in_transaction: migration.is_in_transaction,
                ..phasewise::lint::Script::default()
            };
            let outcome = lint.deploy(&catalog, &file, &script, &Settled::evidence(&step.settles));
            let open = outcome.findings.iter().filter(|found| found.is_open() && found.severity == Severity::Error);
            faults.extend(open.map(|found| format!("step {} is found by {}: {}", step.id, found.rule, found.message)));
            // What the author wrote may be more than is understood; what is written for him may not.
            let own = migration.statements.iter().filter(|_| !step.is_authors);
            let opaque = own.flat_map(|statement| &statement.changes);
            let opaque =
                opaque.filter(|change| matches!(&change.what, SchemaChange::Opaque(opaque) if opaque.is_unknown()));
            faults.extend(opaque.map(|change| format!("step {} is not understood: {:?}", step.id, change.what)));
            catalog = outcome.catalog;
        }
    }
    catalog
}

/// The tables, but for the order of columns, which a column that takes another's place does not keep.
fn shape(catalog: &Catalog) -> BTreeMap<String, Vec<String>> {
    let lines = |table: &Table| {
        let mut lines: Vec<String> = table
            .columns
            .iter()
            .map(|column| format!("{:?}", phasewise::change::Column { place: None, ..column.definition.clone() }))
            .chain(
                table
                    .indexes
                    .iter()
                    .map(|index| format!("{} {:?} {}", index.name, index.definition.parts, index.is_constraint)),
            )
            .chain(table.foreign_keys.iter().map(|key| {
                let definition = phasewise::change::ForeignKey { name: None, ..key.definition.clone() };
                format!("{} {definition:?} {}", key.name, key.is_valid)
            }))
            .chain(table.checks.iter().map(|check| format!("{} {} {}", check.name, check.condition, check.is_valid)))
            .chain([format!("{:?} {:?}", table.primary_key, table.options)])
            .collect();
        lines.sort();
        lines
    };
    catalog.tables().map(|table| (table.name.to_string(), lines(table))).collect()
}

fn tell(planned: &Planned) -> String {
    let mut told = String::new();
    for deploy in planned.plans.iter().flat_map(|plan| &plan.deploys) {
        let steps: Vec<&str> = deploy.steps.iter().map(phasewise::plan::Step::kind).collect();
        let _ = writeln!(told, "    {} {}: {}", deploy.number, deploy.name, steps.join(", "));
    }
    for unplanned in &planned.unplanned {
        let _ = writeln!(told, "    no plan for {}: {}", unplanned.rule, unplanned.reason);
    }
    told
}
