//! Whether the files of a plan are still what it says.

use super::ask;
use super::plan_file::PlanFile;
use crate::finding::Date;
use crate::source::Tree;

/// What is not as `plan`, which lies in `directory`, says, in words; `engine` and `laravel` are what the project runs on.
pub fn faults(
    tree: &Tree,
    (plan, directory): (&PlanFile, &str),
    (engine, laravel): (&str, Option<u8>),
    today: Date,
) -> Vec<String> {
    let mut faults = Vec::new();
    if plan.engine != engine {
        faults.push(format!("it was planned for {}, and the migrations run on {engine}", plan.engine));
    }
    if plan.laravel != laravel {
        let major = |major: Option<u8>| major.map_or("no Laravel".to_owned(), |major| format!("Laravel {major}"));
        faults.push(format!("it was planned for {}, and this is {}", major(plan.laravel), major(laravel)));
    }
    let outdated = plan.waivers.iter().filter(|waiver| waiver.until.parse::<Date>().is_ok_and(|until| until < today));
    faults.extend(outdated.map(|waiver| {
        format!("the waiver of `{}` by {} ran out on {}: {}", waiver.step, waiver.by, waiver.until, waiver.reason)
    }));
    if plan.aborted {
        return faults;
    }
    for step in plan.steps() {
        let is_waived = plan.is_waived(&step.id, today);
        for file in &step.files {
            faults.extend(
                fault_of(tree, plan, &file.path)
                    .filter(|_| !is_waived)
                    .map(|fault| format!("{fault}, a file of step `{}`", step.id)),
            );
        }
    }
    let own = |path: &String| plan.steps().any(|step| step.files.iter().any(|file| file.path == *path));
    let wanted = plan.intents.iter().flat_map(|intent| &intent.files);
    let back = wanted.filter(|file| tree.exists(&file.path) && !own(&file.path));
    faults.extend(
        back.map(|file| format!("`{}` is there again, in whose place the migrations of {directory} come", file.path)),
    );
    faults
}

fn fault_of(tree: &Tree, plan: &PlanFile, path: &str) -> Option<String> {
    let Ok(file) = tree.read(path) else { return Some(format!("`{path}` is missing")) };
    match plan.locks.get(path) {
        Some(lock) if *lock != ask::lock(&file.text) => Some(format!("`{path}` was edited")),
        _ if ask::is_unanswered(&file.text) => Some(format!("`{path}` asks for a value that nobody has given")),
        _ => None,
    }
}
