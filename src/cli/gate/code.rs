//! The code of releases on disk: which of them count, and where they use something.

use std::path::{Path, PathBuf};

use super::asked::Place;
use crate::cli::code::{Place as Code, Reader};
use crate::cli::notes::Notes;
use crate::cli::project::Workspace;
use crate::emit::Use;
use crate::gate::plans::{PlanState, placed_in};
use crate::gate::releases;
use crate::usage::{Index, Place as Used, Query, Schema, Tier, Verdict, What};

/// The releases whose code has to live with what is pending: the live one, and those on disk that a plan still lets come
/// back once its deploy is done.
pub(super) fn releases(place: &Place, states: &[PlanState]) -> Vec<(PathBuf, String)> {
    let site = &place.site;
    let can_come_back = |path: &Path| {
        states.iter().filter(|state| !state.pending.is_empty()).any(|state| {
            placed_in(path, &state.directory).is_some_and(|placed| placed >= state.rollback_floor().max(1))
        })
    };
    let others = site.others().map(|one| one.path.clone()).filter(|path| can_come_back(path));
    let mut paths: Vec<PathBuf> = site.current.iter().cloned().collect();
    paths.extend(others.filter(|path| Some(path) != site.current.as_ref()));
    paths.into_iter().map(|path| (path.clone(), releases::name(&path))).collect()
}

/// Where the code of these releases uses a table or a column: `orders`, `orders.fax`.
pub(super) fn uses(workspace: &Workspace<'_>, releases: &[PathBuf], what: &str, place: &Place, notes: Notes) -> Use {
    if !workspace.is_laravel() {
        return Use::Unknown(vec!["the code of this project is not read".to_owned()]);
    }
    let (table, column) = what.split_once('.').map_or((what, None), |(table, column)| (table, Some(column.to_owned())));
    let query = Query { table: table.to_owned(), column, what: What::Gone };
    let reader = Reader::keeping(workspace, place.cache(), notes);
    let plans = format!("{}/", workspace.plans());
    let (catalog, _) = workspace.schema(None);
    let (mut used, mut unknown) = (Vec::new(), Vec::new());
    for release in releases {
        let name = releases::name(release);
        let Ok(mut code) = reader.read(&Code::Directory(release.clone())) else {
            unknown.push(format!("the code of release {name} cannot be read"));
            continue;
        };
        code.files.retain(|(path, _)| !path.starts_with(&plans));
        let answer = Index::new(std::mem::take(&mut code.files), Schema::of(&catalog)).answer(&query);
        let is_judged = |place: &&Used| place.part.is_running() && matches!(place.tier, Tier::Certain | Tier::Likely);
        let places = answer.places.iter().filter(is_judged);
        let places = places.map(|used| format!("{}:{} in {name}: {}", used.file, used.line, used.why));
        match answer.verdict {
            Verdict::SqlError | Verdict::Silent => used.extend(places),
            Verdict::CannotProve => {
                let doubts = answer.unproved.iter();
                unknown.extend(
                    places.chain(
                        doubts.map(|doubt| format!("{}:{} in {name}: {}", doubt.file, doubt.line, doubt.reason)),
                    ),
                );
            }
            Verdict::None => {}
        }
    }
    match (used.is_empty(), unknown.is_empty()) {
        (false, _) => Use::Used(used),
        (true, false) => Use::Unknown(unknown),
        (true, true) => Use::None,
    }
}
