//! One graph of all steps, packed into the fewest deploys.
//!
//! Each step of a chain needs the one before. A chain needs, of each chain before it that touches the same, what that one
//! makes or fills there. Backfills of one table run one after another. Then each step goes into the first deploy that all
//! it needs allows: a wait for old code to be gone ends a deploy, and so does a backfill, unless it ships with the
//! deploy before.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};

use super::intent::Chain;
use super::settle::Draft;
use super::touch::Touch;
use super::{Deploy, Migration, Packing, Plan, Slot, Step, Work};
use crate::change::TableName;
use crate::engine::Engine;
use crate::lint::Shipment;
use crate::recipe::{self, Hold};
use crate::sql::write;

/// What a tool does, as part of ids.
const COPY: &str = "copy";

/// A step in the graph.
struct Node<'a> {
    draft: &'a Draft,
    touch: &'a Touch,
    id: String,
}

/// Where a step goes: the deploy, and whether before, in or after its release.
type Place = (usize, Slot);

/// The plan that takes all steps of `chains`.
pub(super) fn pack(chains: &[Chain], shipment: &Shipment, packing: Packing) -> Plan {
    let graph = tie(chains);
    let places = places(&graph, packing);
    let (id, title) = name(chains, shipment);
    let deploys = deploys(&graph, &places, shipment.before.engine());
    Plan { id, title, deploys, before: shipment.before.clone() }
}

/// Edges go from what is needed to what needs it, and always to a node that was added later.
fn tie(chains: &[Chain]) -> DiGraph<Node<'_>, ()> {
    let mut graph = DiGraph::new();
    let mut ids = BTreeSet::new();
    let mut done: Vec<(&Chain, Vec<NodeIndex>)> = Vec::new();
    for chain in chains {
        let slug = slug(chain);
        let mut nodes = Vec::new();
        for (draft, touch) in chain.drafts.iter().zip(&chain.touches) {
            let id = unique(&format!("{slug}.{}", step_name(&draft.step)), &mut ids);
            let node = graph.add_node(Node { draft, touch, id });
            if let Some(previous) = nodes.last() {
                graph.add_edge(*previous, node, ());
            }
            nodes.push(node);
        }
        for (before, earlier) in &done {
            let crossing = crossing(&graph, earlier, &nodes).filter(|_| before.all.meets(&chain.all));
            let departure =
                departure(&graph, (before, earlier), &nodes).filter(|_| before.all.reads.meet(&chain.all.goes));
            for (from, to) in crossing.into_iter().chain(departure) {
                graph.update_edge(from, to, ());
            }
        }
        done.push((chain, nodes));
    }
    serialise_backfills(&mut graph);
    graph
}

/// Where the chain `later` has to wait for the chain `earlier`.
fn crossing(
    graph: &DiGraph<Node<'_>, ()>,
    earlier: &[NodeIndex],
    later: &[NodeIndex],
) -> Option<(NodeIndex, NodeIndex)> {
    for to in later {
        let meets = |from: &&NodeIndex| match (graph.node_weight(**from), graph.node_weight(*to)) {
            (Some(from), Some(to)) => from.touch.meets(to.touch),
            _ => false,
        };
        let shapes = |from: &&NodeIndex| graph.node_weight(**from).is_some_and(|node| node.touch.shapes);
        let mut met = earlier.iter().filter(meets);
        let Some(from) = met.clone().rfind(shapes).or_else(|| met.next_back()) else { continue };
        return Some((seen_through(graph, earlier, *from), *to));
    }
    None
}

/// Where `later`, which takes something away, has to wait for rows that `earlier` makes of it. Code that writes both goes on
/// with that until the rows are there.
fn departure(
    graph: &DiGraph<Node<'_>, ()>,
    (chain, earlier): (&Chain, &[NodeIndex]),
    later: &[NodeIndex],
) -> Option<(NodeIndex, NodeIndex)> {
    let touch = |node: &&NodeIndex| graph.node_weight(**node).map(|node| node.touch);
    let goes = later.iter().filter_map(|node| touch(&node)).flat_map(|touch| &touch.goes).collect::<Vec<_>>();
    let reads = |node: &&NodeIndex| touch(node).is_some_and(|touch| touch.reads.meet(goes.iter().copied()));
    let from = earlier.iter().rfind(reads)?;
    let takes_away = |node: &&NodeIndex| touch(node).is_some_and(|touch| !touch.goes.is_empty());
    let to = if chain.is_copied_from { later.first() } else { later.iter().find(takes_away) }?;
    Some((seen_through(graph, earlier, *from), *to))
}

/// The last of the holds right after a step: what was waited for there holds for who comes later too.
fn seen_through(graph: &DiGraph<Node<'_>, ()>, chain: &[NodeIndex], from: NodeIndex) -> NodeIndex {
    let is_hold = |node: &&NodeIndex| {
        graph.node_weight(**node).is_some_and(|node| matches!(node.draft.step.work, recipe::Work::Hold(_)))
    };
    *chain.iter().skip_while(|node| **node != from).skip(1).take_while(is_hold).last().unwrap_or(&from)
}

/// Backfills of one table do not run beside one another.
fn serialise_backfills(graph: &mut DiGraph<Node<'_>, ()>) {
    let mut last: BTreeMap<TableName, NodeIndex> = BTreeMap::new();
    for index in graph.node_indices().collect::<Vec<_>>() {
        let table = graph.node_weight(index).and_then(|node| match &node.draft.step.work {
            recipe::Work::Backfill(backfill) => Some(backfill.table.clone()),
            _ => None,
        });
        let Some(table) = table else { continue };
        if let Some(before) = last.insert(table, index) {
            graph.update_edge(before, index, ());
        }
    }
}

/// The first place of each step that all it needs allows.
fn places(graph: &DiGraph<Node<'_>, ()>, packing: Packing) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    for index in graph.node_indices() {
        let Some(node) = graph.node_weight(index) else { continue };
        let slot = slot(&node.draft.step.work);
        let needs = graph.neighbors_directed(index, Direction::Incoming);
        let deploy = needs.filter_map(|need| {
            let (deploy, needed) = *places.get(need.index())?;
            Some(deploy + usize::from(needs_next(graph.node_weight(need)?, needed, node, slot, packing)))
        });
        places.push((deploy.max().unwrap_or(1), slot));
    }
    places
}

/// Whether a step can only be taken in the deploy after that of what it needs.
fn needs_next(need: &Node<'_>, needed: Slot, node: &Node<'_>, slot: Slot, packing: Packing) -> bool {
    let is_backfill = |node: &Node<'_>| matches!(node.draft.step.work, recipe::Work::Backfill(_));
    let ends_deploy = |node: &Node<'_>| {
        !is_backfill(node) && !matches!(&node.draft.step.work, recipe::Work::Hold(Hold::NoRow { .. }))
    };
    slot < needed || packing == Packing::Usual && is_backfill(node) && ends_deploy(need)
}

fn slot(work: &recipe::Work) -> Slot {
    match work {
        recipe::Work::Migrate(_) => Slot::Pre,
        recipe::Work::Code { .. } => Slot::Code,
        recipe::Work::Copy(_) | recipe::Work::Backfill(_) | recipe::Work::Hold(_) => Slot::Between,
    }
}

fn deploys(graph: &DiGraph<Node<'_>, ()>, places: &[Place], engine: Engine) -> Vec<Deploy> {
    let floors = floors(graph, places);
    let ids = joined_ids(graph, places);
    let last = places.iter().map(|(deploy, _)| *deploy).max().unwrap_or(0);
    let mut deploys = Vec::new();
    let mut floor = 0;
    for number in 1..=last {
        let mut names: Vec<&str> = Vec::new();
        let mut steps: Vec<Step> = Vec::new();
        for index in graph.node_indices() {
            let (Some(node), Some((deploy, slot))) = (graph.node_weight(index), places.get(index.index())) else {
                continue;
            };
            if *deploy != number {
                continue;
            }
            floor = floors.get(index.index()).copied().unwrap_or(0).max(floor);
            if !names.contains(&node.draft.step.deploy.as_str()) {
                names.push(&node.draft.step.deploy);
            }
            let needs = graph.neighbors_directed(index, Direction::Incoming);
            let mut needs: Vec<String> = needs.filter_map(|need| ids.get(&need).cloned()).collect();
            needs.sort();
            needs.dedup();
            let id = ids.get(&index).cloned().unwrap_or_default();
            match steps.iter_mut().find(|step| step.id == id) {
                Some(same) => {
                    needs.retain(|need| !same.needs.contains(need));
                    same.needs.append(&mut needs);
                }
                None => steps.push(node.step(id, *slot, needs, engine)),
            }
        }
        steps.sort_by_key(|step| (step.slot, rank(&step.work)));
        deploys.push(Deploy { number, name: names.join(", "), steps, rollback_floor: floor });
    }
    deploys
}

/// In a slot: the wait for old code comes before what waits for it.
fn rank(work: &Work) -> usize {
    usize::from(!matches!(work, Work::Hold(Hold::Drained)))
}

/// The ids of all steps; in one deploy the waits for old code to be gone are one, and so is what a release does twice.
fn joined_ids(graph: &DiGraph<Node<'_>, ()>, places: &[Place]) -> BTreeMap<NodeIndex, String> {
    let mut said: BTreeMap<(usize, &str), &str> = BTreeMap::new();
    let mut ids = BTreeMap::new();
    for index in graph.node_indices() {
        let (Some(node), Some((deploy, _))) = (graph.node_weight(index), places.get(index.index())) else { continue };
        let id = match &node.draft.step.work {
            recipe::Work::Hold(Hold::Drained) => format!("deploy-{deploy}.drained"),
            recipe::Work::Code { words, .. } => (*said.entry((*deploy, words)).or_insert(&node.id)).to_owned(),
            _ => node.id.clone(),
        };
        ids.insert(index, id);
    }
    ids
}

/// For each step, the oldest deploy whose release suits what it leaves: the last whose release it waited for, where it
/// tightens something.
fn floors(graph: &DiGraph<Node<'_>, ()>, places: &[Place]) -> Vec<usize> {
    let mut drained: Vec<usize> = Vec::new();
    let mut floors = Vec::new();
    for index in graph.node_indices() {
        let needs = graph.neighbors_directed(index, Direction::Incoming);
        let mut seen = needs.filter_map(|need| drained.get(need.index())).copied().max().unwrap_or(0);
        let node = graph.node_weight(index);
        if node.is_some_and(|node| matches!(node.draft.step.work, recipe::Work::Hold(Hold::Drained))) {
            seen = seen.max(places.get(index.index()).map_or(0, |(deploy, _)| *deploy));
        }
        let tightens = node.is_some_and(|node| !node.draft.step.settles.is_empty() && !node.draft.is_authors);
        floors.push(if tightens { seen } else { 0 });
        drained.push(seen);
    }
    floors
}

impl Node<'_> {
    fn step(&self, id: String, slot: Slot, needs: Vec<String>, engine: Engine) -> Step {
        let Draft { step, migration, is_authors, is_in_transaction } = self.draft;
        Step {
            id,
            slot,
            table: step.table.clone().filter(|_| !matches!(step.work, recipe::Work::Hold(Hold::Drained))),
            work: match &step.work {
                recipe::Work::Migrate(statements) => Work::Migrate(Migration {
                    statements: statements.clone(),
                    guards: guards(self.draft, engine),
                    is_in_transaction: *is_in_transaction,
                }),
                recipe::Work::Copy(statement) => Work::Copy(Migration {
                    statements: vec![statement.clone()],
                    guards: Vec::new(),
                    is_in_transaction: false,
                }),
                recipe::Work::Code { words, column, places } => {
                    Work::Code { words: words.clone(), column: column.clone(), places: places.clone() }
                }
                recipe::Work::Backfill(backfill) => Work::Backfill(backfill.clone()),
                recipe::Work::Hold(hold) => Work::Hold(hold.clone()),
            },
            needs,
            migration: migration.clone(),
            is_authors: *is_authors,
            settles: step.settles.clone(),
            is_point_of_no_return: step.is_point_of_no_return,
            copied: None,
            places: None,
        }
    }
}

/// A build that goes on beside others waits for old transactions, and may not give up: what it leaves is invalid.
fn guards(draft: &Draft, engine: Engine) -> Vec<String> {
    if draft.is_authors || draft.builds_concurrently() {
        return Vec::new();
    }
    write::guards(engine).iter().map(|guard| (*guard).to_owned()).collect()
}

/// What a chain is about, as part of ids: `orders-reference-code`.
fn slug(chain: &Chain) -> String {
    let first = chain.drafts.iter().find_map(|draft| match &draft.step.work {
        recipe::Work::Code { column, .. } => Some((draft.step.table.as_ref(), column.as_deref())),
        work @ (recipe::Work::Migrate(_) | recipe::Work::Copy(_)) => {
            let mut changes = work.statements().iter().flat_map(|statement| &statement.changes);
            let change = changes.find(|change| change.what.table().is_some())?;
            Some((change.what.table(), change.what.column()))
        }
        _ => None,
    });
    let names = first.map_or_else(Vec::new, |(table, column)| {
        table.map(|table| table.name.as_str()).into_iter().chain(column).collect()
    });
    let words: Vec<String> = names.iter().map(|name| name.replace(['_', ' ', '.'], "-").to_lowercase()).collect();
    if words.is_empty() { "migration".to_owned() } else { words.join("-") }
}

fn step_name(step: &recipe::Step) -> String {
    match &step.work {
        recipe::Work::Migrate(_) => step.deploy.clone(),
        recipe::Work::Code { .. } => format!("{}-code", step.deploy),
        recipe::Work::Copy(_) if step.deploy == COPY => COPY.to_owned(),
        recipe::Work::Copy(_) => format!("{}-{COPY}", step.deploy),
        recipe::Work::Backfill(_) => "fill".to_owned(),
        recipe::Work::Hold(hold) => format!("{}-{}", step.deploy, hold.kind()),
    }
}

fn unique(id: &str, taken: &mut BTreeSet<String>) -> String {
    let mut candidates = std::iter::once(id.to_owned()).chain((2..).map(|number| format!("{id}-{number}")));
    let free = candidates.find(|candidate| !taken.contains(candidate)).unwrap_or_default();
    taken.insert(free.clone());
    free
}

/// The plan's id and title.
fn name(chains: &[Chain], shipment: &Shipment) -> (String, String) {
    let planned: Vec<&Chain> = chains.iter().filter(|chain| chain.is_expanded).collect();
    let migration = planned.iter().flat_map(|chain| &chain.drafts).next().map(|draft| draft.migration.name.clone());
    let migration = migration.or_else(|| shipment.migrations.first().map(|(file, _)| file.name.clone()));
    let words: Vec<&str> = planned.iter().map(|chain| chain.words.as_str()).collect();
    (migration.unwrap_or_default(), words.join("; "))
}
