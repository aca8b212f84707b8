//! What a recipe's migrations do, and the statements that ask for it.

use schemars::JsonSchema;
use serde::Deserialize;

use super::expand::{NoWay, asked_column, columns_of, standing_column};
use super::kept_index;
use super::name::{Name, constraint_name, index_name};
use crate::change::{
    AddCheck, AddColumn, AddForeignKey, AddIndex, AddPrimaryKey, Column, Default, DropColumn, DropConstraint,
    DropIndex, DropNotNull, Index, RedefineColumn, SchemaChange, SetDefault, SetNotNull, TableName, ValidateConstraint,
};
use crate::effect::Subject;
use crate::sql::write;
use crate::template::{Template, UnknownName};

/// An operation as it is written.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Operation")]
pub(super) enum Written {
    /// The change as its author asked for it, alone.
    TheChange(Nothing),
    /// The column that the change asks for.
    AddColumn(WrittenColumn),
    DropColumn(OfColumn),
    SetNotNull(OfColumn),
    /// NOT NULL on each column of the key that the change asks for, where it is not yet; each is a migration of its own.
    SetNotNullEach(Nothing),
    DropNotNull(OfColumn),
    /// NOT NULL, where the column that the change is about is.
    KeepNotNull(Kept),
    /// The default that the column has which the change is about.
    KeepDefault(Kept),
    /// The default that the change asks for.
    SetDefault(Nothing),
    /// The indexes over the column that the change is about, once more over another column; each is a migration of its own.
    KeepIndexes(KeptIndexes),
    /// Those again, together.
    DropKeptIndexes(Kept),
    AddCheck(WrittenCheck),
    ValidateConstraint(Named),
    DropConstraint(Named),
    /// The index that the change asks for.
    AddIndex(WrittenIndex),
    DropIndex(WrittenDropIndex),
    /// The constraint or the key that the change asks for, on the index of that name.
    UseIndex(Named),
    /// The foreign key that the change asks for, not yet checked against the rows.
    AddForeignKeyNotValid(Nothing),
    /// Statements of the engine's own; names are quoted.
    Sql(Vec<String>),
    /// In one transaction, where the engine can.
    Together(Vec<Written>),
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenColumn {
    /// Its name; without it the one that the change says.
    name: Option<String>,
    nullable: Option<bool>,
    /// `false` leaves out the default that the change asks for.
    #[serde(default = "yes")]
    default: bool,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OfColumn {
    /// Without it the one that is changed.
    column: Option<String>,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Kept {
    /// The column that gets it.
    column: String,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct KeptIndexes {
    /// The column that gets them.
    column: String,
    #[serde(default)]
    concurrent: bool,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct WrittenCheck {
    /// Without it the check that the change asks for.
    name: Option<String>,
    condition: Option<String>,
    #[serde(default)]
    not_valid: bool,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Named {
    name: String,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct WrittenIndex {
    /// Without it the one that the change says, or that is made for it.
    name: Option<String>,
    #[serde(default)]
    concurrent: bool,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct WrittenDropIndex {
    name: String,
    #[serde(default)]
    concurrent: bool,
    #[serde(default)]
    if_exists: bool,
}

fn yes() -> bool {
    true
}

/// An operation whose names are all known.
#[derive(Debug, Clone)]
pub(super) enum Operation {
    TheChange,
    AddColumn { name: Option<Template<Name>>, is_nullable: Option<bool>, keeps_default: bool },
    DropColumn(Option<Template<Name>>),
    SetNotNull(Option<Template<Name>>),
    SetNotNullEach,
    DropNotNull(Option<Template<Name>>),
    KeepNotNull(Template<Name>),
    KeepDefault(Template<Name>),
    SetDefault,
    KeepIndexes { column: Template<Name>, is_concurrent: bool },
    DropKeptIndexes(Template<Name>),
    AddCheck { name: Option<Template<Name>>, condition: Option<Template<Name>>, is_not_valid: bool },
    ValidateConstraint(Template<Name>),
    DropConstraint(Template<Name>),
    AddIndex { name: Option<Template<Name>>, is_concurrent: bool },
    DropIndex { name: Template<Name>, is_concurrent: bool, if_exists: bool },
    UseIndex(Template<Name>),
    AddForeignKeyNotValid,
    Sql(Vec<Template<Name>>),
    Together(Vec<Operation>),
}

impl Operation {
    pub(super) fn read(written: &Written) -> Result<Self, UnknownName> {
        let optional = |text: &Option<String>| text.as_deref().map(Template::read).transpose();
        Ok(match written {
            Written::TheChange(Nothing {}) => Self::TheChange,
            Written::AddColumn(column) => Self::AddColumn {
                name: optional(&column.name)?,
                is_nullable: column.nullable,
                keeps_default: column.default,
            },
            Written::DropColumn(of) => Self::DropColumn(optional(&of.column)?),
            Written::SetNotNull(of) => Self::SetNotNull(optional(&of.column)?),
            Written::SetNotNullEach(Nothing {}) => Self::SetNotNullEach,
            Written::DropNotNull(of) => Self::DropNotNull(optional(&of.column)?),
            Written::KeepNotNull(kept) => Self::KeepNotNull(Template::read(&kept.column)?),
            Written::KeepDefault(kept) => Self::KeepDefault(Template::read(&kept.column)?),
            Written::SetDefault(Nothing {}) => Self::SetDefault,
            Written::KeepIndexes(kept) => {
                Self::KeepIndexes { column: Template::read(&kept.column)?, is_concurrent: kept.concurrent }
            }
            Written::DropKeptIndexes(kept) => Self::DropKeptIndexes(Template::read(&kept.column)?),
            Written::AddCheck(check) => Self::AddCheck {
                name: optional(&check.name)?,
                condition: optional(&check.condition)?,
                is_not_valid: check.not_valid,
            },
            Written::ValidateConstraint(named) => Self::ValidateConstraint(Template::read(&named.name)?),
            Written::DropConstraint(named) => Self::DropConstraint(Template::read(&named.name)?),
            Written::AddIndex(index) => {
                Self::AddIndex { name: optional(&index.name)?, is_concurrent: index.concurrent }
            }
            Written::DropIndex(drop) => Self::DropIndex {
                name: Template::read(&drop.name)?,
                is_concurrent: drop.concurrent,
                if_exists: drop.if_exists,
            },
            Written::UseIndex(named) => Self::UseIndex(Template::read(&named.name)?),
            Written::AddForeignKeyNotValid(Nothing {}) => Self::AddForeignKeyNotValid,
            Written::Sql(statements) => {
                Self::Sql(statements.iter().map(|text| Template::read(text)).collect::<Result<_, _>>()?)
            }
            Written::Together(all) => Self::Together(all.iter().map(Self::read).collect::<Result<_, _>>()?),
        })
    }

    /// The names in its texts.
    pub(super) fn names(&self) -> Vec<Name> {
        let of = |texts: &[Option<&Template<Name>>]| texts.iter().flatten().flat_map(|text| text.names()).collect();
        match self {
            Self::TheChange | Self::SetDefault | Self::SetNotNullEach | Self::AddForeignKeyNotValid => Vec::new(),
            Self::AddColumn { name, .. } | Self::AddIndex { name, .. } => of(&[name.as_ref()]),
            Self::DropColumn(column) | Self::SetNotNull(column) | Self::DropNotNull(column) => of(&[column.as_ref()]),
            Self::AddCheck { name, condition, .. } => of(&[name.as_ref(), condition.as_ref()]),
            Self::ValidateConstraint(name)
            | Self::KeepNotNull(name)
            | Self::KeepDefault(name)
            | Self::KeepIndexes { column: name, .. }
            | Self::DropKeptIndexes(name)
            | Self::DropConstraint(name)
            | Self::UseIndex(name)
            | Self::DropIndex { name, .. } => of(&[Some(name)]),
            Self::Sql(statements) => statements.iter().flat_map(Template::names).collect(),
            Self::Together(all) => all.iter().flat_map(Self::names).collect(),
        }
    }

    /// The statements that do it, in the migrations that send them.
    pub(super) fn migrations(&self, subject: &Subject<'_>) -> Result<Vec<Vec<String>>, NoWay> {
        let statements = self.statements(subject)?;
        Ok(match self {
            Self::KeepIndexes { .. } | Self::SetNotNullEach => {
                statements.into_iter().map(|statement| vec![statement]).collect()
            }
            _ if statements.is_empty() => Vec::new(),
            _ => vec![statements],
        })
    }

    /// The statements that do it to what `subject` is about.
    fn statements(&self, subject: &Subject<'_>) -> Result<Vec<String>, NoWay> {
        match self {
            Self::Sql(texts) => Ok(texts.iter().map(|text| text.render(&|name| name.in_sql(subject))).collect()),
            Self::Together(all) => {
                let statements = all.iter().map(|one| one.statements(subject)).collect::<Result<Vec<_>, _>>()?;
                Ok(statements.into_iter().flatten().collect())
            }
            Self::KeepIndexes { column, is_concurrent } => {
                let column = column.render(&|name| name.in_words(subject));
                let copies = kept_index::additions(subject, &column, *is_concurrent)?;
                copies.iter().map(|change| sent(change, subject)).collect()
            }
            Self::DropKeptIndexes(column) => {
                let column = column.render(&|name| name.in_words(subject));
                let copies = kept_index::removals(subject, &column)?;
                copies.iter().map(|change| sent(change, subject)).collect()
            }
            Self::SetNotNullEach => {
                let of = |column| nullability(subject, known_table(subject)?, column, false);
                let nullable = columns_of(&subject.change.what)
                    .into_iter()
                    .filter(|column| standing_column(subject, column).map_or(true, |standing| standing.is_nullable));
                nullable.map(|column| sent(&of(column)?, subject)).collect()
            }
            Self::KeepNotNull(_) if asked_column(subject)?.is_nullable => Ok(Vec::new()),
            Self::KeepDefault(_) if asked_column(subject)?.default == Default::None => Ok(Vec::new()),
            one => one.change(subject).and_then(|change| sent(&change, subject)).map(|statement| vec![statement]),
        }
    }

    fn change(&self, subject: &Subject<'_>) -> Result<SchemaChange, NoWay> {
        let asked = &subject.change.what;
        let table = || known_table(subject);
        let words = |text: &Template<Name>| text.render(&|name| name.in_words(subject));
        let column = |named: &Option<Template<Name>>| match named {
            Some(name) => words(name),
            None => asked.column().unwrap_or_default().to_owned(),
        };
        Ok(match self {
            Self::TheChange
            | Self::Sql(_)
            | Self::Together(_)
            | Self::KeepIndexes { .. }
            | Self::DropKeptIndexes(_)
            | Self::SetNotNullEach => asked.clone(),
            Self::AddColumn { name, is_nullable, keeps_default } => {
                let asked = asked_column(subject)?;
                let mut new = asked.without_constraints();
                match name {
                    Some(name) => new.name = words(name),
                    None => new.place = asked.place,
                }
                new.is_nullable = is_nullable.unwrap_or(new.is_nullable);
                if !keeps_default {
                    new.default = Default::None;
                }
                SchemaChange::AddColumn(AddColumn { table: table()?, column: new, if_not_exists: false })
            }
            Self::DropColumn(named) => SchemaChange::DropColumn(DropColumn {
                table: table()?,
                column: column(named),
                if_exists: false,
                cascade: false,
            }),
            Self::SetNotNull(named) => nullability(subject, table()?, column(named), false)?,
            Self::DropNotNull(named) => nullability(subject, table()?, column(named), true)?,
            Self::KeepNotNull(name) => nullability(subject, table()?, words(name), false)?,
            Self::KeepDefault(name) => {
                let default = asked_column(subject)?.default;
                SchemaChange::SetDefault(SetDefault { table: table()?, column: words(name), default })
            }
            Self::SetDefault => {
                let Column { name, default, .. } = asked_column(subject)?;
                SchemaChange::SetDefault(SetDefault { table: table()?, column: name, default })
            }
            Self::AddCheck { name, condition, is_not_valid } => {
                let condition = condition.as_ref().map(|text| text.render(&|name| name.in_sql(subject)));
                add_check(asked, table()?, name.as_ref().map(words), condition, *is_not_valid)?
            }
            Self::ValidateConstraint(name) => {
                SchemaChange::ValidateConstraint(ValidateConstraint { table: table()?, name: words(name) })
            }
            Self::DropConstraint(name) => SchemaChange::DropConstraint(DropConstraint {
                table: table()?,
                name: words(name),
                if_exists: false,
                cascade: false,
            }),
            Self::AddIndex { name, is_concurrent } => {
                add_index(subject, table()?, name.as_ref().map(words), *is_concurrent)?
            }
            Self::DropIndex { name, is_concurrent, if_exists } => SchemaChange::DropIndex(DropIndex {
                table: Some(table()?),
                name: words(name),
                is_concurrent: *is_concurrent,
                if_exists: *if_exists,
            }),
            Self::UseIndex(name) => use_index(asked, words(name))?,
            Self::AddForeignKeyNotValid => match asked {
                SchemaChange::AddForeignKey(add) => {
                    let mut foreign_key = add.foreign_key.clone();
                    foreign_key.name = Some(constraint_name(asked));
                    SchemaChange::AddForeignKey(AddForeignKey { foreign_key, is_not_valid: true, ..add.clone() })
                }
                _ => return Err(NoWay::new("the change asks for no foreign key")),
            },
        })
    }
}

fn known_table(subject: &Subject<'_>) -> Result<TableName, NoWay> {
    subject.table_name().cloned().ok_or_else(|| NoWay::new("which table it changes is not known"))
}

/// The statement that asks the engine for `change`.
fn sent(change: &SchemaChange, subject: &Subject<'_>) -> Result<String, NoWay> {
    write::statement(change, subject.target.engine).ok_or_else(|| {
        NoWay::new(format!("{} has no statement of its own to {}", subject.target.engine.title(), change.description()))
    })
}

/// SET NOT NULL and DROP NOT NULL; the MySQL family defines the whole column anew.
fn nullability(
    subject: &Subject<'_>,
    table: TableName,
    column: String,
    is_nullable: bool,
) -> Result<SchemaChange, NoWay> {
    if subject.target.engine.is_mysql_family() {
        let asked = asked_column(subject).ok().filter(|asked| asked.name == column);
        let known = asked.map_or_else(|| standing_column(subject, &column), Ok)?;
        let definition = Column { is_nullable, ..known.without_constraints() };
        return Ok(SchemaChange::RedefineColumn(RedefineColumn { table, column, definition }));
    }
    Ok(if is_nullable {
        SchemaChange::DropNotNull(DropNotNull { table, column })
    } else {
        SchemaChange::SetNotNull(SetNotNull { table, column })
    })
}

fn add_check(
    asked: &SchemaChange,
    table: TableName,
    name: Option<String>,
    condition: Option<String>,
    is_not_valid: bool,
) -> Result<SchemaChange, NoWay> {
    let own = match asked {
        SchemaChange::AddCheck(add) => Some(add.condition.clone()),
        _ => None,
    };
    let condition = condition.or(own).ok_or_else(|| NoWay::new("the change asks for no CHECK"))?;
    let name = name.or_else(|| Some(constraint_name(asked)));
    Ok(SchemaChange::AddCheck(AddCheck { table, name, condition, is_not_valid }))
}

/// The index that a change asks for, under a name; a constraint's index alone.
fn add_index(
    subject: &Subject<'_>,
    table: TableName,
    name: Option<String>,
    is_concurrent: bool,
) -> Result<SchemaChange, NoWay> {
    let asked = &subject.change.what;
    let index = match asked {
        SchemaChange::AddIndex(add) => {
            let name = name.unwrap_or_else(|| index_name(asked, subject));
            Index { name: Some(name), ..add.index.clone() }
        }
        SchemaChange::AddPrimaryKey(add) => {
            let part = |column: &String| crate::change::IndexPart::Column { name: column.clone(), length: None };
            Index { name, ..Index::unique(add.columns.iter().map(part).collect()) }
        }
        _ => return Err(NoWay::new("the change asks for no index")),
    };
    Ok(SchemaChange::AddIndex(AddIndex {
        table,
        index,
        is_constraint: false,
        using_index: None,
        is_concurrent,
        if_not_exists: false,
    }))
}

fn use_index(asked: &SchemaChange, standing: String) -> Result<SchemaChange, NoWay> {
    match asked {
        SchemaChange::AddIndex(add) => {
            Ok(SchemaChange::AddIndex(AddIndex { using_index: Some(standing), is_constraint: true, ..add.clone() }))
        }
        SchemaChange::AddPrimaryKey(add) => {
            Ok(SchemaChange::AddPrimaryKey(AddPrimaryKey { using_index: Some(standing), ..add.clone() }))
        }
        _ => Err(NoWay::new("the change asks for no key")),
    }
}
