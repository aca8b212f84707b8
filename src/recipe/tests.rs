//! What is wrong with a recipe file is said where it is wrong.

use std::fmt::Write;

use miette::{GraphicalReportHandler, GraphicalTheme};

use super::recipe_file::ReadRecipe;
use super::{OwnRecipe, Recipes};
use crate::yaml::YamlError;

const SOUND: &str = "id: drop-column
summary: A column is dropped once nobody uses it.
ways:
  - replaces: { drop-column: {} }
    deploys:
      - name: stop
        release: Does not use `{table}.{column}` any more.
        then: [drained]
      - name: drop
        migrate:
          - the-change: {}
        settles:
          column-dropped: No release that runs uses it.
        no-return: true
";

#[test]
fn every_recipe_of_the_binary_loads() {
    let recipes = Recipes::builtin().unwrap_or_else(|error| panic!("{:?}", miette::Report::new(error)));
    assert!(recipes.iter().count() > 0);
}

#[test]
fn broken_recipes_are_refused_where_they_are_broken() {
    assert!(ReadRecipe::read("recipes/drop-column.yaml", SOUND).is_ok());
    let broken = [
        ("an unknown field", "name: stop", "name: stop\n        nane: x"),
        ("a field that is missing", "summary: A column is dropped once nobody uses it.\n", ""),
        ("an unknown operation", "the-change: {}", "the-chance: {}"),
        ("an unknown hold", "[drained]", "[drayned]"),
        ("an unknown kind of change", "{ drop-column: {} }", "{ drop-colum: {} }"),
        ("an unknown engine", "replaces: { drop-column: {} }", "replaces: { drop-column: {} }\n    engines: oracle"),
        ("a name that is not bound", "`{table}.{column}`", "`{table}.{to}`"),
        ("a name that does not exist", "`{table}.{column}`", "`{table}.{colum}`"),
        ("an id that is not the file's name", "id: drop-column", "id: drop-columns"),
        ("a value that nobody says", "name: stop", "name: stop\n        backfill: { column: x, where: x }"),
        ("a plan and a refusal", "replaces: { drop-column: {} }", "replaces: { drop-column: {} }\n    refuses: no"),
    ];
    let mut told = String::new();
    for (what, sound, wrong) in broken {
        assert!(SOUND.contains(sound), "{what}");
        let Err(error) = ReadRecipe::read("recipes/drop-column.yaml", &SOUND.replacen(sound, wrong, 1)) else {
            panic!("{what} is taken");
        };
        let _ = writeln!(told, "# {what}\n{}", render(&error));
    }
    insta::assert_snapshot!(told);
}

#[test]
fn a_project_has_recipes_of_its_own() {
    let own = |id: &str, more: &str| OwnRecipe {
        path: format!("phasewise/rules/recipes/{id}.yaml"),
        text: SOUND.replacen("id: drop-column", &format!("id: {id}{more}"), 1),
    };
    let with = |recipes: &[OwnRecipe]| Recipes::builtin().unwrap().with_own(recipes);
    let count = Recipes::builtin().unwrap().iter().count();
    assert_eq!(with(&[own("drop-it", "")]).unwrap().iter().count(), count + 1);
    let replaced = with(&[own("drop-column", "\nreplaces-builtin: true")]).unwrap();
    assert_eq!(replaced.iter().count(), count);
    assert!(replaced.get("drop-column").is_some_and(|recipe| recipe.is_own));
    let mut told = String::new();
    for (what, recipes) in [
        ("an id that is taken", vec![own("drop-column", "")]),
        ("nothing to replace", vec![own("drop-it", "\nreplaces-builtin: true")]),
    ] {
        let Err(error) = with(&recipes) else { panic!("{what} is taken") };
        let _ = writeln!(told, "# {what}\n{}", render(&error));
    }
    insta::assert_snapshot!(told);
}

fn render(error: &YamlError) -> String {
    let mut text = String::new();
    GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()).render_report(&mut text, error).unwrap();
    text
}
