//! What breaks atomicity, for people: each kind once with its reason and the way out, and every place of it.

use std::collections::BTreeMap;
use std::io::{self, Write};

use textwrap::Options;

use crate::gate::doctor::Complaint;
use crate::gate::doctor::ailment::Ailment;

/// Writes complaints by kind, then what was read and what was not.
pub fn write(
    out: &mut dyn Write,
    complaints: &[&Complaint],
    looked_at: &[String],
    unread: &[String],
    width: usize,
) -> io::Result<()> {
    let mut kinds: BTreeMap<Ailment, Vec<&Complaint>> = BTreeMap::new();
    for complaint in complaints {
        kinds.entry(complaint.ailment).or_default().push(complaint);
    }
    for (ailment, places) in kinds {
        writeln!(out, "{}: {}", ailment.id(), ailment.what())?;
        for place in places {
            writeln!(out, "  {}:{}: {}", place.file, place.line, place.shown)?;
        }
        write_part(out, "why:     ", ailment.why(), width)?;
        write_part(out, "way out: ", ailment.way_out(), width)?;
        writeln!(out)?;
    }
    looked_at.iter().try_for_each(|what| writeln!(out, "read:     {what}"))?;
    unread.iter().try_for_each(|what| writeln!(out, "not read: {what}"))
}

fn write_part(out: &mut dyn Write, name: &str, text: &str, width: usize) -> io::Result<()> {
    let first = format!("  {name}");
    let rest = " ".repeat(first.len());
    writeln!(out, "{}", textwrap::fill(text, Options::new(width).initial_indent(&first).subsequent_indent(&rest)))
}
