//! What a schema holds beside tables, and what statements make of it.

use super::column::Default;
use super::object_kind::ObjectKind;
use super::table::TableName;
use super::types::ColumnType;

/// Something beside a table: a view, a trigger, a type.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Object {
    pub kind: ObjectKind,
    /// With its schema, where the statement names one, and without arguments. Of what has no name of its own (a cast), the
    /// words that tell it.
    pub name: TableName,
    /// The table that it is part of: of a trigger, a rule or a policy.
    pub table: Option<TableName>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateObject {
    pub object: Object,
    pub definition: Definition,
    /// OR REPLACE, OR ALTER: it may stand already, and is as this says from now on.
    pub replaces: bool,
    pub if_not_exists: bool,
    /// CREATE TEMPORARY VIEW: only this session has it.
    pub is_temporary: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlterObject {
    pub object: Object,
    pub if_exists: bool,
    pub action: ObjectAction,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DropObject {
    pub object: Object,
    pub if_exists: bool,
    pub cascade: bool,
}

/// What a statement says that an object is, as far as schemas and rules need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Definition {
    /// Nothing that is kept.
    Unsaid,
    View(ViewQuery),
    /// The members of an enum type, unquoted, in their order.
    Enum(Vec<String>),
    /// A composite type: its attributes.
    Composite(Vec<Attribute>),
    Domain(Domain),
    Sequence(Sequence),
    Trigger(Trigger),
    Routine(Routine),
    Policy(Policy),
    Publication(Publication),
}

/// The query of a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewQuery {
    /// As written.
    pub text: String,
    /// The tables and views that it reads, each once, in the order of their names.
    pub reads: Vec<TableName>,
    /// Whether it may read others too, because not all of it could be read.
    pub is_partial: bool,
}

/// An attribute of a composite type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    pub name: String,
    pub column_type: ColumnType,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain {
    pub base: ColumnType,
    pub is_nullable: bool,
    pub default: Default,
    pub checks: Vec<DomainCheck>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainCheck {
    /// `None` where the engine will choose one.
    pub name: Option<String>,
    /// As written.
    pub condition: String,
    pub is_not_valid: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sequence {
    /// OWNED BY: the table and column with which it is dropped.
    pub owner: Option<(TableName, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trigger {
    pub timing: TriggerTiming,
    /// In the order in which they are written.
    pub events: Vec<TriggerEvent>,
    /// UPDATE OF: other updates do not run it. Empty for all columns.
    pub columns: Vec<String>,
    /// PostgreSQL: the function that it runs.
    pub function: Option<TableName>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TriggerTiming {
    Before,
    After,
    InsteadOf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TriggerEvent {
    Insert,
    Update,
    Delete,
    Truncate,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routine {
    /// Lower-case: `sql`, `plpgsql`. The MySQL family's and SQL Server's are always `sql`.
    pub language: Option<String>,
    /// RETURNS trigger: only triggers run it.
    pub is_for_triggers: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// AS RESTRICTIVE: it takes rows away; a permissive one lets more through.
    pub is_restrictive: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// The tables that it lists; empty with FOR ALL TABLES.
    pub tables: Vec<TableName>,
    /// FOR ALL TABLES, or IN SCHEMA.
    pub is_open: bool,
}

/// What ALTER does to an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ObjectAction {
    /// It is what this says from now on: ALTER VIEW … AS.
    Redefine(Definition),
    /// A member of an enum type.
    AddValue {
        value: String,
        if_not_exists: bool,
        place: Option<ValuePlace>,
    },
    RenameValue {
        value: String,
        to: String,
    },
    Rename {
        to: String,
    },
    SetSchema {
        schema: String,
    },
    /// A check of a domain.
    AddCheck(DomainCheck),
    DropConstraint {
        name: String,
        if_exists: bool,
        cascade: bool,
    },
    ValidateConstraint {
        name: String,
    },
    RenameConstraint {
        name: String,
        to: String,
    },
    SetNotNull,
    DropNotNull,
    SetDefault(Default),
    DropDefault,
    /// An attribute of a composite type.
    AddAttribute {
        attribute: Attribute,
        cascade: bool,
    },
    DropAttribute {
        name: String,
        cascade: bool,
    },
    ChangeAttribute {
        name: String,
        column_type: ColumnType,
        cascade: bool,
    },
    RenameAttribute {
        name: String,
        to: String,
        cascade: bool,
    },
    /// A column of a view: its name.
    RenameColumn {
        name: String,
        to: String,
    },
    /// A sequence begins anew: at this value, or where it once began.
    Restart {
        at: Option<String>,
    },
    /// OWNED BY; `None` for nobody.
    SetSequenceOwner(Option<(TableName, String)>),
    /// A trigger, rule or event runs from now on, or no longer does.
    Enable,
    Disable,
    /// Tables of a publication.
    AddTables(Vec<TableName>),
    DropTables(Vec<TableName>),
    SetTables(Vec<TableName>),
    /// OWNER TO.
    SetOwner,
    /// A setting of the server, of a database or a role: its name, lower-case.
    SetVariable {
        name: String,
    },
    /// Anything else; its leading words, upper-case.
    Other(String),
}

/// Where a new member of an enum type goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValuePlace {
    Before(String),
    After(String),
}

impl ObjectAction {
    /// Whether it says CASCADE.
    pub fn cascades(&self) -> bool {
        match self {
            Self::DropConstraint { cascade, .. }
            | Self::AddAttribute { cascade, .. }
            | Self::DropAttribute { cascade, .. }
            | Self::ChangeAttribute { cascade, .. }
            | Self::RenameAttribute { cascade, .. } => *cascade,
            _ => false,
        }
    }
}

impl Object {
    pub fn new(kind: ObjectKind, name: TableName) -> Self {
        Self { kind, name, table: None }
    }
}

/// What a comment or a privilege is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    Table(TableName),
    Column {
        table: TableName,
        column: String,
    },
    Object(Object),
    /// Everything, or what is told by these words alone: `ALL TABLES IN SCHEMA reports`.
    Other(String),
}

impl Target {
    /// The table that it is, or is part of.
    pub fn table(&self) -> Option<&TableName> {
        match self {
            Self::Table(table) | Self::Column { table, .. } => Some(table),
            Self::Object(object) => object.table.as_ref(),
            Self::Other(_) => None,
        }
    }
}
