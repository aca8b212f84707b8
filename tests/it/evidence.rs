//! Findings that something in the history, or the project's word, settles: they are told with the evidence and its place, and do
//! not count.

use super::cli::{directory, run, write};

const CONFIG: (&str, &str) = ("phasewise.yaml", "engine: postgresql:16\n");
const USERS: (&str, &str) = (
    "migrations/0001_users.sql",
    "CREATE TABLE users (id BIGINT PRIMARY KEY, phone VARCHAR(20), email VARCHAR(100));\n",
);
const REQUIRED: (&str, &str) = ("migrations/0004_required.sql", "ALTER TABLE users ALTER COLUMN phone SET NOT NULL;\n");

/// The findings of the last migration, each as `rule: severity, discharged-by, evidence`.
fn judged(files: &[(&str, &str)]) -> String {
    let project = directory(files);
    let last = files.iter().map(|(path, _)| *path).filter(|path| path.starts_with("migrations/")).max().unwrap();
    let shown = run(project.path(), &["lint", last, "--format", "json"]);
    let start = shown.find('{').unwrap();
    let document = serde_json::Deserializer::from_str(&shown[start..]).into_iter::<serde_json::Value>();
    let document = document.map(Result::unwrap).next().unwrap();
    let line = |finding: &serde_json::Value| {
        let discharged = finding["discharged-by"].as_str().unwrap_or("open");
        let evidence = finding["evidence"].as_array().unwrap().iter();
        let evidence: Vec<String> =
            evidence.map(|clue| format!("; {} in {}:{}", clue["kind"], clue["file"], clue["line"])).collect();
        format!("{}: {discharged}{}", finding["rule"].as_str().unwrap(), evidence.concat())
    };
    document["findings"].as_array().unwrap().iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_validated_check_settles_what_set_not_null_could_break() {
    let added = (
        "migrations/0002_check.sql",
        "ALTER TABLE users ADD CONSTRAINT users_phone_present CHECK (phone IS NOT NULL) NOT VALID;\n",
    );
    let validated = ("migrations/0003_validate.sql", "ALTER TABLE users VALIDATE CONSTRAINT users_phone_present;\n");
    assert_eq!(
        judged(&[CONFIG, USERS, added, validated, REQUIRED]),
        "not-null-set: the CHECK `users_phone_present` of `users` was validated, so no row has a NULL there \
         (migrations/0003_validate.sql:1:19)"
    );
    let open = judged(&[CONFIG, USERS, added, REQUIRED]);
    assert_eq!(open, "not-null-set: open\nconstraint-validated-with-writes-blocked: open");
}

#[test]
fn a_backfill_is_for_the_reviewer_and_settles_nothing() {
    let filled = ("migrations/0002_fill.sql", "SELECT 1;\nUPDATE users SET phone = '' WHERE phone IS NULL;\n");
    let open = judged(&[CONFIG, USERS, filled, REQUIRED]);
    assert!(open.starts_with("not-null-set: open; \"backfill\" in \"migrations/0002_fill.sql\":2\n"), "{open}");
}

#[test]
fn a_key_that_stands_settles_a_unique_constraint() {
    let built = ("migrations/0002_index.sql", "CREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users (email);\n");
    let constraint = (
        "migrations/0003_constraint.sql",
        "ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE USING INDEX users_email_key;\n",
    );
    assert_eq!(
        judged(&[CONFIG, USERS, built, constraint]),
        "unique-added: `users_email_key` of `users` refuses the same duplicates already (migrations/0002_index.sql:1:1)"
    );
    assert!(judged(&[CONFIG, USERS, built]).contains("unique-added: open"));
}

#[test]
fn a_short_timeout_settles_a_wait_for_a_lock_wherever_it_is_set() {
    let before = (
        "migrations/0002_visits.sql",
        "CREATE TABLE visits (id BIGINT PRIMARY KEY, user_id BIGINT REFERENCES users (id));\n",
    );
    let dropped = ("migrations/0003_drop.sql", "ALTER TABLE visits DROP COLUMN user_id;\n");
    let of_locks = |config: &str, drop: &str| {
        let told = judged(&[("phasewise.yaml", config), USERS, before, (dropped.0, drop)]);
        told.lines().filter(|line| line.starts_with("other-table-locked")).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(of_locks(CONFIG.1, dropped.1), "other-table-locked: open");
    assert_eq!(
        of_locks(CONFIG.1, &format!("SET lock_timeout = '2s';\n{}", dropped.1)),
        "other-table-locked: `lock_timeout` is 2s, so the wait for the lock ends soon (migrations/0003_drop.sql:1:1)"
    );
    assert_eq!(
        of_locks("engine: postgresql:16\nsession: { lock-timeout: 2s }\n", dropped.1),
        "other-table-locked: `lock_timeout` is 2s, so the wait for the lock ends soon (`session` in `phasewise.yaml`)"
    );
    assert_eq!(
        of_locks("engine: postgresql:16\nsession: { lock-timeout: 1min }\n", dropped.1),
        "other-table-locked: open"
    );
    let project = directory(&[USERS]);
    write(project.path(), "phasewise.yaml", b"engine: postgresql:16\nsession: { lock-timout: 2s }\n");
    let refused = run(project.path(), &["lint"]);
    assert!(refused.contains("unknown field `lock-timout`") && refused.contains("phasewise.yaml:2"), "{refused}");
}
