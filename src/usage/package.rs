//! Packages that write tables of the application's database by themselves: which columns, in which of their versions.
//!
//! Read from the packages' own code and migrations at their tags: laravel/cashier 9.3.6, 10.0.0, 12.0.0, 13.0.0 and
//! 15.0.0; laravel/passport 7.0.0, 10.0.0 and 12.0.0. What a package does in versions that are not here is not known.

use std::ops::RangeInclusive;

/// A table of a package, in a range of its majors.
#[derive(Debug)]
pub(super) struct PackageTable {
    pub package: &'static str,
    majors: RangeInclusive<u32>,
    pub table: Owner,
    /// The columns that its code reads or writes.
    pub columns: &'static [&'static str],
}

/// Whose table it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    Table(&'static str),
    /// The table of whichever model uses that trait.
    ModelWith(&'static str),
}

const CASHIER: &str = "laravel/cashier";
const PASSPORT: &str = "laravel/passport";
const BILLABLE: Owner = Owner::ModelWith("Laravel\\Cashier\\Billable");

const fn of(
    package: &'static str,
    majors: RangeInclusive<u32>,
    table: Owner,
    columns: &'static [&'static str],
) -> PackageTable {
    PackageTable { package, majors, table, columns }
}

#[rustfmt::skip]
const TABLES: [PackageTable; 14] = [
    of(CASHIER, 9..=9, Owner::Table("subscriptions"), &["id", "user_id", "name", "stripe_id", "stripe_plan", "quantity", "trial_ends_at", "ends_at", "created_at", "updated_at"]),
    of(CASHIER, 10..=12, Owner::Table("subscriptions"), &["id", "user_id", "name", "stripe_id", "stripe_status", "stripe_plan", "quantity", "trial_ends_at", "ends_at", "created_at", "updated_at"]),
    of(CASHIER, 13..=14, Owner::Table("subscriptions"), &["id", "user_id", "name", "stripe_id", "stripe_status", "stripe_price", "quantity", "trial_ends_at", "ends_at", "created_at", "updated_at"]),
    of(CASHIER, 15..=15, Owner::Table("subscriptions"), &["id", "user_id", "type", "stripe_id", "stripe_status", "stripe_price", "quantity", "trial_ends_at", "ends_at", "created_at", "updated_at"]),
    of(CASHIER, 12..=12, Owner::Table("subscription_items"), &["id", "subscription_id", "stripe_id", "stripe_plan", "quantity", "created_at", "updated_at"]),
    of(CASHIER, 13..=15, Owner::Table("subscription_items"), &["id", "subscription_id", "stripe_id", "stripe_product", "stripe_price", "quantity", "created_at", "updated_at"]),
    of(CASHIER, 9..=12, BILLABLE, &["stripe_id", "card_brand", "card_last_four", "trial_ends_at"]),
    of(CASHIER, 13..=15, BILLABLE, &["stripe_id", "pm_type", "pm_last_four", "trial_ends_at"]),
    of(PASSPORT, 7..=9, Owner::Table("oauth_clients"), &["id", "user_id", "name", "secret", "redirect", "personal_access_client", "password_client", "revoked", "created_at", "updated_at"]),
    of(PASSPORT, 10..=12, Owner::Table("oauth_clients"), &["id", "user_id", "name", "secret", "provider", "redirect", "personal_access_client", "password_client", "revoked", "created_at", "updated_at"]),
    of(PASSPORT, 7..=12, Owner::Table("oauth_personal_access_clients"), &["id", "client_id", "created_at", "updated_at"]),
    of(PASSPORT, 7..=12, Owner::Table("oauth_access_tokens"), &["id", "user_id", "client_id", "name", "scopes", "revoked", "created_at", "updated_at", "expires_at"]),
    of(PASSPORT, 7..=12, Owner::Table("oauth_refresh_tokens"), &["id", "access_token_id", "revoked", "expires_at"]),
    of(PASSPORT, 7..=12, Owner::Table("oauth_auth_codes"), &["id", "user_id", "client_id", "scopes", "revoked", "expires_at"]),
];

/// Packages that bring tables of their own, whose code is not read; `oauth_*` is every table that begins so.
const OWNERS: [(&str, &[&str]); 12] = [
    ("beyondcode/laravel-websockets", &["websockets_*"]),
    (CASHIER, &["subscriptions", "subscription_items"]),
    ("laravel/jetstream", &["teams", "team_user", "team_invitations"]),
    (PASSPORT, &["oauth_*"]),
    ("laravel/pulse", &["pulse_*"]),
    ("laravel/sanctum", &["personal_access_tokens"]),
    ("laravel/telescope", &["telescope_*"]),
    ("spatie/laravel-activitylog", &["activity_log"]),
    ("spatie/laravel-medialibrary", &["media"]),
    (
        "spatie/laravel-permission",
        &["roles", "permissions", "model_has_roles", "model_has_permissions", "role_has_permissions"],
    ),
    ("spatie/laravel-tags", &["tags", "taggables"]),
    ("laravel/horizon", &["horizon_*"]),
];

/// The packages that bring a table of that name.
pub(super) fn owners_of(table: &str) -> impl Iterator<Item = &'static str> {
    let is_it = move |name: &&str| name.strip_suffix('*').map_or(*name == table, |start| table.starts_with(start));
    OWNERS.iter().filter(move |(_, tables)| tables.iter().any(is_it)).map(|(package, _)| *package)
}

/// A package that is installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    pub name: String,
    /// 0 where it is a branch.
    pub major: u32,
    /// Where `composer.lock` says so, from 1.
    pub line: u32,
}

impl Package {
    /// The tables that it is known to write.
    pub(super) fn tables(&self) -> impl Iterator<Item = &'static PackageTable> {
        TABLES.iter().filter(|table| table.package == self.name && table.majors.contains(&self.major))
    }
}

/// The packages in `composer.lock` that have tables here.
pub(super) fn installed(lock: &str) -> Vec<Package> {
    let mut found = Vec::new();
    let mut name: Option<(&str, u32)> = None;
    for (line, text) in (1..).zip(lock.lines()) {
        let Some((key, value)) = text.trim().trim_end_matches(',').split_once(": ") else { continue };
        let value = value.trim_matches('"');
        match key {
            "\"name\"" => {
                let is_known = TABLES.iter().any(|table| table.package == value)
                    || OWNERS.iter().any(|(package, _)| *package == value);
                name = is_known.then_some((value, line));
            }
            "\"version\"" => {
                let major = value.trim_start_matches('v').split('.').next().and_then(|major| major.parse().ok());
                if let Some((name, line)) = name.take() {
                    let major = major.unwrap_or_default();
                    found.push(Package { name: name.to_owned(), major, line });
                }
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_found_with_their_majors() {
        let lock = "{\n  \"packages\": [\n    {\n      \"name\": \"laravel/cashier\",\n      \"version\": \"v12.3.1\",\n    },\n    {\n      \"name\": \"a/b\",\n      \"version\": \"1.0.0\",\n";
        let found = installed(lock);
        assert_eq!(found, [Package { name: CASHIER.to_owned(), major: 12, line: 4 }]);
        assert!(found[0].tables().any(|table| table.columns.contains(&"card_last_four")));
    }
}
