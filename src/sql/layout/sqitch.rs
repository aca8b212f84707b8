//! Sqitch: `sqitch.plan` lists the changes in order; `deploy/name.sql` makes each, `revert/name.sql` undoes it.
//!
//! A change that is listed again was reworked: what stood there before the tag between is `deploy/name@tag.sql` (Sqitch
//! documentation, `sqitchchanges`, `sqitch-rework`).

use super::directory::{Directory, below};
use super::error::LayoutError;
use super::part::Part;
use super::{Layout, Listing, Migration};

const PLAN: &str = "sqitch.plan";

/// A line of the plan.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'p> {
    Change(&'p str),
    Tag(&'p str),
}

pub(super) fn list(directory: &Directory<'_>) -> Result<Option<Listing>, LayoutError> {
    if !directory.has(PLAN) {
        return Ok(None);
    }
    let plan = directory.tree.read(&directory.path_of(PLAN))?;
    let lines = lines(&plan.text);
    let mut migrations = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Line::Change(name) = line else { continue };
        let file = format!("{}.sql", script(name, lines.get(at + 1..).unwrap_or_default()));
        let deploy = directory.path_of(&below("deploy", &file));
        if !directory.tree.exists(&deploy) {
            return Err(LayoutError::missing(&plan, name));
        }
        let revert = directory.path_of(&below("revert", &file));
        migrations.push(Migration {
            down: directory.tree.exists(&revert).then(|| vec![Part::whole(&revert)]),
            ..Migration::of_file(Layout::Sqitch, file.strip_suffix(".sql").unwrap_or(name), deploy)
        });
    }
    let mut listing = Listing::new(Layout::Sqitch, migrations);
    let deploy = Directory::new(directory.tree, &directory.path_of("deploy"));
    let files = deploy.files_below();
    let is_planned = |name: &&String| listing.migrations.iter().any(|planned| planned.path == deploy.path_of(name));
    let passed_over: Vec<&String> = files.iter().filter(|name| !is_planned(name)).collect();
    deploy.pass_over(&mut listing, &passed_over);
    Ok(Some(listing))
}

pub(super) fn lines(plan: &str) -> Vec<Line<'_>> {
    let content = plan.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    let content = content.filter(|line| !line.is_empty() && !line.starts_with('%'));
    content
        .filter_map(|line| {
            let word = line.split_whitespace().next()?;
            match word.strip_prefix('@') {
                Some(tag) => Some(Line::Tag(tag)),
                None => Some(Line::Change(word.trim_start_matches('+'))).filter(|_| !word.starts_with('-')),
            }
        })
        .collect()
}

/// The script of a change, given the lines after it: with the next tag where it was reworked later.
fn script(name: &str, after: &[Line<'_>]) -> String {
    let is_reworked = after.contains(&Line::Change(name));
    let tag = after.iter().find_map(|line| match line {
        Line::Tag(tag) => Some(*tag),
        Line::Change(_) => None,
    });
    match tag.filter(|_| is_reworked) {
        Some(tag) => format!("{name}@{tag}"),
        None => name.to_owned(),
    }
}
