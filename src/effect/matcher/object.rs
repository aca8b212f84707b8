//! What matchers ask of changes of views, triggers, types and other objects beside tables.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::{Deserializer, Error};

use super::kind::one_of_names;
use crate::answer::Answer;
use crate::change::{
    AlterObject, ChangePrivileges, Comment, CreateObject, Definition, DropObject, ObjectAction, ObjectKind,
    PrivilegeAction, Target,
};
use crate::effect::fact::{Fact, Verdict};
use crate::effect::subject::Subject;
use crate::yaml::OneOf;

/// A kind of object by its name: `materialized-view`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObjectName(ObjectKind);

impl JsonSchema for ObjectName {
    fn schema_name() -> Cow<'static, str> {
        "ObjectName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        one_of_names(&ObjectKind::ALL.map(|(_, name)| name))
    }
}

impl<'de> Deserialize<'de> for ObjectName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        ObjectKind::from_name(&name).map(Self).ok_or_else(|| {
            let known = ObjectKind::ALL.map(|(_, name)| format!("`{name}`")).join(", ");
            D::Error::custom(format!("unknown object `{name}`, expected one of {known}"))
        })
    }
}

const IN_USE: &str = "whether running code may use the object";

fn is_kind(wanted: Option<&OneOf<ObjectName>>, kind: ObjectKind) -> Verdict {
    Verdict::certainly(Some(true), wanted.is_none_or(|wanted| wanted.has(&ObjectName(kind))))
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CreateObjectMatch {
    object: Option<OneOf<ObjectName>>,
    /// It stood before the batch, so that running code may use it.
    in_use: Option<bool>,
    /// OR REPLACE, OR ALTER.
    replaces: Option<bool>,
    if_not_exists: Option<bool>,
    temporary: Option<bool>,
    /// A policy AS RESTRICTIVE.
    restrictive: Option<bool>,
}

impl CreateObjectMatch {
    pub fn matches(&self, change: &CreateObject, subject: &Subject<'_>) -> Verdict {
        let is_restrictive = matches!(&change.definition, Definition::Policy(policy) if policy.is_restrictive);
        Verdict::all([
            is_kind(self.object.as_ref(), change.object.kind),
            Verdict::whether(self.in_use, created_in_use(change, subject), IN_USE),
            Verdict::certainly(self.replaces, change.replaces),
            Verdict::certainly(self.if_not_exists, change.if_not_exists),
            Verdict::certainly(self.temporary, change.is_temporary),
            Verdict::certainly(self.restrictive, is_restrictive),
        ])
    }
}

/// One that is created is new, unless it is known to stand; what OR REPLACE finds may have been made elsewhere.
fn created_in_use(change: &CreateObject, subject: &Subject<'_>) -> Answer {
    match subject.catalog.object(&change.object) {
        Some(object) => object.stood_before_batch.into(),
        None if change.replaces => subject.catalog.has_object(&change.object),
        None => Answer::No,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum ActionKind {
    Redefine,
    AddValue,
    RenameValue,
    Rename,
    SetSchema,
    AddCheck,
    DropConstraint,
    ValidateConstraint,
    RenameConstraint,
    SetNotNull,
    DropNotNull,
    SetDefault,
    DropDefault,
    AddAttribute,
    DropAttribute,
    ChangeAttribute,
    RenameAttribute,
    RenameColumn,
    Restart,
    SetSequenceOwner,
    Enable,
    Disable,
    AddTables,
    DropTables,
    SetTables,
    SetOwner,
    SetVariable,
    Other,
}

impl From<&ObjectAction> for ActionKind {
    fn from(action: &ObjectAction) -> Self {
        match action {
            ObjectAction::Redefine(_) => Self::Redefine,
            ObjectAction::AddValue { .. } => Self::AddValue,
            ObjectAction::RenameValue { .. } => Self::RenameValue,
            ObjectAction::Rename { .. } => Self::Rename,
            ObjectAction::SetSchema { .. } => Self::SetSchema,
            ObjectAction::AddCheck(_) => Self::AddCheck,
            ObjectAction::DropConstraint { .. } => Self::DropConstraint,
            ObjectAction::ValidateConstraint { .. } => Self::ValidateConstraint,
            ObjectAction::RenameConstraint { .. } => Self::RenameConstraint,
            ObjectAction::SetNotNull => Self::SetNotNull,
            ObjectAction::DropNotNull => Self::DropNotNull,
            ObjectAction::SetDefault(_) => Self::SetDefault,
            ObjectAction::DropDefault => Self::DropDefault,
            ObjectAction::AddAttribute { .. } => Self::AddAttribute,
            ObjectAction::DropAttribute { .. } => Self::DropAttribute,
            ObjectAction::ChangeAttribute { .. } => Self::ChangeAttribute,
            ObjectAction::RenameAttribute { .. } => Self::RenameAttribute,
            ObjectAction::RenameColumn { .. } => Self::RenameColumn,
            ObjectAction::Restart { .. } => Self::Restart,
            ObjectAction::SetSequenceOwner(_) => Self::SetSequenceOwner,
            ObjectAction::Enable => Self::Enable,
            ObjectAction::Disable => Self::Disable,
            ObjectAction::AddTables(_) => Self::AddTables,
            ObjectAction::DropTables(_) => Self::DropTables,
            ObjectAction::SetTables(_) => Self::SetTables,
            ObjectAction::SetOwner => Self::SetOwner,
            ObjectAction::SetVariable { .. } => Self::SetVariable,
            ObjectAction::Other(_) => Self::Other,
        }
    }
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AlterObjectMatch {
    object: Option<OneOf<ObjectName>>,
    /// It stood before the batch, so that running code may use it.
    in_use: Option<bool>,
    action: Option<OneOf<ActionKind>>,
    cascade: Option<bool>,
    /// NOT VALID: what stands is not checked.
    not_valid: Option<bool>,
    /// The leading words of another action, upper-case: `SET TABLESPACE`.
    words: Option<OneOf<String>>,
}

impl AlterObjectMatch {
    pub fn matches(&self, change: &AlterObject, subject: &Subject<'_>) -> Verdict {
        let action = Fact::known(ActionKind::from(&change.action));
        let has_words = |wanted: &OneOf<String>| match &change.action {
            ObjectAction::Other(words) => wanted.has(words),
            _ => false,
        };
        let is_not_valid = matches!(&change.action, ObjectAction::AddCheck(check) if check.is_not_valid);
        Verdict::all([
            is_kind(self.object.as_ref(), change.object.kind),
            Verdict::whether(self.in_use, subject.catalog.is_object_in_use(&change.object), IN_USE),
            Verdict::among(self.action.as_ref(), &action, "what is done to the object"),
            Verdict::certainly(self.cascade, change.action.cascades()),
            Verdict::certainly(self.not_valid, is_not_valid),
            Verdict::certainly(Some(true), self.words.as_ref().is_none_or(has_words)),
        ])
    }
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DropObjectMatch {
    object: Option<OneOf<ObjectName>>,
    /// It stood before the batch, so that running code may use it.
    in_use: Option<bool>,
    if_exists: Option<bool>,
    cascade: Option<bool>,
}

impl DropObjectMatch {
    pub fn matches(&self, change: &DropObject, subject: &Subject<'_>) -> Verdict {
        Verdict::all([
            is_kind(self.object.as_ref(), change.object.kind),
            Verdict::whether(self.in_use, dropped_in_use(change, subject), IN_USE),
            Verdict::certainly(self.if_exists, change.if_exists),
            Verdict::certainly(self.cascade, change.cascade),
        ])
    }
}

/// IF EXISTS is no sign that an object stands which no known migration made.
fn dropped_in_use(change: &DropObject, subject: &Subject<'_>) -> Answer {
    match subject.catalog.object(&change.object) {
        None if change.if_exists => subject.catalog.has_object(&change.object),
        _ => subject.catalog.is_object_in_use(&change.object),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum PrivilegeKind {
    Grant,
    Revoke,
    Reassign,
    DropOwned,
    Default,
}

impl From<PrivilegeAction> for PrivilegeKind {
    fn from(action: PrivilegeAction) -> Self {
        match action {
            PrivilegeAction::Grant => Self::Grant,
            PrivilegeAction::Revoke => Self::Revoke,
            PrivilegeAction::Reassign => Self::Reassign,
            PrivilegeAction::DropOwned => Self::DropOwned,
            PrivilegeAction::Default => Self::Default,
        }
    }
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ChangePrivilegesMatch {
    action: Option<OneOf<PrivilegeKind>>,
    on: Option<OneOf<TargetKind>>,
}

impl ChangePrivilegesMatch {
    pub fn matches(&self, change: &ChangePrivileges) -> Verdict {
        let action = Fact::known(PrivilegeKind::from(change.action));
        let on = Fact::known(change.on.as_ref().map_or(TargetKind::Other, TargetKind::from));
        Verdict::all([
            Verdict::among(self.action.as_ref(), &action, "what is done to the rights"),
            Verdict::among(self.on.as_ref(), &on, "what the rights are on"),
        ])
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum TargetKind {
    Table,
    Column,
    Object,
    Other,
}

impl From<&Target> for TargetKind {
    fn from(target: &Target) -> Self {
        match target {
            Target::Table(_) => Self::Table,
            Target::Column { .. } => Self::Column,
            Target::Object(_) => Self::Object,
            Target::Other(_) => Self::Other,
        }
    }
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CommentMatch {
    on: Option<OneOf<TargetKind>>,
}

impl CommentMatch {
    pub fn matches(&self, change: &Comment) -> Verdict {
        Verdict::among(self.on.as_ref(), &Fact::known(TargetKind::from(&change.on)), "what the comment is on")
    }
}
