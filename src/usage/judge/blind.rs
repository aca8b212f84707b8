//! What this code does not show: columns and tables that packages use, whose code is not read, and rows that somebody
//! inserts who is not known to insert them into this table.

use super::insert::INSERTS;
use super::reach::{Reach, Subject};
use super::{Found, Judgement};
use crate::answer::Answer;
use crate::eloquent::inflect::class_basename;
use crate::sql;
use crate::usage::facts::{Key, Rest, Use, UseKind, Values};
use crate::usage::index::{File, Index, Model};
use crate::usage::package;
use crate::usage::query::{Effect, PlaceKind, Tier, Unproved, What};

/// Traits of Laravel and of packages for it, by their short names, with the columns of the model that their code uses. One
/// that is not listed may use any.
const TRAITS: &[(&str, &[&str])] = &[
    ("Auditable", &[]),
    ("Authenticatable", &["password", "remember_token"]),
    ("Authorizable", &[]),
    (
        "Billable",
        &[
            "stripe_id",
            "pm_type",
            "pm_last_four",
            "card_brand",
            "card_last_four",
            "trial_ends_at",
            "name",
            "email",
            "phone",
        ],
    ),
    ("BroadcastsEvents", &[]),
    ("CanResetPassword", &["email", "password"]),
    ("CrudTrait", &[]),
    ("Dispatchable", &[]),
    ("ForwardsCalls", &[]),
    ("HasApiTokens", &[]),
    ("HasEvents", &[]),
    ("HasFactory", &[]),
    ("HasPermissions", &["guard_name"]),
    ("HasProfilePhoto", &["profile_photo_path", "name"]),
    ("HasRelationships", &[]),
    ("HasRoles", &["guard_name"]),
    ("HasSlug", &["slug"]),
    ("HasTeams", &["current_team_id"]),
    ("HasUlids", &["id"]),
    ("HasUuids", &["id"]),
    ("HasVersion4Uuids", &["id"]),
    ("InteractsWithMedia", &[]),
    ("InteractsWithQueue", &[]),
    ("Macroable", &[]),
    ("MassPrunable", &[]),
    ("MustVerifyEmail", &["email", "email_verified_at"]),
    ("NodeTrait", &["_lft", "_rgt", "parent_id"]),
    ("Notifiable", &["email", "phone_number"]),
    ("Prunable", &[]),
    ("Searchable", &[]),
    ("SerializesModels", &[]),
    ("Sluggable", &["slug"]),
    // What it asks for is known, and told where the model is.
    ("SoftDeletes", &[]),
    ("Tappable", &[]),
    (
        "TwoFactorAuthenticatable",
        &["two_factor_secret", "two_factor_recovery_codes", "two_factor_confirmed_at", "email"],
    ),
];

/// The columns that Laravel's own class for users uses.
const OF_USERS: [&str; 4] = ["email", "password", "remember_token", "email_verified_at"];

/// Tables that Laravel itself uses, with their columns.
const OF_FRAMEWORK: [(&str, &[&str]); 10] = [
    ("migrations", &["id", "migration", "batch"]),
    ("jobs", &["id", "queue", "payload", "attempts", "reserved", "reserved_at", "available_at", "created_at"]),
    ("failed_jobs", &["id", "uuid", "connection", "queue", "payload", "exception", "failed_at"]),
    (
        "job_batches",
        &[
            "id",
            "name",
            "total_jobs",
            "pending_jobs",
            "failed_jobs",
            "failed_job_ids",
            "options",
            "cancelled_at",
            "created_at",
            "finished_at",
        ],
    ),
    ("cache", &["key", "value", "expiration"]),
    ("cache_locks", &["key", "owner", "expiration"]),
    ("sessions", &["id", "user_id", "ip_address", "user_agent", "payload", "last_activity"]),
    ("password_resets", &["email", "token", "created_at"]),
    ("password_reset_tokens", &["email", "token", "created_at"]),
    (
        "notifications",
        &["id", "type", "notifiable_type", "notifiable_id", "data", "read_at", "created_at", "updated_at"],
    ),
];

/// Where others may use the table or the column, or leave it out.
pub(super) fn of_packages(index: &Index, subject: &Subject<'_>, what: What, found: &mut Found) {
    if let Some(owner) = owner(index, subject, what) {
        let reason = format!("{owner} has a table `{}`, and its code is not read", subject.table);
        found.unproved.push(Unproved { file: "composer.json".to_owned(), line: 1, reason });
    }
    for model in &subject.models {
        for reason in doubts_of(index, model, subject.column) {
            let (Some(class), Some(file)) = (index.class(model.class), index.files().get(index.file_of(model.class)))
            else {
                continue;
            };
            found.unproved.push(Unproved { file: file.path.clone(), line: class.line, reason });
        }
    }
}

/// Who else may have the table.
fn owner(index: &Index, subject: &Subject<'_>, what: What) -> Option<String> {
    let of_framework = OF_FRAMEWORK.iter().find(|(table, _)| *table == subject.table).filter(|(_, columns)| {
        // What inserts a row leaves out whatever column it does not know.
        what != What::Gone || subject.column.is_none_or(|column| columns.contains(&column))
    });
    if of_framework.is_some() {
        return Some("Laravel".to_owned());
    }
    let is_own = subject.models.iter().any(|model| index.foreign_parents(model.class).into_iter().all(is_plain_model));
    let mut packages = package::owners_of(subject.table).filter(|package| match index.is_installed(package) {
        Answer::Yes => true,
        // A model of the application's own tells whose the table is.
        Answer::Unknown => !is_own,
        Answer::No => false,
    });
    packages.next().map(|package| format!("`{package}`"))
}

/// What stands above a model, is not in this code, and may use the column.
fn doubts_of(index: &Index, model: &Model, column: Option<&str>) -> Vec<String> {
    // A table as a whole is used by whoever uses the model.
    let Some(column) = column else { return Vec::new() };
    let mut doubts = Vec::new();
    for name in index.trait_names(model.class) {
        let short = class_basename(name);
        let known = TRAITS.iter().find(|(known, _)| *known == short).map(|(_, columns)| columns);
        let may_use = known.is_none_or(|columns| columns.contains(&column));
        if index.class_named(name).is_none() && may_use {
            doubts.push(format!("`{}` uses the trait `{short}`, whose code is not read", class_basename(&model.name)));
        }
    }
    for parent in index.foreign_parents(model.class) {
        let is_for_users = parent.ends_with("Auth\\User");
        if (is_for_users && OF_USERS.contains(&column)) || (!is_for_users && !is_plain_model(parent)) {
            doubts.push(format!("`{}` extends `{parent}`, whose code is not read", class_basename(&model.name)));
        }
    }
    doubts
}

/// Whether a class that is not in this code knows no columns but those that Eloquent asks every model for.
fn is_plain_model(name: &str) -> bool {
    matches!(class_basename(name), "Model" | "Eloquent" | "Pivot" | "MorphPivot")
}

/// Rows that are inserted by whom nobody can tell, or by SQL.
pub(super) fn of_inserts(index: &Index, subject: &Subject<'_>, found: &mut Found) {
    for (at, file, used) in index.uses() {
        let (on, values, doubt) = match &used.kind {
            UseKind::Values { on, method, values } if INSERTS.contains(&method.as_str()) => {
                (*on, values, format!("`{method}` inserts into a table that is not known"))
            }
            UseKind::Save { on, values } => {
                (*on, values, "`save` writes a row of a table that is not known".to_owned())
            }
            UseKind::Sql { text, .. } => {
                sql_insert(subject, file, used, text, found);
                continue;
            }
            _ => continue,
        };
        if subject.reach(index, at, used, on) == Reach::Unknown && may_be_rows(index, subject, values) {
            found.doubt(file, used.line, &doubt);
        }
    }
}

/// Whether values with those keys may be a row of the table that lacks the column.
fn may_be_rows(index: &Index, subject: &Subject<'_>, values: &Values) -> bool {
    let keys = &values.keys;
    let is_other = |key: &Key| index.schema.has_column(subject.table, &key.name) == Some(false);
    let has_column = keys.iter().any(|key| subject.is_column(&key.name) && !key.is_null);
    !has_column && !keys.iter().any(is_other) && (values.rest != Rest::Nothing || !keys.is_empty())
}

fn sql_insert(subject: &Subject<'_>, file: &File, used: &Use, text: &str, found: &mut Found) {
    let Some(column) = subject.column else { return };
    let upper = text.to_ascii_uppercase();
    let is_insert = ["INSERT", "REPLACE", "MERGE", "COPY"].iter().any(|word| upper.contains(word));
    if !is_insert || !text.contains(subject.table) {
        return;
    }
    let mentions = sql::mentions(text);
    let is_named = mentions.names.iter().any(|(_, name)| name == column);
    if !is_named && mentions.tables.iter().any(|(table, _)| table == subject.table) {
        let why = "the SQL inserts a row without it";
        let judgement = Judgement::new(PlaceKind::Insert, Tier::Likely, Effect::SqlError, why);
        found.add(file, used.line, judgement);
    }
}
