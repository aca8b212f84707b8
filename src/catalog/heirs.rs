//! Tables that take after others: partitions, children by INHERITS, and copies by LIKE.

use super::neighbours::Neighbours;
use super::table::{Column, Index, Table, same_name};
use super::{Catalog, Era};
use crate::change::{
    self, AddForeignKey, AddIndex, AddPrimaryKey, AttachPartition, ChangePartitions, ColumnSource, Copied, CreateTable,
    Default, DetachPartition, DropConstraint, DropTable, Identity, PartitionAction, SchemaChange, TableName,
};
use crate::engine::Engine;

impl Catalog {
    /// The partitions of that table, and the tables that inherit from it.
    pub fn heirs_of(&self, name: &TableName) -> impl Iterator<Item = &Table> {
        let key = self.key(name);
        self.tied_to(&key).filter(move |table| table.parents().any(|parent| *parent == key))
    }

    /// What the change does to the heirs of its table: PostgreSQL's ALTER TABLE reaches them.
    pub(super) fn pass_on(&mut self, change: &SchemaChange) {
        let Some(table) = change.table().filter(|_| self.engine == Engine::Postgresql) else { return };
        let heirs = self.heirs_of(table).map(|heir| (heir.name.clone(), heir.partition_of.is_some()));
        for (heir, is_partition) in heirs.collect::<Vec<_>>() {
            if let Some(change) = passed_on(change, heir, is_partition) {
                self.apply(&change);
            }
        }
    }

    /// The heirs' indexes that are the same as an index that goes.
    pub(super) fn drop_same_indexes_of_heirs(&mut self, table: &TableName, name: &str) {
        let Some(index) = self.table(table).and_then(|table| table.index(name, self.engine)) else { return };
        let is_same = same_as(index);
        let names = |heir: &Table| {
            let same = heir.indexes.iter().filter(|index| heir.partition_of.is_some() && is_same(index));
            same.map(|index| (heir.name.clone(), index.name.clone())).collect::<Vec<_>>()
        };
        for (heir, index) in self.heirs_of(table).flat_map(names).collect::<Vec<_>>() {
            self.drop_same_indexes_of_heirs(&heir, &index);
            self.table_mut(&heir).indexes.retain(|other| other.name != index);
        }
    }

    /// Drops the partitions of a table that goes, and what inherits from it: CASCADE takes that along.
    pub(super) fn drop_heirs(&mut self, drop: &DropTable) {
        let heirs = self.heirs_of(&drop.table).filter(|heir| heir.partition_of.is_some() || drop.cascade);
        for table in heirs.map(|heir| heir.name.clone()).collect::<Vec<_>>() {
            self.apply(&SchemaChange::DropTable(DropTable { table, ..drop.clone() }));
        }
    }

    /// The parent keeps its columns; the partition gets the indexes that it lacks.
    pub(super) fn attach_partition(&mut self, attach: &AttachPartition) {
        let parent = self.key(&attach.table);
        self.table_mut(&attach.table).is_partitioned = true;
        self.alter(&attach.partition, |table, around| {
            table.partition_of = Some(parent.clone());
            if let Some(parent) = around.others.get(&parent) {
                let lacks = |index: &&Index| !table.indexes.iter().any(same_as(index));
                let lacking: Vec<Index> = parent.indexes.iter().filter(lacks).cloned().collect();
                table.add_unnamed(&lacking, around);
                if table.primary_key.is_empty() && !parent.primary_key.is_empty() {
                    table.set_primary_key(&parent.primary_key, None, around);
                }
            }
        });
    }

    /// The partition stays, a table of its own.
    pub(super) fn detach_partition(&mut self, detach: &DetachPartition) {
        let parent = self.key(&detach.table);
        let partition = self.table_mut(&detach.partition);
        partition.partition_of.take_if(|own| *own == parent);
        // It keeps its bounds as a check, whose text is the server's own.
        partition.is_partial |= detach.is_concurrent || detach.finalizes;
    }

    pub(super) fn change_partitions(&mut self, change: &ChangePartitions) {
        match &change.action {
            PartitionAction::Switch { .. } => {}
            PartitionAction::RemovePartitioning => self.table_mut(&change.table).is_partitioned = false,
            PartitionAction::ConvertToTable { to } => {
                let sources =
                    vec![ColumnSource::Like { table: change.table.clone(), at: 0, copied: Copied::ALL.to_vec() }];
                let create = CreateTable { sources, ..CreateTable::empty(to.clone()) };
                self.apply(&SchemaChange::CreateTable(create));
                if let Some(stood) = self.table(&change.table).map(|table| table.stood_before_batch) {
                    // Its rows stood before, whatever it is called now.
                    self.table_mut(to).stood_before_batch = stood;
                }
            }
            PartitionAction::ConvertFromTable { from } => {
                let drop = DropTable { table: from.clone(), if_exists: false, cascade: false };
                self.apply(&SchemaChange::DropTable(drop));
            }
            _ => self.table_mut(&change.table).is_partitioned = true,
        }
    }

    /// INHERIT and NO INHERIT.
    pub(super) fn change_parents(&mut self, change: &change::ChangeTableSetting) {
        match &change.setting {
            change::TableSetting::Inherit(parent) => {
                let parent = self.key(parent);
                self.table_mut(&change.table).inherits.push(parent);
            }
            change::TableSetting::NoInherit(parent) => {
                let parent = self.key(parent);
                self.table_mut(&change.table).inherits.retain(|own| *own != parent);
            }
            _ => {}
        }
    }

    /// Where columns come from, under the names by which those tables are kept.
    pub(super) fn with_kept_sources(&self, sources: &[ColumnSource]) -> Vec<ColumnSource> {
        let kept = |source: &ColumnSource| {
            let mut source = source.clone();
            let table = source.table_mut();
            *table = self.key(table);
            source
        };
        sources.iter().map(kept).collect()
    }

    /// Heirs follow their parent to its new name.
    pub(super) fn redirect_heirs(&mut self, from: &TableName, to: &TableName) {
        for heir in self.heirs_of(from).map(|heir| heir.name.clone()).collect::<Vec<_>>() {
            let table = self.table_mut(&heir);
            let parents = table.inherits.iter_mut().chain(&mut table.partition_of);
            parents.filter(|parent| *parent == from).for_each(|parent| parent.clone_from(to));
        }
    }
}

/// The change as it reaches an heir; `None` where it does not.
fn passed_on(change: &SchemaChange, heir: TableName, is_partition: bool) -> Option<SchemaChange> {
    let table = heir;
    Some(match change.clone() {
        SchemaChange::AddColumn(add) => SchemaChange::AddColumn(change::AddColumn { table, ..add }),
        SchemaChange::DropColumn(drop) => SchemaChange::DropColumn(change::DropColumn { table, ..drop }),
        SchemaChange::RenameColumn(rename) => SchemaChange::RenameColumn(change::RenameColumn { table, ..rename }),
        SchemaChange::ChangeType(change) => SchemaChange::ChangeType(change::ChangeType { table, ..change }),
        SchemaChange::SetNotNull(set) => SchemaChange::SetNotNull(change::SetNotNull { table, ..set }),
        SchemaChange::DropNotNull(drop) => SchemaChange::DropNotNull(change::DropNotNull { table, ..drop }),
        SchemaChange::SetDefault(set) => SchemaChange::SetDefault(change::SetDefault { table, ..set }),
        SchemaChange::DropDefault(drop) => SchemaChange::DropDefault(change::DropDefault { table, ..drop }),
        SchemaChange::ChangeGenerated(change) => {
            SchemaChange::ChangeGenerated(change::ChangeGenerated { table, ..change })
        }
        SchemaChange::AddCheck(add) => SchemaChange::AddCheck(change::AddCheck { table, ..add }),
        SchemaChange::DropConstraint(drop) => SchemaChange::DropConstraint(DropConstraint { table, ..drop }),
        SchemaChange::AddForeignKey(add) if is_partition => SchemaChange::AddForeignKey(AddForeignKey { table, ..add }),
        SchemaChange::AddPrimaryKey(add) if is_partition && add.using_index.is_none() => {
            SchemaChange::AddPrimaryKey(AddPrimaryKey { table, name: None, ..add })
        }
        SchemaChange::DropPrimaryKey(_) if is_partition => {
            SchemaChange::DropPrimaryKey(change::DropPrimaryKey { table })
        }
        SchemaChange::AddIndex(add) if is_partition && add.using_index.is_none() => {
            SchemaChange::AddIndex(AddIndex { table, index: change::Index { name: None, ..add.index }, ..add })
        }
        _ => return None,
    })
}

impl Table {
    /// The table that it is a partition of, and those that it inherits from.
    pub fn parents(&self) -> impl Iterator<Item = &TableName> {
        self.partition_of.iter().chain(&self.inherits)
    }

    /// Puts the columns that the statement lists, between those that come from elsewhere.
    pub(super) fn put_columns(&mut self, create: &CreateTable, around: &Neighbours<'_>) {
        for source in &create.sources {
            match source {
                ColumnSource::PartitionOf(parent) => self.partition_of = Some(parent.clone()),
                ColumnSource::Inherits(parent) => self.inherits.push(parent.clone()),
                ColumnSource::Like { .. } => continue,
            }
            self.copy_columns(source, around);
        }
        let likes = |wanted: usize| {
            create.sources.iter().filter(move |source| matches!(source, ColumnSource::Like { at, .. } if *at == wanted))
        };
        for (at, column) in create.columns.iter().enumerate() {
            likes(at).for_each(|source| self.copy_columns(source, around));
            match self.columns.iter_mut().find(|known| same_name(&known.definition.name, &column.name, around.engine)) {
                Some(inherited) => merge(&mut inherited.definition, column),
                None => self.put_column(column, around),
            }
        }
        likes(create.columns.len()).for_each(|source| self.copy_columns(source, around));
    }

    fn copy_columns(&mut self, source: &ColumnSource, around: &Neighbours<'_>) {
        let Some(other) = around.others.get(source.table()) else {
            self.is_partial = true;
            return;
        };
        self.is_partial |= other.is_partial;
        for column in &other.columns {
            let definition = copy(&column.definition, source, around.engine);
            if self.column(&definition.name, around.engine).is_none() {
                let stood_before_batch = around.era == Era::History;
                let has_database_charset = column.has_database_charset;
                self.columns.push(Column { definition, stood_before_batch, has_database_charset });
            }
        }
    }

    /// Takes the keys, indexes and checks of the tables that its columns come from.
    pub(super) fn copy_keys(&mut self, create: &CreateTable, around: &Neighbours<'_>) {
        for source in &create.sources {
            let Some(other) = around.others.get(source.table()) else { continue };
            if source.copies(Copied::Constraints) {
                let has = |name: &str| self.checks.iter().any(|check| check.name == name);
                let checks: Vec<_> = other.checks.iter().filter(|check| !has(&check.name)).cloned().collect();
                self.checks.extend(checks);
            }
            if matches!(source, ColumnSource::PartitionOf(_)) {
                self.foreign_keys.extend(other.foreign_keys.iter().cloned());
            }
            if !source.copies(Copied::Indexes) {
                continue;
            }
            if !other.primary_key.is_empty() && self.primary_key.is_empty() {
                self.set_primary_key(&other.primary_key, None, around);
            }
            if around.engine.is_mysql_family() {
                // They keep their names, and their options.
                self.indexes.extend(other.indexes.iter().cloned());
                self.options.clone_from(&other.options);
            } else {
                self.add_unnamed(&other.indexes, around);
            }
        }
    }

    /// Adds such indexes under names that the engine chooses.
    fn add_unnamed(&mut self, indexes: &[Index], around: &Neighbours<'_>) {
        for index in indexes {
            let definition = change::Index { name: None, ..index.definition.clone() };
            self.add_index(&definition, index.is_constraint, around);
        }
    }
}

/// The column as it is taken over.
fn copy(column: &change::Column, source: &ColumnSource, engine: Engine) -> change::Column {
    let mut copy = change::Column { is_primary_key: false, comment: None, ..column.clone() };
    if engine.is_mysql_family() {
        copy.comment.clone_from(&column.comment);
        return copy;
    }
    if !source.copies(Copied::Generated) {
        copy.generated = None;
    }
    if !source.copies(Copied::Defaults) {
        copy.default = Default::None;
        if copy.identity == Some(Identity::Serial) {
            copy.identity = None;
            copy.column_type.name = copy.column_type.name.replace("serial", "int");
        }
    }
    if copy.identity != Some(Identity::Serial) && !source.copies(Copied::Identity) {
        copy.identity = None;
    }
    copy
}

/// A column that is inherited and listed as well is both.
fn merge(inherited: &mut change::Column, listed: &change::Column) {
    inherited.is_nullable &= listed.is_nullable;
    if listed.default != Default::None {
        inherited.default.clone_from(&listed.default);
    }
    if listed.generated.is_some() {
        inherited.generated.clone_from(&listed.generated);
    }
}

/// Tells indexes that are the same but for their names.
fn same_as(index: &Index) -> impl Fn(&Index) -> bool + use<> {
    let unnamed = |index: &Index| (change::Index { name: None, ..index.definition.clone() }, index.is_constraint);
    let wanted = unnamed(index);
    move |other| unnamed(other) == wanted
}
