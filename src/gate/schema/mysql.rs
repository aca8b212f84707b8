//! What `information_schema` says in MySQL and MariaDB, of the session's database.

use super::{ConstraintKind, LiveColumn, LiveConstraint, LiveIndex, LiveSchema, Names, is_true};
use crate::database::{DatabaseError, Row, Session};
use crate::engine::Engine;

const TABLES: &str = "
    select '', table_name, table_type like '%VIEW'
    from information_schema.tables where table_schema = database() order by table_name";

const COLUMNS: &str = "
    select '', table_name, column_name, column_type, is_nullable, column_default, extra
    from information_schema.columns where table_schema = database() order by table_name, ordinal_position";

/// `EXPRESSION` stands for a column of MySQL's, from 8.0.13 on.
const INDEXES: &str = "
    select '', table_name, index_name, non_unique, coalesce(column_name, EXPRESSION)
    from information_schema.statistics where table_schema = database()
    order by table_name, index_name, seq_in_index";

/// Asked of the tables' schema: MariaDB opens every table for each one where the constraints' schema is asked for.
const KEYS: &str = "
    select '', table_name, constraint_name, referenced_table_name, column_name
    from information_schema.key_column_usage where table_schema = database()
    order by table_name, constraint_name, ordinal_position";

/// A name of a check is one table's own in MariaDB; MySQL's is one database's.
const CHECKS_OF_MARIADB: &str = "
    select '', table_name, constraint_name, 'YES', check_clause
    from information_schema.check_constraints where constraint_schema = database() order by table_name, constraint_name";

const CHECKS_OF_MYSQL: &str = "
    select '', item.table_name, item.constraint_name, item.enforced, checked.check_clause
    from information_schema.table_constraints item
        join information_schema.check_constraints checked on checked.constraint_schema = item.constraint_schema
            and checked.constraint_name = item.constraint_name
    where item.constraint_schema = database() and item.constraint_type = 'CHECK'
    order by item.table_name, item.constraint_name";

pub(super) fn read(session: &mut Session) -> Result<LiveSchema, DatabaseError> {
    // 0: as the files of the tables are named, so with case (MySQL 8.0 reference manual, "Identifier Case Sensitivity").
    let tables_fold = session.value("select @@lower_case_table_names")?.as_deref() != Some("0");
    let mut schema = LiveSchema::new(Names { tables_fold, columns_fold: true });
    for row in session.rows(TABLES)? {
        if let [Some(place), Some(name), is_view] = row.as_slice() {
            schema.add(place, name, is_true(is_view.as_deref()));
        }
    }
    for row in session.rows(COLUMNS)? {
        if let Some((table, [Some(name), Some(type_name), nullable, default, extra])) = schema.of_row(row) {
            table.columns.push(column(name, type_name, nullable.as_deref(), default.as_deref(), extra.as_deref()));
        }
    }
    for row in indexes(session)? {
        let Some((table, [Some(name), non_unique, Some(column)])) = schema.of_row(row) else { continue };
        table.add_to_index(LiveIndex {
            is_primary: name == "PRIMARY",
            name,
            columns: vec![column],
            is_unique: non_unique.as_deref() == Some("0"),
            is_partial: false,
            is_valid: true,
        });
    }
    for row in session.rows(KEYS)? {
        let Some((table, [Some(name), references, column])) = schema.of_row(row) else { continue };
        let kind = match &references {
            Some(_) => ConstraintKind::Foreign,
            None if name == "PRIMARY" => ConstraintKind::Primary,
            None => ConstraintKind::Unique,
        };
        let columns = column.into_iter().collect();
        table.add_to_constraint(LiveConstraint { name, kind, columns, references, is_validated: true, clause: None });
    }
    for row in checks(session)? {
        let Some((table, [Some(name), enforced, clause])) = schema.of_row(row) else { continue };
        // MariaDB gives the check of a column, as that of a JSON one, the column's name.
        let columns = table.column(&name).map(|column| column.name.clone()).into_iter().collect();
        table.add_to_constraint(LiveConstraint {
            name,
            kind: ConstraintKind::Check,
            columns,
            references: None,
            is_validated: is_true(enforced.as_deref()),
            clause,
        });
    }
    Ok(schema)
}

fn column(
    name: String,
    type_name: String,
    nullable: Option<&str>,
    default: Option<&str>,
    extra: Option<&str>,
) -> LiveColumn {
    let extra = extra.unwrap_or_default().to_ascii_lowercase();
    // `DEFAULT_GENERATED` says that the default is an expression.
    let is_generated = extra.contains(" generated") || extra.contains("persistent");
    LiveColumn {
        name,
        type_name,
        is_nullable: is_true(nullable),
        // MariaDB writes `NULL` where it means NULL, and strings in quotes.
        has_default: !is_generated && default.is_some_and(|default| default != "NULL"),
        is_generated,
        is_identity: extra.contains("auto_increment"),
    }
}

fn indexes(session: &mut Session) -> Result<Vec<Row>, DatabaseError> {
    if session.engine() == Engine::Mysql {
        match session.rows(&INDEXES.replace("EXPRESSION", "expression")) {
            // Before 8.0.13 there are none.
            Err(DatabaseError::Failed { .. }) => {}
            rows => return rows,
        }
    }
    session.rows(&INDEXES.replace("EXPRESSION", "''"))
}

fn checks(session: &mut Session) -> Result<Vec<Row>, DatabaseError> {
    let query = if session.engine() == Engine::Mariadb { CHECKS_OF_MARIADB } else { CHECKS_OF_MYSQL };
    match session.rows(query) {
        // MySQL keeps none before 8.0.16, nor has it the table that lists them.
        Err(DatabaseError::Failed { .. } | DatabaseError::MissingTable { .. }) => Ok(Vec::new()),
        rows => rows,
    }
}
