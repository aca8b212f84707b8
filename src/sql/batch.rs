//! SQL Server's batches: where their statements end, which need no semicolon, and under which conditions they run.
//!
//! A statement ends where a word stands that can only begin the next one. Few words begin one everywhere; what came before
//! in the statement decides the others.

use super::cursor::Cursor;

/// How many conditions before and around a statement are told, and how many bytes of each.
const MAX_CONDITIONS: usize = 8;
const MAX_TOLD: usize = 400;

/// A statement of a batch.
#[derive(Debug)]
pub(super) struct Part<'a> {
    pub cursor: Cursor<'a>,
    /// The conditions under which it runs.
    pub guard: Option<String>,
}

/// What is open around a statement.
#[derive(Debug)]
enum Open {
    /// BEGIN … END and its kin; with the condition of a CATCH.
    Block(Option<String>),
    /// IF and WHILE, up to the end of the one statement or block that follows.
    Condition { tested: String, is_if: bool },
    /// The ELSE of an IF.
    Else(String),
}

/// Cuts a batch into its statements. What only steers it is none.
pub(super) fn parts(mut batch: Cursor<'_>) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    // The conditions of RETURNs before.
    let mut left_if: Vec<String> = Vec::new();
    while !batch.is_end() {
        if batch.eat_symbol(";") || pass_label(&mut batch) {
            continue;
        }
        if let Some(word) = batch.eat_any(&["IF", "WHILE"]) {
            let tested = brief(&expression(&mut batch));
            open.push(Open::Condition { tested, is_if: word == "IF" });
        } else if batch.eat_any(&["BEGIN TRY", "BEGIN ATOMIC"]).is_some() {
            if batch.eat("WITH") {
                batch.skip_parens();
            }
            open.push(Open::Block(None));
        } else if batch.eat("BEGIN CATCH") {
            open.push(Open::Block(Some("an error was caught".to_owned())));
        } else if begins_block(&batch) {
            batch.eat("BEGIN");
            open.push(Open::Block(None));
        } else if batch.eat_any(&["END TRY", "END CATCH", "END"]).is_some() {
            while open.pop().is_some_and(|closed| !matches!(closed, Open::Block(_))) {}
            close_conditions(&mut open, &mut batch);
        } else if batch.eat("ELSE") {
            // An ELSE without its IF: an END too many before it.
        } else {
            let guard = guard(&open, &left_if);
            let cursor = statement(&mut batch);
            let leaves = cursor.is("RETURN").then(|| guard.clone()).flatten();
            parts.push(Part { cursor, guard });
            if left_if.len() < MAX_CONDITIONS {
                left_if.extend(leaves.map(|condition| format!("NOT ({condition})")));
            }
            close_conditions(&mut open, &mut batch);
        }
    }
    parts
}

/// Whether the statement only says which one runs next, or what is told to whom.
pub(super) fn steers(cursor: &Cursor<'_>) -> bool {
    cursor.is_any(&["BREAK", "CONTINUE", "GOTO", "RAISERROR", "RETURN", "REVERT", "THROW", "WAITFOR"])
}

/// `name:`, where GOTO may go.
fn pass_label(batch: &mut Cursor<'_>) -> bool {
    let is_label = batch.word().is_some() && batch.is_symbol_ahead(1, ":");
    if is_label {
        batch.take_part(2);
    }
    is_label
}

fn begins_block(cursor: &Cursor<'_>) -> bool {
    let others = ["BEGIN TRAN", "BEGIN TRANSACTION", "BEGIN DISTRIBUTED", "BEGIN DIALOG", "BEGIN CONVERSATION"];
    cursor.is("BEGIN") && !cursor.is_any(&others)
}

/// The conditions that the statement or block before was for are over; its ELSE may follow.
fn close_conditions(open: &mut Vec<Open>, batch: &mut Cursor<'_>) {
    loop {
        let mut ahead = batch.clone();
        while ahead.eat_symbol(";") {}
        match open.pop() {
            Some(Open::Condition { tested, is_if: true }) if ahead.eat("ELSE") => {
                *batch = ahead;
                return open.push(Open::Else(tested));
            }
            Some(Open::Condition { .. } | Open::Else(_)) => {}
            Some(block @ Open::Block(_)) => return open.push(block),
            None => return,
        }
    }
}

/// A condition as it is told.
fn brief(condition: &Cursor<'_>) -> String {
    let start = condition.range().start;
    let ends =
        condition.tokens().iter().map(|token| token.range().end).take_while(|end| end - start <= MAX_TOLD).count();
    match condition.clone().take_part(ends) {
        all if ends == condition.tokens().len() => all.text(),
        part => format!("{} …", part.text()),
    }
}

fn guard(open: &[Open], left_if: &[String]) -> Option<String> {
    let innermost = open.get(open.len().saturating_sub(2 * MAX_CONDITIONS)..).unwrap_or_default();
    let conditions = innermost.iter().filter_map(|open| match open {
        Open::Block(condition) => condition.clone(),
        Open::Condition { tested, .. } => Some(tested.clone()),
        Open::Else(tested) => Some(format!("NOT ({tested})")),
    });
    let told: Vec<String> = left_if.iter().cloned().chain(conditions).collect();
    (!told.is_empty()).then(|| told.join(" AND "))
}

/// The condition of an IF or WHILE.
fn expression<'a>(batch: &mut Cursor<'a>) -> Cursor<'a> {
    let mut cases = 0_usize;
    batch.part_until(|cursor| {
        if cases == 0 && (cursor.is_any(STARTERS) || cursor.is("BEGIN") || cursor.is_symbol(";")) {
            return true;
        }
        count_case(cursor, &mut cases);
        false
    })
}

fn count_case(cursor: &Cursor<'_>, cases: &mut usize) {
    if cursor.is("CASE") {
        *cases += 1;
    } else if cursor.is("END") {
        *cases = cases.saturating_sub(1);
    }
}

/// Words that begin a statement, unless what stands before them says otherwise.
const STARTERS: &[&str] = &[
    "ALTER",
    "BACKUP",
    "BEGIN",
    "BREAK",
    "BULK INSERT",
    "CHECKPOINT",
    "CLOSE",
    "COMMIT",
    "CONTINUE",
    "CREATE",
    "DBCC",
    "DEALLOCATE",
    "DECLARE",
    "DELETE",
    "DENY",
    "DISABLE TRIGGER",
    "DROP",
    "ELSE",
    "ENABLE TRIGGER",
    "END",
    "EXEC",
    "EXECUTE",
    "FETCH",
    "GOTO",
    "GRANT",
    "IF",
    "INSERT",
    "KILL",
    "MERGE",
    "OPEN",
    "PRINT",
    "RAISERROR",
    "RECONFIGURE",
    "RESTORE",
    "RETURN",
    "REVERT",
    "REVOKE",
    "ROLLBACK",
    "SAVE TRAN",
    "SAVE TRANSACTION",
    "SELECT",
    "SET",
    "THROW",
    "TRUNCATE TABLE",
    "UPDATE",
    "USE",
    "WAITFOR",
    "WHILE",
];

/// The next statement; the cursor goes behind it, and behind its semicolon.
fn statement<'a>(batch: &mut Cursor<'a>) -> Cursor<'a> {
    let start = batch.clone();
    let takes_batch = takes_batch(&start);
    let is_merge = start.is("MERGE");
    let mut verb = start.word().unwrap_or_default();
    let mut previous = String::new();
    let mut cases = 0_usize;
    let mut length = 0_usize;
    let part = batch.part_until(|cursor| {
        let is_first = length == 0;
        length += 1;
        let ends = !is_first
            && !takes_batch
            && cases == 0
            && (cursor.is_symbol(";")
                || !is_merge && cursor.is_any(STARTERS) && !goes_on(&start, &mut verb, &previous, cursor));
        if !ends {
            count_case(cursor, &mut cases);
            // The names of permissions end there.
            if cursor.is_any(&["TO", "FROM"]) && matches!(verb.as_str(), "GRANT" | "DENY" | "REVOKE") {
                verb.clear();
            }
            previous =
                cursor.word().unwrap_or_else(|| cursor.peek().map_or("", |token| cursor.text_of(token)).to_owned());
        }
        ends
    });
    batch.eat_symbol(";");
    part
}

/// Whether the statement is all that is left of the batch: routines and views.
fn takes_batch(start: &Cursor<'_>) -> bool {
    let mut ahead = start.clone();
    if ahead.eat_any(&["CREATE OR ALTER", "CREATE", "ALTER"]).is_none() {
        return false;
    }
    ahead.is_any(&["PROC", "PROCEDURE", "FUNCTION", "TRIGGER", "VIEW", "SCHEMA", "RULE", "DEFAULT"])
        && !start.is("ALTER SCHEMA")
}

/// Whether a word that could begin a statement goes on with this one. `verb` is the word that the statement is about: behind
/// a WITH or a cursor's FOR it becomes another.
fn goes_on(start: &Cursor<'_>, verb: &mut String, previous: &str, cursor: &Cursor<'_>) -> bool {
    let word = cursor.word().unwrap_or_default();
    // `ON DELETE CASCADE`, `ON UPDATE SET NULL`, `WITH EXECUTE AS`, `WITH GRANT OPTION`, `FOR UPDATE`, aliases and members.
    if matches!(previous, "ON" | "AS" | "." | "," | "FOR" | "=" | "UNION" | "EXCEPT" | "INTERSECT")
        && !(previous == "ON" && verb == "SET")
        || previous == "ALL" && word == "SELECT" && verb == "SELECT"
    {
        let is_query = matches!(previous, "FOR") && verb == "DECLARE";
        if is_query && word == "SELECT" {
            *verb = word;
        }
        return true;
    }
    if matches!(previous, "WITH" | "OF" | "AFTER" | "NOT" | "BULK") {
        return true;
    }
    let is_if_exists = word == "IF" && cursor.is("IF EXISTS") && !cursor.is_symbol_ahead(2, "(");
    match (verb.as_str(), word.as_str()) {
        ("WITH", "SELECT" | "INSERT" | "UPDATE" | "DELETE" | "MERGE") => {
            *verb = word;
            true
        }
        ("INSERT", "SELECT" | "EXEC" | "EXECUTE") => {
            *verb = word;
            true
        }
        ("UPDATE", "SET") => {
            "UPDATE SET".clone_into(verb);
            true
        }
        ("GRANT" | "DENY" | "REVOKE", _) => true,
        ("ALTER", "SET") if previous == "DELETE" || previous == "UPDATE" => true,
        ("ALTER", "SET") if start.is_any(&["ALTER DATABASE", "ALTER TABLE", "ALTER INDEX"]) => {
            "ALTER SET".clone_into(verb);
            true
        }
        ("ALTER", "ALTER") => cursor.is("ALTER COLUMN") || start.is("ALTER TABLE") && names_own_index(cursor),
        ("ALTER", "DROP") if cursor.is("DROP INDEX") => start.is("ALTER TABLE") && names_own_index(cursor),
        ("ALTER", "DROP") => {
            start.is("ALTER TABLE") && cursor.is_any(&["DROP COLUMN", "DROP CONSTRAINT", "DROP PERIOD"])
                || !cursor.is_any(DROPPED)
        }
        ("ALTER" | "DROP", "IF") => is_if_exists,
        ("ALTER", "ENABLE" | "DISABLE") if start.is("ALTER TABLE") => {
            "ALTER TRIGGER".clone_into(verb);
            true
        }
        // `ORDER BY a OFFSET 0 ROWS FETCH NEXT 5 ROWS ONLY`
        (_, "FETCH") => matches!(previous, "ROW" | "ROWS"),
        _ => false,
    }
}

/// `ALTER INDEX i REBUILD`, `DROP INDEX i` of a table in memory: statements of their own say ON which table, or `table.index`.
fn names_own_index(cursor: &Cursor<'_>) -> bool {
    cursor.is_any(&["ALTER INDEX", "DROP INDEX"]) && !cursor.is_ahead(3, "ON") && !cursor.is_symbol_ahead(3, ".")
}

/// What DROP may be about where it begins a statement; behind ALTER it drops a member, a role and the like.
const DROPPED: &[&str] = &[
    "DROP TABLE",
    "DROP INDEX",
    "DROP VIEW",
    "DROP PROC",
    "DROP PROCEDURE",
    "DROP FUNCTION",
    "DROP TRIGGER",
    "DROP DATABASE",
    "DROP SCHEMA",
    "DROP TYPE",
    "DROP USER",
    "DROP ROLE",
    "DROP LOGIN",
    "DROP SEQUENCE",
    "DROP SYNONYM",
    "DROP DEFAULT",
    "DROP RULE",
    "DROP STATISTICS",
];

#[cfg(test)]
mod tests {
    use super::super::modes::Quoting;
    use super::super::tokens::tokenize;
    use super::*;
    use crate::engine::Engine;

    fn check(batch: &str) -> String {
        let quoting = Quoting::of(Engine::Sqlserver);
        let tokens = tokenize(batch, 0..batch.len(), quoting);
        let parts = parts(Cursor::new(batch, &tokens.list, quoting));
        let line = |part: Part<'_>| match part.guard {
            Some(guard) => format!("{} <- {guard}\n", part.cursor.text()),
            None => format!("{}\n", part.cursor.text()),
        };
        parts.into_iter().map(line).collect()
    }

    #[test]
    fn statements_end_where_the_next_begins() {
        insta::assert_snapshot!(check(
            "SET NOCOUNT ON SELECT 1 ALTER TABLE t ADD a int CONSTRAINT fk REFERENCES o (id) ON DELETE SET NULL ON UPDATE CASCADE \
             ALTER TABLE t ALTER COLUMN a bigint ALTER TABLE t DROP COLUMN IF EXISTS b, CONSTRAINT c DROP TABLE IF EXISTS x \
             INSERT INTO t (a) SELECT a FROM u UNION ALL SELECT b FROM v SELECT 2 UPDATE t SET a = 1 FROM t WHERE b = 2 \
             SET @x = CASE WHEN 1 = 1 THEN 2 ELSE 3 END EXEC p @x; WITH c AS (SELECT 1 AS a) DELETE FROM c GRANT SELECT, INSERT ON t TO r \
             DECLARE c CURSOR FOR SELECT a FROM t OPEN c FETCH NEXT FROM c SELECT a FROM t ORDER BY a OFFSET 1 ROWS FETCH NEXT 2 ROWS ONLY \
             ALTER TABLE t DISABLE TRIGGER ALL ALTER TABLE t SET (LOCK_ESCALATION = AUTO) ALTER DATABASE d SET RECOVERY SIMPLE SET ANSI_NULLS ON"
        ));
    }

    #[test]
    fn what_hangs_on_a_condition_says_so() {
        insta::assert_snapshot!(check(
            "IF COL_LENGTH('t', 'c') IS NULL ALTER TABLE t ADD c int; ELSE PRINT 'there' \
             IF EXISTS (SELECT 1 FROM sys.tables) BEGIN DROP TABLE a; IF @x = 1 DROP TABLE b ELSE DROP TABLE c END ELSE DROP TABLE d \
             BEGIN TRY BEGIN TRAN UPDATE t SET a = 1 COMMIT END TRY BEGIN CATCH ROLLBACK; THROW; END CATCH \
             WHILE @@ROWCOUNT > 0 DELETE TOP (100) FROM t IF @done = 1 RETURN DROP TABLE e"
        ));
    }

    #[test]
    fn a_routine_is_the_rest_of_its_batch() {
        insta::assert_snapshot!(check("CREATE PROCEDURE p AS BEGIN SELECT 1; DROP TABLE t END SELECT 2"));
    }
}
