//! What each change does on the engine, as a table.

use std::io::{self, Write};

use super::words;
use crate::effect::{Certainty, Effect};
use crate::lint::{JudgedChange, Outcome};
use crate::source::Tree;

const COLUMNS: [&str; 7] = ["place", "change", "table", "lock", "blocks", "lasts", "algorithm"];

/// What stands where there is nothing to say.
const NOTHING: &str = "-";

type Row = [String; COLUMNS.len()];

pub fn write(out: &mut dyn Write, outcome: &Outcome, tree: &Tree) -> io::Result<()> {
    if outcome.changes.is_empty() {
        return writeln!(out, "no changes on {}", words::engine(&outcome.target));
    }
    let rows: Vec<Row> = outcome.changes.iter().map(|judged| row(judged, tree)).collect();
    let header = COLUMNS.map(str::to_owned);
    let widths = widths(std::iter::once(&header).chain(&rows));
    let mut migration = None;
    for (judged, row) in outcome.changes.iter().zip(&rows) {
        if migration != Some(judged.migration) {
            if migration.is_some() {
                writeln!(out)?;
            }
            migration = Some(judged.migration);
            let path = outcome.migrations.get(judged.migration).map_or("", |migration| &migration.path);
            writeln!(out, "{path} on {}", words::engine(&outcome.target))?;
            write_row(out, &header, &widths)?;
        }
        write_row(out, row, &widths)?;
    }
    Ok(())
}

fn row(judged: &JudgedChange, tree: &Tree) -> Row {
    let (what, effect) = (&judged.change.what, &judged.effect);
    let place = tree.file(judged.change.span.file).position(judged.change.span.start);
    let change = what.column().map_or(what.kind().to_owned(), |column| format!("{} {column}", what.kind()));
    let table = what.table().map_or_else(|| NOTHING.to_owned(), ToString::to_string);
    let [lock, blocks, lasts, algorithm] = cells(effect);
    [format!("{}:{}", place.line, place.column), change, table, lock, blocks, lasts, algorithm]
}

/// The lock, what it blocks, how long it lasts, and the algorithm.
fn cells(effect: &Effect) -> [String; 4] {
    if effect.certainty == Certainty::Unknown {
        return ["unknown", "?", "?", "?"].map(str::to_owned);
    }
    let blocks: Vec<_> = words::blocked(effect.blocks).collect();
    let lock = match effect.lock.as_str() {
        _ if effect.refused.is_some() => "refused",
        "" => NOTHING,
        lock => lock,
    };
    let doubt = if effect.certainty == Certainty::Assumed { " (assumed)" } else { "" };
    [
        format!("{lock}{doubt}"),
        if blocks.is_empty() { NOTHING.to_owned() } else { blocks.join(", ") },
        words::lasts(effect.lasts).to_owned(),
        effect.algorithm.map_or(NOTHING, words::algorithm).to_owned(),
    ]
}

fn widths<'a>(rows: impl Iterator<Item = &'a Row>) -> [usize; COLUMNS.len()] {
    rows.fold([0; COLUMNS.len()], |mut widths, row| {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
        widths
    })
}

fn write_row(out: &mut dyn Write, row: &Row, widths: &[usize]) -> io::Result<()> {
    let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
    writeln!(out, "  {}", cells.join("  ").trim_end())
}
