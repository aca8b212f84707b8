//! What code puts together while it runs: how much of it is known all the same.

use super::Extractor;
use super::texts::is_name;
use crate::php::{Chain, Expr, ExprKind, LinkKind, Member};

/// The column of a table whose name is computed: `$table . '.id'`, `"{$table}.id"`.
pub(super) fn column_behind(expr: &Expr) -> Option<String> {
    if !matches!(expr.kind, ExprKind::Template(_) | ExprKind::Operation(_)) {
        return None;
    }
    let text = Extractor::sql_text(expr)?;
    let (table, column) = text.rsplit_once('.')?;
    (table.ends_with('?') && is_name(column)).then(|| column.to_owned())
}

/// Whether a chain gives a value of which nothing is known, rather than a constant, SQL, a query or the name of a key.
pub(super) fn is_value(chain: &Chain) -> bool {
    let Some(last) = chain.links.last() else { return false };
    match (&chain.base.kind, &last.kind) {
        (ExprKind::Variable(_) | ExprKind::Function(_), LinkKind::Property { .. } | LinkKind::Index(_)) => true,
        (ExprKind::Variable(_), LinkKind::Method { name: Member::Name(name, _), .. }) => {
            !["Key", "Column", "Table", "raw", "query"].iter().any(|part| name.contains(part))
        }
        (ExprKind::Function(name), _) => {
            matches!(name.short(), "request" | "config" | "session" | "old" | "env" | "data_get" | "array_get")
        }
        _ => false,
    }
}

/// Whether what is computed in SQL, and stands as `?`, is a name rather than a value: `order by ?`, `? = 1`.
pub(super) fn names_what_is_computed(sql: &str) -> bool {
    let upper = sql.to_ascii_uppercase();
    let words: Vec<&str> = upper.split_whitespace().collect();
    words.windows(2).any(|pair| match pair {
        [before, "?"] => matches!(*before, "SELECT" | "DISTINCT" | "BY" | "SET"),
        [before, "(?)"] => matches!(*before, "WHERE" | "AND" | "OR"),
        [hole, after] => hole.ends_with(".?") || (*hole == "?" && after.starts_with('=')),
        _ => false,
    })
}
