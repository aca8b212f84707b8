//! Blueprints of several calls, and connections that are set up otherwise: what Laravel 8 to 13 answered, without
//! doctrine/dbal, byte for byte.

use super::recorded::{MAJORS, agrees, rows, was_recorded};
use super::{settings, sql};
use crate::engine::Engine;
use crate::laravel::Settings;

const SITUATIONS: &str = include_str!("../../../../fixtures/laravel/situations.csv");

#[test]
fn every_recorded_blueprint_compiles_to_what_laravel_sent() {
    let mut failures = Vec::new();
    let mut compared = 0;
    for row in rows(SITUATIONS).skip(1) {
        let [situation, calls, engine, recorded @ ..] = row.as_slice() else { continue };
        let engine = Engine::from_name(engine).unwrap();
        for (major, expected) in MAJORS.into_iter().zip(recorded) {
            let is_unknown_to_laravel = situation == "ulid-morphs" && major == 8;
            if is_unknown_to_laravel || !was_recorded(engine, major) {
                continue;
            }
            compared += 1;
            let (table, settings) = set_up(situation, settings(engine, major));
            let actual = sql(table, calls, &settings);
            if !agrees(&actual, expected) {
                failures
                    .push(format!("{engine} {major} {situation} {calls}\n  laravel: {expected}\n  ours:    {actual}"));
            }
        }
    }
    assert!(failures.is_empty(), "{} differ\n{}", failures.len(), failures.join("\n"));
    assert_eq!(compared, 7349);
}

fn set_up(situation: &str, settings: Settings) -> (&'static str, Settings) {
    let with_prefix = |settings| Settings { prefix: "p_".to_owned(), ..settings };
    match situation {
        "prefix" => ("t", with_prefix(settings)),
        "prefix-indexes" => ("t", Settings { prefix_indexes: true, ..with_prefix(settings) }),
        "schema" => ("app.events", settings),
        "prefix-schema" => ("app.events", Settings { prefix_indexes: true, ..with_prefix(settings) }),
        "connection" => {
            let (charset, collation) = (Some("utf8mb4".to_owned()), Some("utf8mb4_unicode_ci".to_owned()));
            ("t", Settings { charset, collation, storage_engine: Some("InnoDB".to_owned()), ..settings })
        }
        "uuid-morphs" => ("t", Settings { morph_key: "uuid".to_owned(), ..settings }),
        "ulid-morphs" => ("t", Settings { morph_key: "ulid".to_owned(), ..settings }),
        _ => ("t", settings),
    }
}
