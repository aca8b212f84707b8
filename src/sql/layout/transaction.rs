//! Whether a runner puts a transaction around what a migration sends.

use super::Layout;
use crate::change::{SchemaChange, Statement};
use crate::engine::Engine;

/// Whether the statements of one migration run in one transaction that the migration does not write itself.
///
/// MySQL and MariaDB commit at each schema change, so that no transaction lasts there. Elsewhere:
///
/// - golang-migrate, on PostgreSQL, sends a file as one simple query (`database/postgres/postgres.go`, `runStatement`), and
///   PostgreSQL runs several statements of one in an implicit transaction, a single one by itself (PostgreSQL documentation,
///   "Multiple Statements in a Simple Query"). On SQLite it begins one (`database/sqlite3/sqlite3.go`).
/// - Prisma does the same on PostgreSQL (`schema-engine`, `apply_migration_script`: `simple_query`) and begins none itself;
///   a script that builds an index concurrently it sends statement by statement since 7.4, for which `refuses_transaction`
///   stands here.
/// - sqlx begins one unless the file begins with `-- no-transaction` (`sqlx-postgres/src/migrate.rs`); Diesel unless
///   `metadata.toml` refuses it (`diesel_migrations/src/migration_harness.rs`); dbmate unless the block says
///   `transaction:false` (`pkg/dbmate/db.go`). Without one each still sends the file, or the block, as one simple query.
/// - goose begins one unless the file says `-- +goose NO TRANSACTION`, and sends each statement by itself.
/// - Flyway begins one unless a script configuration says `executeInTransaction=false` or the migration holds a statement
///   that cannot run in one (`PostgreSQLParser.java`, `detectCanExecuteInTransaction`).
/// - Liquibase runs each changeset in one unless it says `runInTransaction:false`.
/// - refinery runs each migration in one (`refinery_core/src/drivers`).
/// - Drizzle runs all that are pending in a single one (`drizzle-orm/src/pg-core/dialect.ts`, `migrate`).
/// - Atlas begins one for each file unless it says `-- atlas:txmode none` (`--tx-mode` is `file` by default).
/// - Sqitch and plain files are taken to be sent statement by statement, as `psql -f` does.
pub fn runs_in_transaction(
    layout: Layout,
    engine: Engine,
    statements: &[Statement],
    refuses_transaction: bool,
) -> bool {
    if engine.is_mysql_family() {
        return false;
    }
    match layout {
        Layout::GolangMigrate if engine == Engine::Sqlite => true,
        Layout::Prisma if refuses_transaction && statements.iter().any(is_concurrent) => false,
        Layout::GolangMigrate | Layout::Prisma => is_implicit(engine, statements),
        Layout::Sqlx | Layout::Diesel | Layout::Dbmate => !refuses_transaction || is_implicit(engine, statements),
        Layout::Flyway if engine == Engine::Postgresql && statements.iter().any(refuses) => false,
        Layout::Flyway | Layout::Goose | Layout::Liquibase | Layout::Atlas => !refuses_transaction,
        Layout::Refinery | Layout::Drizzle => true,
        Layout::Sqitch | Layout::Plain => false,
    }
}

/// Whether PostgreSQL puts a transaction of its own around the statements of one simple query.
fn is_implicit(engine: Engine, statements: &[Statement]) -> bool {
    let mut changes = statements.iter().flat_map(|statement| &statement.changes);
    let writes_its_own = changes.any(|change| matches!(change.what, SchemaChange::Transaction(_)));
    engine == Engine::Postgresql && statements.len() > 1 && !writes_its_own
}

fn is_concurrent(statement: &Statement) -> bool {
    statement.changes.iter().any(|change| match &change.what {
        SchemaChange::AddIndex(add) => add.is_concurrent,
        SchemaChange::DropIndex(drop) => drop.is_concurrent,
        _ => false,
    })
}

/// Whether Flyway leaves out the transaction for the sake of this statement.
fn refuses(statement: &Statement) -> bool {
    let words: Vec<String> = statement.sql.split_whitespace().take(8).map(str::to_ascii_uppercase).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    matches!(
        words.as_slice(),
        ["CREATE" | "DROP", "DATABASE" | "TABLESPACE" | "SUBSCRIPTION", ..]
            | ["CREATE" | "DROP", "INDEX", "CONCURRENTLY", ..]
            | ["CREATE", "UNIQUE", "INDEX", "CONCURRENTLY", ..]
            | ["REINDEX", "SCHEMA" | "DATABASE" | "SYSTEM", ..]
            | ["REINDEX", "VERBOSE", "SCHEMA" | "DATABASE" | "SYSTEM", ..]
            | ["ALTER", "SYSTEM", ..]
            | ["DISCARD", "ALL", ..]
            | ["VACUUM", ..]
    )
}
