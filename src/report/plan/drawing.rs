//! The picture of a plan: a lane for each deploy, in it the steps from left to right as they are taken, and what waits
//! for what. SVG whose colours are those of the page around it.

use std::borrow::Cow;
use std::io::{self, Write};

use textwrap::Options;

use super::{Sort, title};
use crate::plan::{Plan, Slot, Step};
use crate::report::junit::escaped;

const SLOTS: [(Slot, &str); 3] = [
    (Slot::Pre, "migrations, while the release before serves"),
    (Slot::Code, "the release itself"),
    (Slot::Between, "after it, before the next deploy"),
];

const WIDTH: usize = 1184;
/// Where the names of the deploys stand.
const MARGIN: usize = 172;
const COLUMN: usize = 336;
const BOX: usize = 292;
const HEADING: usize = 34;
const LINE: usize = 17;
const GAP: usize = 16;
const PADDING: usize = 18;
/// Between lanes.
const SPACE: usize = 20;
/// How many letters of the page's font fit in a box.
const LETTERS: usize = 36;
const MAX_LINES: usize = 4;

/// A step where it is drawn.
struct Drawn<'a> {
    step: &'a Step,
    lines: Vec<String>,
    lane: usize,
    x: usize,
    y: usize,
}

struct Lane {
    y: usize,
    height: usize,
}

pub(super) fn write(out: &mut dyn Write, plan: &Plan, prefix: &str) -> io::Result<()> {
    let (lanes, drawn) = lay_out(plan);
    let height = lanes.last().map_or(HEADING, |lane| lane.y + lane.height) + 2;
    writeln!(out, "<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{}\">", escaped(&plan.title))?;
    writeln!(
        out,
        "<defs><marker id=\"{prefix}tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" \
         orient=\"auto\"><path class=\"tip\" d=\"M0 0L8 4L0 8z\"/></marker></defs>"
    )?;
    for (slot, words) in SLOTS {
        writeln!(out, "<text class=\"slot\" x=\"{}\" y=\"{}\">{words}</text>", x_of(slot), HEADING - 12)?;
    }
    for (lane, deploy) in lanes.iter().zip(&plan.deploys) {
        let is_final = deploy.steps.iter().any(|step| step.is_point_of_no_return);
        write_lane(out, lane, deploy.number, &deploy.name, is_final)?;
    }
    let needed = drawn.iter().flat_map(|to| {
        let needed = drawn.iter().filter(|from| to.step.needs.contains(&from.step.id));
        needed.map(move |from| (from, to))
    });
    for (at, (from, to)) in needed.enumerate() {
        let above = lanes.get(to.lane).map_or(0, |lane| lane.y);
        let path = if from.lane == to.lane { near(from, to) } else { far(from, to, above, at) };
        let class = if from.lane == to.lane { "edge" } else { "edge far" };
        writeln!(out, "<path class=\"{class}\" d=\"{path}\" marker-end=\"url(#{prefix}tip)\"/>")?;
    }
    drawn.iter().try_for_each(|drawn| drawn.write(out, prefix))?;
    writeln!(out, "</svg>")
}

fn lay_out(plan: &Plan) -> (Vec<Lane>, Vec<Drawn<'_>>) {
    let mut lanes = Vec::new();
    let mut drawn = Vec::new();
    let mut top = HEADING;
    for (lane, deploy) in plan.deploys.iter().enumerate() {
        let mut height = 64;
        for (slot, _) in SLOTS {
            let mut y = top + PADDING;
            for step in deploy.steps.iter().filter(|step| step.slot == slot) {
                let one = Drawn { step, lines: lines(&title(step)), lane, x: x_of(slot), y };
                y += one.height() + GAP;
                drawn.push(one);
            }
            height = height.max(y - GAP + PADDING - top);
        }
        lanes.push(Lane { y: top, height });
        top += height + SPACE;
    }
    (lanes, drawn)
}

fn x_of(slot: Slot) -> usize {
    MARGIN + COLUMN * SLOTS.iter().position(|(other, _)| *other == slot).unwrap_or_default()
}

fn lines(text: &str) -> Vec<String> {
    let plain = text.replace('`', "");
    let mut lines: Vec<String> =
        textwrap::wrap(&plain, Options::new(LETTERS)).into_iter().map(Cow::into_owned).collect();
    if lines.len() > MAX_LINES {
        lines.truncate(MAX_LINES);
        lines.last_mut().into_iter().for_each(|line| line.push('…'));
    }
    lines
}

fn write_lane(out: &mut dyn Write, lane: &Lane, number: usize, name: &str, is_final: bool) -> io::Result<()> {
    let (y, width) = (lane.y, WIDTH - 2);
    writeln!(out, "<rect class=\"lane\" x=\"1\" y=\"{y}\" width=\"{width}\" height=\"{}\" rx=\"8\"/>", lane.height)?;
    writeln!(out, "<text class=\"number\" x=\"18\" y=\"{}\">Deploy {number}</text>", y + 32)?;
    for (at, line) in textwrap::wrap(name, 16).into_iter().enumerate() {
        writeln!(out, "<text class=\"name\" x=\"18\" y=\"{}\">{}</text>", y + 52 + LINE * at, escaped(&line))?;
    }
    if is_final {
        writeln!(out, "<path class=\"final\" d=\"M1 {0}H{1}\"/>", y - 3, WIDTH - 1)?;
        writeln!(out, "<text class=\"final\" x=\"{}\" y=\"{}\">no way back</text>", WIDTH - 12, y + 15)?;
    }
    Ok(())
}

/// Within a lane: to the side, or down.
fn near(from: &Drawn<'_>, to: &Drawn<'_>) -> String {
    if from.x < to.x {
        let (x, y) = (from.x + BOX, from.y + from.height() / 2);
        let (end_x, end_y) = (to.x, to.y + to.height() / 2);
        let half = x.midpoint(end_x);
        return format!("M{x} {y}C{half} {y} {half} {end_y} {end_x} {end_y}");
    }
    format!("M{} {}V{}", from.x + BOX / 2, from.y + from.height(), to.y)
}

/// To another lane: out to the right, down, between the lanes along, and in from the left. `at` keeps lines apart.
fn far(from: &Drawn<'_>, to: &Drawn<'_>, above: usize, at: usize) -> String {
    let shift = at % 4 * 3;
    let (y, end_y) = (from.y + from.height() / 2, to.y + to.height() / 2);
    let (out, along, into) = (from.x + BOX + 8 + shift, above - SPACE + 4 + shift, to.x - 14 - shift);
    format!("M{} {y}H{out}V{along}H{into}V{end_y}H{}", from.x + BOX, to.x)
}

impl Drawn<'_> {
    fn height(&self) -> usize {
        28 + LINE * self.lines.len() + 6
    }

    fn write(&self, out: &mut dyn Write, prefix: &str) -> io::Result<()> {
        let Self { step, x, y, .. } = self;
        let sort = Sort::of(step);
        let class = if step.is_point_of_no_return { " last" } else { "" };
        let id = escaped(&format!("{prefix}{}", step.id));
        writeln!(out, "<a href=\"#{id}\"><g class=\"step {}{class}\">", sort.word())?;
        writeln!(out, "<rect x=\"{x}\" y=\"{y}\" width=\"{BOX}\" height=\"{}\" rx=\"6\"/>", self.height())?;
        writeln!(out, "<text class=\"word\" x=\"{}\" y=\"{}\">{}</text>", x + 12, y + 19, sort.word())?;
        for (at, line) in self.lines.iter().enumerate() {
            let y = y + 37 + LINE * at;
            writeln!(out, "<text x=\"{}\" y=\"{y}\">{}</text>", x + 12, escaped(line))?;
        }
        writeln!(out, "</g></a>")
    }
}
