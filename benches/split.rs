//! How the time to split and to read SQL grows with its length, on ordinary text and on text that is made to be hard.
//!
//! Prints ratios of two things measured in one run, in time of the processor, since on a busy machine a long task waits more
//! often than a short one. Fails where ten times the text takes much more than ten times as long. An argument picks the
//! texts whose name holds it.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::time::Duration;

use cpu_time::ThreadTime;
use phasewise::engine::Engine;
use phasewise::source::{SourceMap, Tree};
use phasewise::sql;

const SMALL: usize = 1 << 20;
const LARGE: usize = 10 * SMALL;
const MOST: f64 = 11.0;
/// Below this, what is measured is not the text.
const LEAST: Duration = Duration::from_millis(20);

/// How often the two are measured at most.
const ROUNDS: usize = 6;

/// What a text begins with, and what is repeated.
const TEXTS: [(&str, &str, &str); 31] = [
    ("statements", "", "ALTER TABLE orders ADD note varchar(20) NOT NULL DEFAULT 'x'; -- why\n"),
    ("a long insert", "INSERT INTO t (a, b, c) VALUES ", "(1, 'some text', NULL), "),
    ("many inserts", "", "INSERT INTO t (a, b, c) VALUES (1, 'some text', NULL);\n"),
    ("a wide table", "CREATE TABLE t (a int, ", "col varchar(20) NOT NULL, "),
    ("a wide change", "ALTER TABLE t ADD a int, ", "ADD col varchar(20) NOT NULL, "),
    ("commas", "SELECT ", "a,"),
    ("single quotes", "", "'"),
    ("an open string", "SELECT '", "x "),
    ("double quotes", "", "\""),
    ("backticks", "", "`"),
    ("brackets", "SELECT ", "("),
    ("closed brackets", "SELECT ", ")"),
    ("square brackets", "", "["),
    ("open comments", "", "/*"),
    ("dash comments", "", "-- x\n"),
    ("dollar quotes", "", "$a$"),
    ("dollars", "SELECT ", "$ "),
    ("backslashes", "SELECT ", "\\"),
    ("nested CASE", "UPDATE t SET a = ", "CASE WHEN a THEN "),
    ("nested BEGIN", "CREATE TRIGGER t BEFORE INSERT ON t FOR EACH ROW ", "BEGIN "),
    ("words", "", "begin end if go delimiter "),
    ("a long condition", "DELETE FROM t WHERE a = 1 ", "OR a = 2 "),
    ("a long IN", "DELETE FROM t WHERE a IN (1", ", 2"),
    ("a deep check", "ALTER TABLE t ADD a int CHECK ", "(a + "),
    ("columns changed", "ALTER TABLE t DROP a, ", "ALTER COLUMN a TYPE bigint USING a::bigint, "),
    ("columns modified", "ALTER TABLE t DROP a, ", "MODIFY a varchar(20) NOT NULL AFTER b, "),
    ("a long function", "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN ", "x := x + 1; "),
    ("a long block", "DO $$ BEGIN ", "IF a THEN UPDATE t SET a = 1; END IF; "),
    ("rows of COPY", "COPY t (a, b) FROM stdin;\n", "1\tsome text\n"),
    ("batches", "", "SELECT 1\nGO\n"),
    ("a long comment", "/* ", "words * and / more\n"),
];

fn main() {
    let mut is_linear = true;
    println!(
        "{:<12} {:<18} {:>12} {:>8} {:>12} {:>8}",
        "engine", "text", "split 10 MB", "ratio", "read 10 MB", "ratio"
    );
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    for (name, start, repeated) in TEXTS.into_iter().filter(|(name, ..)| name.contains(&wanted)) {
        for engine in Engine::ALL {
            let [small, large] = [SMALL, LARGE].map(|length| text(start, repeated, length));
            let (split, split_ratio) = growth(&small, &large, |text| drop(sql::statements(text, engine)));
            let (read, read_ratio) = growth(&small, &large, |text| read(text, engine));
            println!(
                "{:<12} {name:<18} {:>9.0} ms {split_ratio:>8.1} {:>9.0} ms {read_ratio:>8.1}",
                engine.name(),
                millis(split),
                millis(read)
            );
            is_linear &= split_ratio <= MOST && read_ratio <= MOST;
        }
    }
    assert!(is_linear, "ten times the text takes more than {MOST} times as long");
}

fn text(start: &str, repeated: &str, length: usize) -> String {
    format!("{start}{}", repeated.repeat((length - start.len()) / repeated.len()))
}

fn read(text: &str, engine: Engine) {
    let file = Tree::new("").put("migration.sql", String::new());
    let script = sql::read(text, &SourceMap::verbatim(file.id, 0, text.len() as u32), engine);
    std::hint::black_box(script);
}

/// The time for the large text, and how many times that of the small one it is.
fn growth(small: &str, large: &str, work: impl Fn(&str)) -> (Duration, f64) {
    let (mut short, mut long) = (Duration::MAX, Duration::MAX);
    // A machine that does other work makes either longer, never shorter: both are measured in turn, until it let them be.
    for _ in 0..ROUNDS {
        short = short.min(timed(|| work(small)));
        long = long.min(timed(|| work(large)));
        if ratio(short, long) <= MOST {
            break;
        }
    }
    (long, ratio(short, long))
}

fn ratio(short: Duration, long: Duration) -> f64 {
    if long < LEAST { 0.0 } else { long.as_secs_f64() / short.as_secs_f64() }
}

fn timed(work: impl Fn()) -> Duration {
    let start = ThreadTime::now();
    work();
    start.elapsed()
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
