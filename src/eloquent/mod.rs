//! What Eloquent takes for granted: which classes are models, and the names of tables and keys that follow from a class's.
//!
//! Takes names, gives names; what a class says for itself is read by those who know its code.

pub mod inflect;

use inflect::{class_basename, plural_studly, snake};

/// Classes of Laravel and of common packages that only models extend.
const BASES: [&str; 9] = [
    "Illuminate\\Database\\Eloquent\\Model",
    "Illuminate\\Foundation\\Auth\\User",
    "Illuminate\\Database\\Eloquent\\Relations\\Pivot",
    "Illuminate\\Database\\Eloquent\\Relations\\MorphPivot",
    "Eloquent",
    "Spatie\\Permission\\Models\\Role",
    "Spatie\\Permission\\Models\\Permission",
    "Laravel\\Sanctum\\PersonalAccessToken",
    "Illuminate\\Notifications\\DatabaseNotification",
];

/// Whether a class of that name, which the project does not have, is one that models extend.
pub fn is_base(class: &str) -> bool {
    BASES.contains(&class)
}

/// Whether a class that extends `base`, which the project does not have, is a model.
pub fn is_model_base(base: &str) -> bool {
    is_base(base) || base.contains("\\Models\\") || base.ends_with("\\Model")
}

/// The table of a model that names none.
pub fn table_of(class: &str) -> String {
    snake(&plural_studly(class_basename(class)))
}
