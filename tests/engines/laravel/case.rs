//! A random migration: which calls it makes, the strategy that draws it, and its PHP.

use std::collections::HashSet;
use std::fmt::{self, Display, Formatter};

use proptest::array::uniform4;
use proptest::collection::vec;
use proptest::prelude::{Strategy, any};
use proptest::prop_oneof;
use proptest::sample::{Index, select};

use super::templates::{
    COLUMN_MODIFIERS, COLUMNS, COMMANDS, CONSTRAINED, FOREIGN_KEY_MODIFIERS, FOREIGN_KEYS, HOLES, INDEX_MODIFIERS,
    INDEXES, REFUSED, STATEMENTS,
};

/// What `up()` does, in order.
#[derive(Debug, Clone)]
pub(super) struct Case(Vec<Operation>);

#[derive(Debug, Clone)]
enum Operation {
    /// `Schema::create` or `Schema::table`, and what its closure does.
    Blueprint {
        method: &'static str,
        table: String,
        chains: Vec<Chain>,
    },
    Statement(String),
}

/// `$table->call()->modifier()->modifier();`
#[derive(Debug, Clone)]
struct Chain {
    call: String,
    modifiers: Vec<String>,
}

impl Case {
    pub(super) fn strategy() -> impl Strategy<Value = Self> {
        vec(operation(), 1..4).prop_map(Self)
    }
}

fn operation() -> impl Strategy<Value = Operation> {
    let blueprint = (select(&["table", "create"]), one_of(&["{table}"]), vec(chain(), 1..7))
        .prop_map(|(method, table, chains)| Operation::Blueprint { method, table, chains: without_repetition(chains) });
    prop_oneof![
        9 => blueprint,
        1 => one_of(&STATEMENTS).prop_map(Operation::Statement),
    ]
}

/// Keeps the first of the chains with the same first argument: no table has two columns of one name.
fn without_repetition(mut chains: Vec<Chain>) -> Vec<Chain> {
    let mut seen = HashSet::new();
    chains.retain(|chain| {
        let arguments = chain.call.split_once('(').map_or(chain.call.as_str(), |(_, arguments)| arguments);
        seen.insert(arguments.split([',', ')']).next().unwrap_or_default().to_owned())
    });
    chains
}

fn chain() -> impl Strategy<Value = Chain> {
    prop_oneof![
        120 => modified(&COLUMNS, &COLUMN_MODIFIERS),
        10 => modified(&FOREIGN_KEYS, &FOREIGN_KEY_MODIFIERS),
        10 => modified(&CONSTRAINED, &FOREIGN_KEY_MODIFIERS),
        20 => modified(&INDEXES, &INDEX_MODIFIERS),
        40 => plain(&COMMANDS),
        1 => plain(&REFUSED),
    ]
}

fn modified(calls: &[&'static str], modifiers: &[&'static str]) -> impl Strategy<Value = Chain> + use<> {
    (one_of(calls), vec(one_of(modifiers), 0..4)).prop_map(|(call, modifiers)| Chain { call, modifiers })
}

fn plain(calls: &[&'static str]) -> impl Strategy<Value = Chain> + use<> {
    one_of(calls).prop_map(|call| Chain { call, modifiers: Vec::new() })
}

/// One of the templates, its holes filled.
fn one_of(templates: &[&'static str]) -> impl Strategy<Value = String> + use<> {
    (select(templates.to_vec()), uniform4(any::<Index>())).prop_map(|(template, picks)| filled(template, &picks))
}

fn filled(template: &str, picks: &[Index]) -> String {
    let mut picks = picks.iter();
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, hole, after)) = next_hole(rest) {
        text.push_str(before);
        let pick = picks.next().expect("no template has more holes than there are picks");
        text.push_str(hole[pick.index(hole.len())]);
        rest = after;
    }
    text + rest
}

/// The text before the first hole, what may fill it, and the text after it.
fn next_hole(template: &str) -> Option<(&str, &'static [&'static str], &str)> {
    template.match_indices('{').find_map(|(start, _)| {
        let (name, after) = template[start + 1..].split_once('}')?;
        let (_, fillings) = HOLES.iter().find(|(hole, _)| *hole == name)?;
        Some((&template[..start], *fillings, after))
    })
}

impl Display for Case {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(
            "<?php

use Illuminate\\Database\\Migrations\\Migration;
use Illuminate\\Database\\Query\\Expression;
use Illuminate\\Database\\Schema\\Blueprint;
use Illuminate\\Support\\Facades\\DB;
use Illuminate\\Support\\Facades\\Schema;

return new class extends Migration
{
    public function up()
    {
",
        )?;
        for operation in &self.0 {
            write!(f, "{operation}")?;
        }
        f.write_str("    }\n};\n")
    }
}

impl Display for Operation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Statement(statement) => writeln!(f, "        {statement};"),
            Self::Blueprint { method, table, chains } => {
                writeln!(f, "        Schema::{method}({table}, function (Blueprint $table) {{")?;
                for Chain { call, modifiers } in chains {
                    write!(f, "            $table->{call}")?;
                    for modifier in modifiers {
                        write!(f, "->{modifier}")?;
                    }
                    writeln!(f, ";")?;
                }
                writeln!(f, "        }});")
            }
        }
    }
}
