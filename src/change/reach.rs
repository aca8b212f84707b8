//! How far a change may reach beyond what it says of itself.

use super::kind::{SchemaChange, Touches};
use super::object::{AlterObject, DropObject, ObjectAction};
use super::object_kind::ObjectKind;
use super::partition::PartitionAction;
use super::setting::{ChangeTableSetting, TableSetting};
use super::upkeep::PrivilegeAction;

const CASCADE: &str = "CASCADE takes along whatever depends on it";

impl SchemaChange {
    /// What it may have done to tables that nobody can tell from its text alone, and why.
    pub fn reach(&self) -> Option<(Touches, &str)> {
        match self {
            Self::Opaque(opaque) if opaque.is_unknown() => Some((opaque.touches.clone(), &opaque.reason)),
            Self::DropObject(drop) => dropping(drop),
            Self::AlterObject(alter) => altering(alter),
            Self::ChangePrivileges(change) if change.action == PrivilegeAction::DropOwned => {
                Some((Touches::Anything, "which tables the role owns is not known"))
            }
            Self::ChangeTableSetting(change) => setting(change),
            Self::ChangePartitions(change) => match &change.action {
                PartitionAction::ConvertToTable { .. } | PartitionAction::ConvertFromTable { .. } => {
                    Some((Touches::Anything, "a table is made of a partition, or a partition of a table"))
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether it is known to leave every table's shape and rows alone, and is part of no table.
    pub fn is_beside_tables(&self) -> bool {
        self.reach().is_none()
            && match self {
                Self::Opaque(opaque) => opaque.touches == Touches::Nothing,
                Self::CreateObject(_) | Self::AlterObject(_) | Self::DropObject(_) => self.table().is_none(),
                Self::ChangePrivileges(_) | Self::Comment(_) | Self::RefreshView(_) => true,
                _ => false,
            }
    }

    /// Whether it changes the shape of the table that it names, or what stands on it, so that the table stays locked until
    /// the transaction ends.
    pub fn changes_a_table(&self) -> bool {
        self.table().is_some()
            && !matches!(
                self,
                Self::DataRows(_)
                    | Self::MaintainTable(_)
                    | Self::ChangePrivileges(_)
                    | Self::Comment(_)
                    | Self::LockTable(_)
                    | Self::Opaque(_)
            )
    }
}

/// Settings that stand for more than themselves: hidden columns, and constraints that no longer hold.
fn setting(change: &ChangeTableSetting) -> Option<(Touches, &'static str)> {
    let reason = match &change.setting {
        TableSetting::AddVersioning | TableSetting::DropVersioning => "versions of rows have columns of their own",
        TableSetting::AddPeriod | TableSetting::DropPeriod => "a period stands on columns of the table",
        TableSetting::NotEnforced(_) => "what the constraint says need not hold any more",
        _ => return None,
    };
    Some((Touches::Table(change.table.clone()), reason))
}

fn dropping(drop: &DropObject) -> Option<(Touches, &'static str)> {
    match drop.object.kind {
        ObjectKind::Database => Some((Touches::Anything, "which tables are in it is not known")),
        ObjectKind::View | ObjectKind::MaterializedView | ObjectKind::Trigger | ObjectKind::Rule => None,
        _ if drop.cascade => Some((Touches::Anything, CASCADE)),
        _ => None,
    }
}

fn altering(alter: &AlterObject) -> Option<(Touches, &'static str)> {
    match (alter.object.kind, &alter.action) {
        (ObjectKind::Schema, ObjectAction::Rename { .. }) => {
            Some((Touches::Anything, "every table in it goes by another name"))
        }
        (ObjectKind::Type | ObjectKind::Domain, ObjectAction::Rename { .. } | ObjectAction::SetSchema { .. }) => {
            Some((Touches::Anything, "which columns are of this type is not known"))
        }
        // Checks, defaults and NOT NULL of a domain hold for columns, whose own definitions do not say them.
        (ObjectKind::Domain, action) if *action != ObjectAction::SetOwner => {
            Some((Touches::Anything, "which columns are of this domain is not known"))
        }
        (_, action) if action.cascades() => Some((Touches::Anything, CASCADE)),
        _ => None,
    }
}
