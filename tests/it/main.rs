//! All integration tests, in one binary: one module per area.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test may fail, reads fixtures and runs the binary"
)]

mod bad_input;
mod catalog;
mod cli;
mod decisions;
mod docs;
mod doctor;
mod dumps;
mod effect_rows;
mod effects;
mod emit;
mod evidence;
mod init;
mod layers;
mod layouts;
mod object_rules;
mod objects;
mod planned_examples;
mod plans;
mod published;
mod readme;
mod report;
mod rules;
mod usage;
mod usage_ends;
mod variants;

/// Compares a generated file with the one in the repository; with `PHASEWISE_REWRITE=1` writes it instead.
#[track_caller]
fn golden(path: &str, expected: &str) {
    let on_disk = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("PHASEWISE_REWRITE").is_some() {
        std::fs::create_dir_all(on_disk.parent().unwrap()).unwrap();
        std::fs::write(&on_disk, expected).unwrap();
        return;
    }
    let is_same = std::fs::read_to_string(&on_disk).is_ok_and(|text| text == expected);
    assert!(is_same, "{path} is stale; rewrite it with: PHASEWISE_REWRITE=1 cargo test --test it");
}
