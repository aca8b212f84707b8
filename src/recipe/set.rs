//! All recipes that apply.

use super::Recipe;
use super::recipe_file::ReadRecipe;
use crate::embedded;
use crate::yaml::YamlError;

/// Recipes in the order of their ids; no two with one id.
#[derive(Debug, Clone, Default)]
pub struct Recipes(Vec<Recipe>);

/// The file of a recipe that a project brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnRecipe {
    pub path: String,
    pub text: String,
}

impl Recipes {
    /// The recipes that this binary brings along.
    pub fn builtin() -> Result<Self, YamlError> {
        let files = embedded::folder("recipes");
        files
            .map(|(path, text)| ReadRecipe::read(path, text).map(|read| read.recipe))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// With the recipes of a project beside these. One that says so stands in for a recipe of this binary.
    pub fn with_own(mut self, own: &[OwnRecipe]) -> Result<Self, YamlError> {
        for OwnRecipe { path, text } in own {
            let ReadRecipe { recipe, replaces_builtin } = ReadRecipe::read(path, text)?;
            let recipe = Recipe { is_own: true, ..recipe };
            let fail = |key: &str, message: String, help: &str| {
                Err(YamlError::at(path, text, &[key], message, Some(help.to_owned())))
            };
            match (self.0.iter_mut().find(|other| other.id == recipe.id), replaces_builtin) {
                (None, false) => self.0.push(recipe),
                (Some(other), true) if !other.is_own => *other = recipe,
                (Some(other), _) => {
                    let message = format!("there is a recipe `{}` already, in `{}`", other.id, other.path);
                    return fail("id", message, "choose another id, or write `replaces-builtin: true`");
                }
                (None, true) => {
                    let message = format!("phasewise brings no recipe `{}` along", recipe.id);
                    return fail("replaces-builtin", message, "leave `replaces-builtin` out for a new one");
                }
            }
        }
        Ok(self)
    }

    pub fn get(&self, id: &str) -> Option<&Recipe> {
        self.0.iter().find(|recipe| recipe.id == id)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Recipe> {
        self.0.iter()
    }
}
