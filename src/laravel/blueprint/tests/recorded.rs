//! Every call of the recorded table: what Laravel 8 to 13 sent for one call on the table `t`, byte for byte.

use std::collections::BTreeMap;

use super::{settings, sql};
use crate::engine::Engine;
use crate::laravel::Settings;

const RECORDED: &str = include_str!("../../../../fixtures/laravel/sql-by-version.csv");
pub(super) const MAJORS: [u8; 6] = [8, 9, 10, 11, 12, 13];

#[test]
fn every_recorded_call_compiles_to_what_laravel_sent() {
    let mut failures = Vec::new();
    let mut counts: BTreeMap<(&str, u8), usize> = BTreeMap::new();
    let mut left_out = 0;
    for row in rows(RECORDED).skip(1) {
        let [call, engine, recorded @ ..] = row.as_slice() else { continue };
        let engine = Engine::from_name(engine).unwrap();
        for (major, expected) in MAJORS.into_iter().zip(recorded) {
            if had_no_table(major, expected) {
                left_out += 1;
                continue;
            }
            if !was_recorded(engine, major) {
                continue;
            }
            *counts.entry((engine.name(), major)).or_default() += 1;
            let settings = Settings { has_doctrine: major <= 10, ..settings(engine, major) };
            let actual = sql("t", call, &settings);
            if !agrees(&actual, expected) {
                failures.push(format!("{engine} {major} {call}\n  laravel: {expected}\n  ours:    {actual}"));
            }
        }
    }
    assert!(failures.is_empty(), "{} differ\n{}", failures.len(), failures.join("\n"));
    assert_eq!(counts.values().sum::<usize>(), 5259, "{counts:?}");
    assert_eq!(left_out, 222, "cells recorded without the table that doctrine/dbal looks at");
}

/// What was recorded without a table to look at, although Laravel looked: up to 10, with doctrine/dbal installed. Tables that
/// Laravel itself reads anew are compared: one that does not stand has no columns.
fn had_no_table(major: u8, recorded: &str) -> bool {
    recorded.starts_with("!! Doctrine\\DBAL\\") || major <= 10 && recorded.ends_with("Index [a] does not exist.")
}

/// Up to Laravel 10 there is no grammar for MariaDB.
pub(super) fn was_recorded(engine: Engine, major: u8) -> bool {
    engine != Engine::Mariadb || major >= 11
}

/// An exception agrees by its message; how PHP counts missing arguments is not compared.
pub(super) fn agrees(actual: &str, expected: &str) -> bool {
    match expected.strip_prefix("!! ") {
        None => actual == expected,
        Some(exception) if exception.starts_with("ArgumentCountError") => actual.starts_with("!! "),
        Some(exception) => exception.split_once(": ").is_some_and(|(_, message)| actual == format!("!! {message}")),
    }
}

/// The rows of a CSV file, whose fields may be quoted.
pub(super) fn rows(text: &str) -> impl Iterator<Item = Vec<String>> {
    text.lines().map(|line| {
        let mut fields = vec![String::new()];
        let mut letters = line.chars().peekable();
        let mut is_quoted = false;
        while let Some(letter) = letters.next() {
            match letter {
                '"' if is_quoted && letters.next_if_eq(&'"').is_some() => fields.last_mut().unwrap().push('"'),
                '"' => is_quoted = !is_quoted,
                ',' if !is_quoted => fields.push(String::new()),
                letter => fields.last_mut().unwrap().push(letter),
            }
        }
        fields
    })
}
