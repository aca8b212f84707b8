//! What `change()` takes from columns without saying so: where Laravel writes it itself, the column is from then on as the
//! call says, and every modifier that it does not repeat is gone.

use super::Blueprint;
use super::definition::Definition;
use super::grammar::is_numeric;
use super::majors::{CHANGE_NEEDS_DOCTRINE, DOCTRINE_WINS};
use crate::catalog::{Catalog, Table};
use crate::change::{Column, Default, LostModifier, Modifier, TableName};
use crate::laravel::Settings;

impl Blueprint {
    /// What the columns that it changes lose, as far as the catalog knows them.
    pub fn lost_modifiers(&self, table: &TableName, settings: &Settings, catalog: &Catalog) -> Vec<LostModifier> {
        let asks_doctrine = settings.has_doctrine && DOCTRINE_WINS.include(settings);
        let is_diffed = asks_doctrine || CHANGE_NEEDS_DOCTRINE.include(settings);
        let Some(table) = catalog.table(table).filter(|_| !is_diffed) else { return Vec::new() };
        let changed = self.columns().filter(|definition| definition.is_changed());
        changed
            .filter_map(|definition| Some((definition, table.column(&definition.name(), settings.engine)?)))
            .flat_map(|(definition, old)| lost(definition, &old.definition, table))
            .collect()
    }
}

fn lost(new: &Definition, old: &Column, table: &Table) -> Vec<LostModifier> {
    let says = |attributes: &[&str]| attributes.iter().any(|attribute| new.was_set(attribute));
    let is_generated = says(&["storedAs", "virtualAs", "storedAsJson", "virtualAsJson"]);
    let default = match &old.default {
        Default::None | Default::Null => None,
        Default::Literal(text) | Default::CurrentTimestamp(text) | Default::Expression(text) => Some(text.clone()),
    };
    let default = default.filter(|_| !is_generated && old.identity.is_none() && !says(&["default", "useCurrent"]));
    let collation = old.collation.clone().filter(|collation| {
        !says(&["collation", "charset"]) && !is_numeric(new) && table.options.collation.as_ref() != Some(collation)
    });
    let comment = old.comment.clone().filter(|comment| !comment.is_empty() && !says(&["comment"]));
    // `bigInteger()` and its kin set `unsigned` and `autoIncrement` themselves, to false unless they are asked.
    let flags = [
        (Modifier::Nullable, old.is_nullable && !is_generated && !says(&["nullable"])),
        (Modifier::Unsigned, old.column_type.is_unsigned && is_numeric(new) && !new.is_true("unsigned")),
        (
            Modifier::Identity,
            old.identity.is_some() && is_numeric(new) && !new.is_true("autoIncrement") && !says(&["generatedAs"]),
        ),
        (Modifier::OnUpdate, old.updates_itself && !says(&["useCurrentOnUpdate", "onUpdate"])),
    ];
    let flags = flags.into_iter().filter(|(_, is_lost)| *is_lost).map(|(modifier, _)| (modifier, String::new()));
    let texts = [(Modifier::Default, default), (Modifier::Collation, collation), (Modifier::Comment, comment)];
    let texts = texts.into_iter().filter_map(|(modifier, was)| Some((modifier, was?)));
    flags.chain(texts).map(|(modifier, was)| LostModifier { column: old.name.clone(), modifier, was }).collect()
}
