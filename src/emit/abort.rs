//! The way back from a plan that is given up, as far as there is one.

use super::error::EmitError;
use super::laravel;
use super::plan_file::{NAME, PlanFile, RollbackFile, StepFile};
use super::sql_files::AT;
use super::write::example;
use super::{Operation, ask};
use crate::change::{SchemaChange, Statement};
use crate::engine::Engine;
use crate::lint::Project;
use crate::source::{SourceMap, Span, Tree};
use crate::sql;

/// Migrations that take back what is in place of `plan`, the last first, and the plan file that says so. Files of later
/// deploys go, unless they were edited. `at` is what orders a migration that comes now.
pub fn abort(
    mut plan: PlanFile,
    (tree, directory): (&Tree, &str),
    (project, engine): (&Project<'_>, Engine),
    at: &dyn Fn(usize) -> String,
) -> Result<(PlanFile, Vec<Operation>), EmitError> {
    if plan.aborted {
        return Err(EmitError::Aborted { id: plan.id });
    }
    let mut operations = Vec::new();
    let placed: Vec<StepFile> = plan.placed_deploys().flat_map(|deploy| deploy.steps.clone()).collect();
    for step in placed.iter().rev() {
        let Some(rollback) = &step.rollback else { continue };
        let sql = match rollback {
            RollbackFile::None(reason) => return Err(no_return(&plan, step, reason)),
            RollbackFile::Sql(_) if step.point_of_no_return => return Err(no_return(&plan, step, "")),
            RollbackFile::Sql(sql) if sql.is_empty() => continue,
            RollbackFile::Sql(sql) => sql,
        };
        let statements = read(sql, tree, engine);
        let count = operations.len();
        let words = format!("Takes back step `{}` of {directory}/{NAME}, which was given up.", step.id);
        for (path, text) in one(step, project, (&statements, engine), &words)? {
            let at = at(count);
            operations.push(Operation::Write { path: path.replace(AT, &at), text });
        }
    }
    let later = plan.deploys.iter().skip(plan.placed).flat_map(|deploy| &deploy.steps).flat_map(|step| &step.files);
    for file in later {
        let is_own = |text: &str| plan.locks.get(&file.path).is_some_and(|lock| *lock == ask::lock(text));
        if tree.read(&file.path).is_ok_and(|standing| is_own(&standing.text)) {
            operations.push(Operation::Remove { path: file.path.clone() });
        }
    }
    plan.aborted = true;
    let text = plan.text()?;
    operations.push(Operation::Write { path: format!("{directory}/{NAME}"), text });
    operations.sort_by_key(|operation| matches!(operation, Operation::Remove { .. }));
    Ok((plan, operations))
}

fn no_return(plan: &PlanFile, step: &StepFile, reason: &str) -> EmitError {
    let help = match reason {
        "" => "go on with `phasewise advance`: the plan leads out forwards".to_owned(),
        reason => format!("{reason}; go on with `phasewise advance`: the plan leads out forwards"),
    };
    EmitError::NoReturn { id: plan.id.clone(), step: step.id.clone(), help }
}

fn read(sql: &[String], tree: &Tree, engine: Engine) -> Vec<Statement> {
    let map = SourceMap::new(Span::new(tree.put("the plan", String::new()).id, 0, 0));
    sql.iter().flat_map(|text| sql::read(text, &map, engine).statements).collect()
}

fn one(
    step: &StepFile,
    project: &Project<'_>,
    (statements, engine): (&[Statement], Engine),
    words: &str,
) -> Result<Vec<(String, String)>, EmitError> {
    let name = format!("take_back_{}", step.id.replace(['.', '-'], "_"));
    let path = step.files.first().map_or("", |file| file.path.as_str());
    match project {
        Project::Laravel(_) => {
            let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
            let is_outside = engine.has_transactional_ddl() && statements.iter().any(is_concurrent);
            Ok(vec![(format!("{directory}/{AT}_{name}.php"), laravel::one_way(words, statements, is_outside))])
        }
        Project::Sql { migrations } => {
            let source = migrations.iter().find(|known| known.file.path == path).or_else(|| migrations.last());
            let source = source.ok_or_else(|| EmitError::step(&step.id, "its migration is gone", "put it back"))?;
            example(source).one_way(&name, words, statements, engine)
        }
    }
}

fn is_concurrent(statement: &Statement) -> bool {
    statement.changes.iter().any(|change| match &change.what {
        SchemaChange::AddIndex(add) => add.is_concurrent,
        SchemaChange::DropIndex(drop) => drop.is_concurrent,
        _ => false,
    })
}
