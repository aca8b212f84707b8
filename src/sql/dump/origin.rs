//! Which tool wrote a dump, and whether it came to its end.

use crate::engine::Engine;

/// How the dumps of each engine's tools begin. Any of the MySQL family stands for both.
const SIGNS: &[(&str, Engine)] = &[
    ("-- PostgreSQL database dump", Engine::Postgresql),
    ("SET statement_timeout = 0;", Engine::Postgresql),
    ("pg_catalog.set_config(", Engine::Postgresql),
    ("-- MySQL dump", Engine::Mysql),
    ("-- MariaDB dump", Engine::Mysql),
    ("/*M!999999", Engine::Mysql),
    ("/*!40101 SET", Engine::Mysql),
    ("/*!40103 SET", Engine::Mysql),
    ("/*!50503 SET", Engine::Mysql),
    ("PRAGMA foreign_keys=OFF;", Engine::Sqlite),
];

/// How much of a dump is looked at for a sign.
const LOOKED_AT: usize = 4096;

/// The engine whose tool wrote the dump that begins with `head`, if it shows.
pub fn engine_of(head: &str) -> Option<Engine> {
    let head = head.get(..head.floor_char_boundary(LOOKED_AT)).unwrap_or_default();
    let found = SIGNS.iter().filter_map(|(sign, engine)| Some((head.find(sign)?, *engine)));
    found.min_by_key(|(at, _)| *at).map(|(_, engine)| engine)
}

/// The comments by which a tool opens a dump, and those by which it closes it. Laravel puts two dumps into one file.
#[derive(Debug, Default)]
pub(super) struct Closings {
    opened: usize,
    closed: usize,
}

impl Closings {
    pub(super) fn comment(&mut self, comment: &str) {
        let openings = ["-- MySQL dump", "-- MariaDB dump"];
        let comment = comment.trim_end();
        if comment == "-- PostgreSQL database dump" || openings.iter().any(|opening| comment.starts_with(opening)) {
            self.opened += 1;
        } else if comment == "-- PostgreSQL database dump complete" || comment.starts_with("-- Dump completed") {
            self.closed += 1;
        }
    }

    /// Whether a dump was opened and not closed.
    pub(super) fn are_missing(&self) -> bool {
        self.closed < self.opened
    }
}
