//! Which arguments of which methods name columns, tables, values or SQL. Laravel's, by name alone: what a method is called
//! on is found out later.

/// Which arguments of a method name columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Columns {
    /// The first, as a string, a list or the keys of an array of conditions.
    First,
    /// Each.
    All,
    /// Those from the second on.
    FromSecond,
    /// Only where it is an array: a list of columns.
    Lists,
}

pub(super) fn columns_of(method: &str) -> Option<Columns> {
    let tables =
        [(FIRST, Columns::First), (ALL, Columns::All), (FROM_SECOND, Columns::FromSecond), (LISTS, Columns::Lists)];
    let found = tables.into_iter().find(|(names, _)| names.binary_search(&method).is_ok());
    found.map(|(_, columns)| columns)
}

/// Sorted.
#[rustfmt::skip]
const FIRST: &[&str] = &[
    "average", "avg", "chunkById", "contains", "count", "countBy", "decrement", "decrementEach", "eachById",
    "firstWhere", "forPageAfterId", "forPageBeforeId", "getAttribute", "getAttributeFromArray", "getAttributeValue",
    "getOriginal", "getQualifiedColumn", "getRawOriginal", "hasAttribute", "having", "havingBetween", "havingNotNull",
    "havingNull", "implode", "increment", "incrementEach", "keyBy", "latest", "latestOfMany", "lazyById",
    "lazyByIdDesc", "max", "median", "min", "mode", "ofMany", "oldest", "oldestOfMany", "orHaving", "orWhere",
    "orWhereBetween", "orWhereDate", "orWhereDay", "orWhereFullText", "orWhereIn", "orWhereJsonContains",
    "orWhereLike", "orWhereMonth", "orWhereNot", "orWhereNotBetween", "orWhereNotIn", "orWhereNotNull", "orWhereNull",
    "orWherePivot", "orWherePivotIn", "orWhereYear", "orderBy", "orderByDesc", "orderByPivot", "originalIsEquivalent",
    "partitionBy", "qualifyColumn", "reorder", "reorderDesc", "setAttribute", "soleValue", "sortBy", "sortByDesc",
    "sum", "touch", "value", "where", "whereAfterToday", "whereAll", "whereAny", "whereBeforeToday", "whereBetween",
    "whereDate", "whereDay", "whereFullText", "whereFuture", "whereIn", "whereInStrict", "whereIntegerInRaw",
    "whereIntegerNotInRaw", "whereJsonContains", "whereJsonContainsKey", "whereJsonDoesntContain", "whereJsonLength",
    "whereLike", "whereMonth", "whereNone", "whereNot", "whereNotBetween", "whereNotIn", "whereNotInStrict",
    "whereNotLike", "whereNotNull", "whereNowOrFuture", "whereNowOrPast", "whereNull", "wherePast", "wherePivot",
    "wherePivotBetween", "wherePivotIn", "wherePivotNotIn", "wherePivotNotNull", "wherePivotNull", "whereStrict",
    "whereTime", "whereToday", "whereYear",
];

/// Sorted.
#[rustfmt::skip]
const ALL: &[&str] = &[
    "addSelect", "append", "distinct", "except", "forget", "getDirty", "groupBy", "isClean", "isDirty", "lists",
    "loadSum", "makeHidden", "makeVisible", "mergeFillable", "on", "only", "orOn", "orWhereColumn", "pluck", "select",
    "setHidden", "setVisible", "syncOriginalAttribute", "unique", "wasChanged", "whereBetweenColumns", "whereColumn",
    "withCasts", "withPivot",
];

/// Sorted.
#[rustfmt::skip]
const FROM_SECOND: &[&str] = &[
    "orWhereRelation", "whereRelation", "withAggregate", "withAvg", "withMax", "withMin", "withSum",
];

/// Sorted.
#[rustfmt::skip]
const LISTS: &[&str] = &[
    "all", "cursorPaginate", "find", "findMany", "findOrFail", "findOrNew", "first", "firstOrFail", "fresh", "get",
    "getModels", "paginate", "simplePaginate", "sole",
];

/// Which arguments of a method are arrays of values by column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Valued {
    First,
    Second,
    Both,
    /// Values of the pivot, by the related keys.
    Nested,
}

pub(super) fn values_of(method: &str) -> Option<Valued> {
    Some(match method {
        "new"
        | "create"
        | "forceCreate"
        | "createQuietly"
        | "forceCreateQuietly"
        | "make"
        | "newInstance"
        | "fill"
        | "forceFill"
        | "update"
        | "updateQuietly"
        | "updateOrFail"
        | "forceUpdate"
        | "insert"
        | "insertOrIgnore"
        | "insertGetId"
        | "upsert"
        | "createMany"
        | "createManyQuietly"
        | "saveMany_"
        | "setRawAttributes"
        | "hydrate"
        | "replace"
        | "newModelInstance"
        | "insertReturning"
        | "fillAndInsert"
        | "fillAndInsertGetId"
        | "fillAndInsertOrIgnore"
        | "state" => Valued::First,
        "firstOrCreate" | "firstOrNew" | "updateOrCreate" | "updateOrInsert" | "createOrFirst"
        | "incrementOrCreate" => Valued::Both,
        "attach" | "updateExistingPivot" | "syncWithPivotValues" | "attachWithPivot" => Valued::Second,
        "sync" | "syncWithoutDetaching" | "toggle" => Valued::Nested,
        _ => return None,
    })
}

/// Methods whose first argument is SQL.
pub(super) fn takes_sql(method: &str) -> bool {
    method == "raw"
        || method == "unprepared"
        || (method.ends_with("Raw") && !method.contains("Integer"))
        || matches!(method, "statement" | "affectingStatement" | "scalar" | "selectOne" | "selectFromWriteConnection")
}

pub(super) fn is_join(method: &str) -> bool {
    matches!(
        method,
        "join"
            | "leftJoin"
            | "rightJoin"
            | "crossJoin"
            | "joinWhere"
            | "leftJoinWhere"
            | "rightJoinWhere"
            | "joinRelationship"
    )
}

/// Functions and methods whose strings are the names of anything but columns.
pub(super) fn takes_no_columns(method: &str) -> bool {
    const QUIET: [&str; 45] = [
        "__",
        "trans",
        "trans_choice",
        "transChoice",
        "choice",
        "view",
        super::views::INCLUDING,
        "route",
        "config",
        "session",
        "env",
        "old",
        "url",
        "asset",
        "mix",
        "redirect",
        "abort",
        "abort_if",
        "abort_unless",
        "info",
        "logger",
        "report",
        "lang",
        "getConfig",
        "middleware",
        "can",
        "cannot",
        "authorize",
        "authorizeResource",
        "allows",
        "denies",
        "assertSee",
        "namespace",
        "prefix",
        "dispatchBrowserEvent",
        "emit",
        "to_route",
        "signedRoute",
        "hasRole",
        "setting",
        "error",
        "warning",
        "debug",
        "render",
        "line",
    ];
    QUIET.contains(&method)
}

/// Classes whose strings are the names of anything but columns.
pub(super) const QUIET_CLASSES: [&str; 26] = [
    "Route", "Config", "Session", "Lang", "View", "Log", "Cache", "Redirect", "URL", "Event", "Gate", "Form", "Html",
    "Input", "Cookie", "Storage", "File", "Mail", "Response", "Request", "Artisan", "Queue", "Redis", "Blade", "Http",
    "Carbon",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted() {
        for names in [FIRST, ALL, FROM_SECOND, LISTS] {
            assert!(names.is_sorted());
        }
        assert_eq!(columns_of("whereIn"), Some(Columns::First));
        assert_eq!(columns_of("save"), None);
    }
}
