//! What is pending, what the rules find, who uses it, and what is there.

use super::Scenario;
use super::app::{alter, migration};
use super::site::{Ended, Site};
use crate::server::Engine;

const HARMLESS: &str = "database/migrations/2026_11_30_080000_add_channel_to_orders.php";

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario { name: "nothing pending", engine: None, run: nothing_pending, code: 0, last: "GO 0 nothing is pending" },
    Scenario { name: "one harmless migration", engine: None, run: harmless, code: 0, last: "GO 0 1 migration may run" },
    Scenario { name: "first deploy", engine: None, run: first_deploy, code: 0, last: "GO 0 2 migrations may run" },
    Scenario {
        name: "first deploy without saying so",
        engine: None,
        run: first_deploy_unsaid,
        code: 0,
        last: "GO 0 2 migrations may run",
    },
    Scenario {
        name: "wrong database",
        engine: None,
        run: wrong_database,
        code: 3,
        last: "REFUSED 3 pending-unclear a release is live, and `DATABASE` has no table `migrations`",
    },
    Scenario {
        name: "empty migrations table",
        engine: None,
        run: empty_log,
        code: 3,
        last: "REFUSED 3 pending-unclear a release is live, and `migrations` in `DATABASE` is empty",
    },
    Scenario {
        name: "edited after it ran",
        engine: None,
        run: edited_after_it_ran,
        code: 3,
        last: "REFUSED 3 pending-unclear 2026_11_30_080000_add_channel_to_orders: its file is not what ran",
    },
    Scenario {
        name: "a row without a file",
        engine: None,
        run: row_without_file,
        code: 0,
        last: "GO 0 nothing is pending",
    },
    Scenario {
        name: "database down",
        engine: None,
        run: database_down,
        code: 4,
        last: "REFUSED 4 pending-unclear `127.0.0.1:1/shop` cannot be reached: *",
    },
    Scenario {
        name: "database down cannot be overridden",
        engine: None,
        run: database_down_overridden,
        code: 4,
        last: "REFUSED 4 pending-unclear `127.0.0.1:1/shop` cannot be reached: *",
    },
    Scenario {
        name: "login refused",
        engine: None,
        run: login_refused,
        code: 4,
        last: "REFUSED 4 pending-unclear `DATABASE` refuses the login: *",
    },
    Scenario {
        name: "no right to read the log",
        engine: None,
        run: no_right_to_the_log,
        code: 4,
        last: "REFUSED 4 pending-unclear *",
    },
    Scenario {
        name: "no database is named",
        engine: None,
        run: no_such_connection,
        code: 2,
        last: "REFUSED 2 unusable *",
    },
    Scenario { name: "no database is asked", engine: None, run: no_db, code: 0, last: "GO 0 1 migration may run" },
    Scenario {
        name: "no database is asked and a rule refuses",
        engine: None,
        run: no_db_refused,
        code: 3,
        last: "REFUSED 3 still-used 2026_11_30_080000_add_channel_to_orders: [required-column-added] *",
    },
    Scenario {
        name: "required column that running code does not set",
        engine: None,
        run: required_column,
        code: 3,
        last: "REFUSED 3 still-used 2026_11_30_080000_add_channel_to_orders: [required-column-added] *",
    },
    Scenario {
        name: "dropped column that running code reads",
        engine: None,
        run: used_column,
        code: 3,
        last: "REFUSED 3 still-used 2026_11_30_080000_add_channel_to_orders: [dropped-while-used] *",
    },
    Scenario {
        name: "dropped column that only running code reads",
        engine: None,
        run: released_too_early,
        code: 3,
        last: "REFUSED 3 still-used 2026_11_30_080000_add_channel_to_orders: [column-dropped] *",
    },
    Scenario {
        name: "dropped column that nothing uses",
        engine: None,
        run: unused_column,
        code: 0,
        last: "GO 0 1 migration may run",
    },
    Scenario {
        name: "renamed column",
        engine: None,
        run: renamed_column,
        code: 3,
        last: "REFUSED 3 still-used 2026_11_30_080000_add_channel_to_orders: [column-renamed] *",
    },
    Scenario {
        name: "a finding without code",
        engine: None,
        run: finding_without_code,
        code: 3,
        last: "REFUSED 3 finding 2026_11_30_080000_add_channel_to_orders: [*",
    },
    Scenario {
        name: "a finding is let through",
        engine: None,
        run: finding_overridden,
        code: 0,
        last: "GO 0 1 migration may run",
    },
    Scenario {
        name: "an override of another question",
        engine: None,
        run: other_overridden,
        code: 3,
        last: "REFUSED 3 still-used *",
    },
    Scenario {
        name: "an override without a reason",
        engine: None,
        run: short_override,
        code: 2,
        last: "REFUSED 2 unusable invalid value 'G05=because' *",
    },
    Scenario {
        name: "php that cannot be evaluated",
        engine: None,
        run: dynamic_php,
        code: 4,
        last: "REFUSED 4 finding database/migrations/2026_11_30_080000_add_channel_to_orders.php:*",
    },
    Scenario {
        name: "broken php",
        engine: None,
        run: broken_php,
        code: 4,
        last: "REFUSED 4 finding database/migrations/2026_11_30_080000_add_channel_to_orders.php:*",
    },
    Scenario {
        name: "a column is gone that new code needs",
        engine: None,
        run: column_missing,
        code: 3,
        last: "REFUSED 3 column-missing the new code needs what is not there",
    },
    Scenario {
        name: "a column is gone that nothing uses",
        engine: None,
        run: unused_column_missing,
        code: 0,
        last: "GO 0 nothing is pending",
    },
    Scenario {
        name: "a small table counts as small",
        engine: None,
        run: small_table,
        code: 0,
        last: "GO 0 1 migration may run",
    },
    Scenario { name: "a project of sql", engine: None, run: project_of_sql, code: 0, last: "GO 0 1 migration may run" },
    Scenario {
        name: "a project of sql whose runner's table is not read",
        engine: None,
        run: unknown_runner,
        code: 4,
        last: "REFUSED 4 pending-unclear where migrations in the layout * are logged is not known",
    },
    Scenario {
        name: "a transaction open for long",
        engine: None,
        run: long_transaction,
        code: 6,
        last: "REFUSED 6 long-transaction *",
    },
    Scenario {
        name: "a transaction open for long on another table",
        engine: Some(Engine::Postgres),
        run: transaction_elsewhere,
        code: 0,
        last: "GO 0 1 migration may run",
    },
    Scenario {
        name: "transactions that may not be seen",
        engine: None,
        run: transactions_unseen,
        code: 0,
        last: "GO 0 1 migration may run",
    },
    Scenario {
        name: "transactions that may not be seen must be",
        engine: None,
        run: transactions_unseen_refused,
        code: 4,
        last: "REFUSED 4 long-transaction *",
    },
];

/// Release 2 with one migration of `orders` of that body.
fn with(site: &Site, body: &str) {
    site.release("2", &[(HARMLESS, &alter(body))]);
}

fn nothing_pending(site: &mut Site) -> Ended {
    site.release("2", &[]);
    site.check("2", &[])
}

fn harmless(site: &mut Site) -> Ended {
    with(site, "$table->string('channel')->nullable();");
    site.check("2", &[])
}

fn first_deploy(site: &mut Site) -> Ended {
    site.remove("current");
    site.sql("drop table migrations; drop table orders; drop table customers");
    site.check("1", &["--current", "-"])
}

fn first_deploy_unsaid(site: &mut Site) -> Ended {
    site.remove("current");
    site.sql("drop table migrations; drop table orders; drop table customers");
    site.check("1", &[])
}

fn wrong_database(site: &mut Site) -> Ended {
    site.sql("drop table migrations");
    site.release("2", &[]);
    site.check("2", &[])
}

fn empty_log(site: &mut Site) -> Ended {
    site.sql("delete from migrations");
    site.release("2", &[]);
    site.check("2", &[])
}

fn edited_after_it_ran(site: &mut Site) -> Ended {
    with(site, "$table->string('channel')->nullable();");
    assert_eq!(site.exec("2", &[]).code, 0);
    site.swap("2");
    with(site, "$table->string('channel', 40)->nullable();");
    site.check("2", &[])
}

fn row_without_file(site: &mut Site) -> Ended {
    site.sql("insert into migrations (migration, batch) values ('2026_09_01_000000_of_another_branch', 2)");
    site.release("2", &[]);
    let ended = site.check("2", &[]);
    assert!(
        ended.stderr.contains("2026_09_01_000000_of_another_branch ran, and is not in this release"),
        "{}",
        ended.stderr
    );
    ended
}

fn nowhere(site: &Site) -> &'static str {
    if site.engine() == "postgresql" {
        "postgresql://app:hush@127.0.0.1:1/shop"
    } else {
        "mysql://app:hush@127.0.0.1:1/shop"
    }
}

fn database_down(site: &mut Site) -> Ended {
    site.release("2", &[]);
    let ended = site.check("2", &["--database-url", nowhere(site)]);
    assert!(!format!("{}{}", ended.stderr, site.ledger()).contains("hush"), "a password is shown");
    ended
}

fn database_down_overridden(site: &mut Site) -> Ended {
    site.release("2", &[]);
    site.check("2", &["--database-url", nowhere(site), "--override", "G02=it was well this morning"])
}

fn login_refused(site: &mut Site) -> Ended {
    site.release("2", &[]);
    let url = site.database.url().replace("postgres@", "ghost:hush@").replace("root@", "ghost:hush@");
    let ended = site.check("2", &["--database-url", &url]);
    assert!(!format!("{}{}", ended.stderr, site.ledger()).contains("hush"), "a password is shown");
    ended
}

/// A user who may connect, and sees what `grants` lets him.
fn user(site: &Site, grants: &str) -> String {
    let name = format!("user_of_{}", site.database.name());
    let url = site.database.url();
    if site.engine() == "postgresql" {
        site.sql(&format!("create role {name} login; {}", grants.replace("USER", &name)));
        url.replace("postgres@", &format!("{name}@"))
    } else {
        let grants = grants.replace("USER", &format!("{name}@'127.0.0.1'"));
        site.sql(&format!("create user {name}@'127.0.0.1'; {grants}"));
        url.replace("root@", &format!("{name}@"))
    }
}

fn no_right_to_the_log(site: &mut Site) -> Ended {
    site.release("2", &[]);
    let database = site.database.name();
    let grants = if site.engine() == "postgresql" {
        "grant select on orders to USER".to_owned()
    } else {
        format!("grant select on {database}.orders to USER")
    };
    let url = user(site, &grants);
    site.check("2", &["--database-url", &url])
}

fn no_such_connection(site: &mut Site) -> Ended {
    site.release("2", &[]);
    site.check("2", &["--connection", "reporting"])
}

fn no_db(site: &mut Site) -> Ended {
    with(site, "$table->string('channel')->nullable();");
    let ended = site.check("2", &["--no-db"]);
    assert_eq!(site.ledger(), "", "without a database nothing is recorded");
    ended
}

fn no_db_refused(site: &mut Site) -> Ended {
    with(site, "$table->string('channel');");
    site.check("2", &["--no-db"])
}

fn required_column(site: &mut Site) -> Ended {
    with(site, "$table->string('channel');");
    let ended = site.check("2", &[]);
    assert!(ended.stderr.contains("app/Http/Controllers/OrderController.php:11 in 1"), "{}", ended.stderr);
    ended
}

fn used_column(site: &mut Site) -> Ended {
    with(site, "$table->dropColumn('note');");
    // The new code still uses it too, which is told in the place of the drop alone.
    site.check("2", &[])
}

fn released_too_early(site: &mut Site) -> Ended {
    with(site, "$table->dropColumn('note');");
    site.write("releases/2/app/Http/Controllers/OrderController.php", "<?php\n");
    site.write("releases/2/app/Models/Order.php", "<?php\n");
    site.check("2", &[])
}

fn unused_column(site: &mut Site) -> Ended {
    with(site, "$table->dropColumn('fax');");
    let ended = site.check("2", &[]);
    assert!(ended.stderr.contains("discharged: [column-dropped]"), "{}", ended.stderr);
    ended
}

fn renamed_column(site: &mut Site) -> Ended {
    with(site, "$table->renameColumn('note', 'remark');");
    site.check("2", &[])
}

fn finding_without_code(site: &mut Site) -> Ended {
    site.release("2", &[(HARMLESS, &migration("DB::statement('delete from orders');"))]);
    site.check("2", &[])
}

fn finding_overridden(site: &mut Site) -> Ended {
    with(site, "$table->string('channel');");
    let ended = site.check("2", &["--override", "G05=INC-123 nobody orders at night", "--actor", "ada"]);
    assert!(site.ledger().contains("INC-123 nobody orders at night"), "{}", site.ledger());
    assert!(site.ledger().contains(r#""actor":"ada""#), "{}", site.ledger());
    ended
}

fn other_overridden(site: &mut Site) -> Ended {
    with(site, "$table->string('channel');");
    site.check("2", &["--override", "G04=INC-123 nobody orders at night"])
}

fn short_override(site: &mut Site) -> Ended {
    with(site, "$table->string('channel');");
    site.check("2", &["--override", "G05=because"])
}

fn dynamic_php(site: &mut Site) -> Ended {
    site.release("2", &[(HARMLESS, &migration("DB::statement(file_get_contents('https://example.org/change.sql'));"))]);
    site.check("2", &[])
}

fn broken_php(site: &mut Site) -> Ended {
    site.release("2", &[(HARMLESS, "<?php return new class extends Migration { public function up( {")]);
    site.check("2", &[])
}

fn column_missing(site: &mut Site) -> Ended {
    site.release("2", &[]);
    site.sql("alter table orders drop column note");
    site.check("2", &[])
}

fn unused_column_missing(site: &mut Site) -> Ended {
    site.release("2", &[]);
    site.sql("alter table orders drop column fax");
    site.check("2", &[])
}

/// What would be an error on a table of which nobody knows how large it is.
fn small_table(site: &mut Site) -> Ended {
    site.sql("insert into orders (total) values (1), (2)");
    if site.engine() == "postgresql" {
        site.sql("analyze orders");
    }
    with(site, "$table->index('total');");
    site.check("2", &[])
}

/// Two migrations of dbmate, of which the first ran, and nothing that is of Laravel.
fn project_of_sql(site: &mut Site) -> Ended {
    let created = "-- migrate:up\ncreate table tags (id int primary key);\n\n-- migrate:down\ndrop table tags;\n";
    let added = "-- migrate:up\nalter table tags add column name varchar(40);\n\n-- migrate:down\nalter table tags drop column name;\n";
    site.sql("create table tags (id int primary key); create table schema_migrations (version varchar(128) primary key); insert into schema_migrations values ('20260105080000')");
    site.write("releases/2/db/migrations/20260105080000_create_tags.sql", created);
    site.write("releases/2/db/migrations/20261130080000_add_name_to_tags.sql", added);
    site.check("2", &["--database-url", &site.database.url()])
}

fn unknown_runner(site: &mut Site) -> Ended {
    site.remove("current");
    site.write("releases/2/migrations/0001_create_tags.sql", "create table tags (id int primary key);\n");
    site.check("2", &["--database-url", &site.database.url()])
}

fn long_transaction(site: &mut Site) -> Ended {
    with(site, "$table->string('channel')->nullable();");
    let mut session = site.database.session();
    session.execute("begin").expect("it begins");
    session.execute("select count(*) from orders").expect("it reads");
    std::thread::sleep(std::time::Duration::from_millis(1500));
    site.check("2", &["--max-tx", "1s"])
}

fn transaction_elsewhere(site: &mut Site) -> Ended {
    with(site, "$table->string('channel')->nullable();");
    let mut session = site.database.session();
    session.execute("begin").expect("it begins");
    session.execute("select count(*) from customers").expect("it reads");
    std::thread::sleep(std::time::Duration::from_millis(1500));
    site.check("2", &["--max-tx", "1s"])
}

/// A user as an application has it: it owns its tables, and sees no one else's sessions.
fn application_user(site: &Site) -> String {
    let database = site.database.name();
    let grants = if site.engine() == "postgresql" {
        "grant all on all tables in schema public to USER; grant all on all sequences in schema public to USER"
            .to_owned()
    } else {
        format!("grant all on {database}.* to USER")
    };
    user(site, &grants)
}

fn transactions_unseen(site: &mut Site) -> Ended {
    with(site, "$table->string('channel')->nullable();");
    let url = application_user(site);
    let mut session = site.database.session();
    session.execute("begin").expect("it begins");
    session.execute("select count(*) from orders").expect("it reads");
    let ended = site.check("2", &["--database-url", &url]);
    assert!(ended.stderr.contains("warn G11"), "{}", ended.stderr);
    ended
}

fn transactions_unseen_refused(site: &mut Site) -> Ended {
    with(site, "$table->string('channel')->nullable();");
    site.write("releases/2/phasewise.yaml", "gate:\n  unknown: { G11: refuse }\n");
    let url = application_user(site);
    let mut session = site.database.session();
    session.execute("begin").expect("it begins");
    session.execute("select count(*) from orders").expect("it reads");
    site.check("2", &["--database-url", &url])
}
