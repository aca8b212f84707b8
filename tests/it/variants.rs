//! Each engine gives every kind of change exactly one effect: kinds that differ by what they name are tried one by one, on
//! each version that does something else.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use phasewise::catalog::Catalog;
use phasewise::change::{
    AlterObject, AttachPartition, ChangeGenerated, ChangePartitions, ChangePrivileges, ChangeTableSetting, Comment,
    CreateObject, Default, Definition, DetachPartition, Domain, DomainCheck, DropObject, LockMode, LockTable,
    MaintainTable, Maintenance, Object, ObjectAction, ObjectKind, Opaque, PartitionAction, PrivilegeAction,
    RefreshView, SchemaChange, TableName, TableSetting, Target, Touches,
};
use phasewise::effect::{Certainty, CodeUse, Effects, Session, Subject};
use phasewise::engine::{Engine, EngineVersion};

use super::effects::{read, tell};

const ENGINES: [(Engine, &[&str]); 3] = [
    (Engine::Mysql, &["5.7.44", "8.0.11", "8.4.0", "9.7.4"]),
    (Engine::Mariadb, &["10.5.23", "10.11.19", "11.8.6"]),
    (Engine::Postgresql, &["10", "12", "14", "15", "17", "18", "19"]),
];

/// What may reach anything, and what could not be read: nothing is claimed of it.
const WITHOUT_CLAIM: [&str; 2] = [
    "it may reach tables that it does not name, so what it locks is not known",
    "it could not be read, so what it locks is not known",
];

#[test]
fn every_variant_has_one_effect_on_each_engine() {
    for (engine, versions) in ENGINES {
        let mut by_effect: BTreeMap<String, BTreeMap<String, Vec<&str>>> = BTreeMap::new();
        for version in versions {
            for (variant, told) in told(engine, version) {
                by_effect.entry(told).or_default().entry(variant).or_default().push(version);
            }
        }
        let mut table = String::new();
        for (effect, variants) in by_effect {
            let _ = writeln!(table, "{effect}");
            let mut by_versions: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for (variant, on) in variants {
                let on = if on.len() == versions.len() { "all".to_owned() } else { on.join(", ") };
                by_versions.entry(on).or_default().push(variant);
            }
            for (on, variants) in by_versions {
                let _ = writeln!(table, "    {on}: {}", variants.join("; "));
            }
        }
        insta::assert_snapshot!(format!("variants_{engine}"), table);
    }
}

/// What is said of each variant.
fn told(engine: Engine, version: &str) -> Vec<(String, String)> {
    let effects = Effects::builtin(engine).unwrap();
    let target = EngineVersion { engine, version: version.parse().unwrap() };
    let session = Session::new(false);
    let mut catalog = Catalog::new(engine);
    let standing = "CREATE TABLE t (id INT PRIMARY KEY, a INT); CREATE VIEW view_x AS SELECT id FROM t";
    for statement in &read(standing, engine) {
        catalog.apply_statement(statement);
    }
    catalog.begin_batch();
    let statement = read("SELECT 1", engine).remove(0);
    let judge = |(name, what): (String, SchemaChange)| {
        let mut statement = statement.clone();
        statement.changes[0].what = what;
        let change = &statement.changes[0];
        let subject = Subject {
            change,
            statement: &statement,
            catalog: &catalog,
            target: &target,
            session: &session,
            code: CodeUse::default(),
        };
        let entries: Vec<&str> = effects.entries_of(&subject).iter().map(|entry| entry.says()).collect();
        assert_eq!(entries.len(), 1, "{engine} {version}: {name}: {entries:?}");
        let effect = effects.of(&subject);
        let is_claim = effect.certainty != Certainty::Unknown;
        assert_ne!(is_claim, WITHOUT_CLAIM.contains(&entries[0]), "{engine} {version}: {name}: {}", entries[0]);
        (name, format!("{}: {}", tell(&effect), effect.says))
    };
    variants().into_iter().map(judge).collect()
}

fn variants() -> Vec<(String, SchemaChange)> {
    let mut all = on_tables();
    all.extend(on_objects());
    all
}

/// Every entry that some variant falls under, by what it says.
pub(super) fn met(engine: Engine) -> BTreeSet<String> {
    let versions = ENGINES.iter().find(|(own, _)| *own == engine).map_or(&[][..], |(_, versions)| versions);
    let told = versions.iter().flat_map(|version| told(engine, version));
    told.filter_map(|(_, told)| told.rsplit_once(": ").map(|(_, says)| says.to_owned())).collect()
}

fn name(name: &str) -> TableName {
    TableName::new(name)
}

fn on_tables() -> Vec<(String, SchemaChange)> {
    let table = || name("t");
    let mut all: Vec<(String, SchemaChange)> = Vec::new();
    for setting in settings() {
        let column = matches!(setting.name(), "statistics" | "storage" | "compression").then(|| "a".to_owned());
        let change = ChangeTableSetting { table: table(), column, setting };
        all.push((format!("setting {}", change.setting.name()), SchemaChange::ChangeTableSetting(change)));
    }
    let visible = ChangeTableSetting { table: table(), column: Some("a".to_owned()), setting: TableSetting::Visible };
    all.push(("setting visible, of a column".to_owned(), SchemaChange::ChangeTableSetting(visible)));
    for action in partition_actions() {
        let words = format!("partitions {}", action.name());
        let change = ChangePartitions { table: table(), action, partitions: vec!["p".to_owned()] };
        all.push((words, SchemaChange::ChangePartitions(change)));
    }
    let attach = AttachPartition { table: table(), partition: name("p"), bounds: "DEFAULT".to_owned() };
    all.push(("attach".to_owned(), SchemaChange::AttachPartition(attach)));
    for (words, is_concurrent, finalizes) in
        [("detach", false, false), ("detach concurrently", true, false), ("detach finalize", false, true)]
    {
        let detach = DetachPartition { table: table(), partition: name("p"), is_concurrent, finalizes };
        all.push((words.to_owned(), SchemaChange::DetachPartition(detach)));
    }
    for expression in [None, Some("a + 1".to_owned())] {
        let words = format!("expression {}", if expression.is_some() { "set" } else { "dropped" });
        let change = ChangeGenerated { table: table(), column: "a".to_owned(), expression, if_exists: false };
        all.push((words, SchemaChange::ChangeGenerated(change)));
    }
    for what in MAINTENANCE {
        for is_concurrent in [false, true] {
            let words = format!("{}{}", what.words(), if is_concurrent { " concurrently" } else { "" });
            let maintain = MaintainTable { table: Some(table()), index: None, what, is_concurrent };
            all.push((words, SchemaChange::MaintainTable(maintain)));
        }
    }
    for mode in MODES {
        all.push((format!("lock {}", mode.words()), SchemaChange::LockTable(LockTable { table: table(), mode })));
    }
    for (what, touches) in [
        ("nothing", Touches::Nothing),
        ("surroundings", Touches::Surroundings(table())),
        ("a table", Touches::Table(table())),
        ("anything", Touches::Anything),
    ] {
        let opaque = Opaque { what: "?".to_owned(), touches, reason: String::new() };
        all.push((format!("opaque, {what}"), SchemaChange::Opaque(opaque)));
    }
    all
}

fn on_objects() -> Vec<(String, SchemaChange)> {
    let mut all: Vec<(String, SchemaChange)> = Vec::new();
    for (kind, words) in ObjectKind::ALL {
        let object = || {
            let table = matches!(kind, ObjectKind::Trigger | ObjectKind::Rule | ObjectKind::Policy);
            Object { kind, name: name(&format!("{words}_x").replace('-', "_")), table: table.then(|| name("t")) }
        };
        for replaces in [false, true] {
            let words = format!("{} {words}", if replaces { "replace" } else { "create" });
            let create = CreateObject {
                object: object(),
                definition: Definition::Unsaid,
                replaces,
                if_not_exists: false,
                is_temporary: false,
            };
            all.push((words, SchemaChange::CreateObject(create)));
        }
        for cascade in [false, true] {
            let words = format!("drop {words}{}", if cascade { " cascade" } else { "" });
            all.push((words, SchemaChange::DropObject(DropObject { object: object(), if_exists: false, cascade })));
        }
        for (action_words, action) in actions() {
            let alter = AlterObject { object: object(), if_exists: false, action };
            all.push((format!("alter {words} {action_words}"), SchemaChange::AlterObject(alter)));
        }
    }
    for is_concurrent in [false, true] {
        let refresh = RefreshView { view: name("v"), is_concurrent, empties: false };
        let words = format!("refresh{}", if is_concurrent { " concurrently" } else { "" });
        all.push((words, SchemaChange::RefreshView(refresh)));
    }
    let targets = || [Some(Target::Table(name("t"))), Some(Target::Other("ALL".to_owned())), None];
    for action in PRIVILEGES {
        for on in targets() {
            let words = format!("{} {}", action.words(), on.as_ref().map_or("nothing", target_words));
            all.push((words, SchemaChange::ChangePrivileges(ChangePrivileges { action, on })));
        }
    }
    for on in targets().into_iter().flatten() {
        let words = format!("comment {}", target_words(&on));
        all.push((words, SchemaChange::Comment(Comment { on, text: None })));
    }
    all
}

fn target_words(target: &Target) -> &'static str {
    if matches!(target, Target::Table(_)) { "on a table" } else { "on something else" }
}

fn settings() -> Vec<TableSetting> {
    use TableSetting as S;
    let all = vec![
        S::Logged,
        S::Unlogged,
        S::Tablespace,
        S::AccessMethod,
        S::Parameters(vec!["fillfactor".to_owned()]),
        S::Owner,
        S::EnableTrigger(None),
        S::DisableTrigger(None),
        S::EnableRule("r".to_owned()),
        S::DisableRule("r".to_owned()),
        S::EnableRowSecurity,
        S::DisableRowSecurity,
        S::ForceRowSecurity,
        S::UnforceRowSecurity,
        S::ReplicaIdentity,
        S::ClusterIndex,
        S::Deferrability("c".to_owned()),
        S::NotEnforced("c".to_owned()),
        S::Inherit(name("p")),
        S::NoInherit(name("p")),
        S::OfType(name("p")),
        S::NotOfType,
        S::Statistics,
        S::Storage,
        S::Compression,
        S::Counter,
        S::Visible,
        S::Invisible,
        S::EnableKeys,
        S::DisableKeys,
        S::Order,
        S::AddVersioning,
        S::DropVersioning,
        S::AddPeriod,
        S::DropPeriod,
        S::DiscardTablespace,
        S::ImportTablespace,
        S::Other("KEY_BLOCK_SIZE".to_owned()),
    ];
    assert_eq!(all.iter().map(TableSetting::name).collect::<Vec<_>>(), TableSetting::NAMES);
    all
}

fn partition_actions() -> Vec<PartitionAction> {
    use PartitionAction as P;
    let all = vec![
        P::Add,
        P::Drop,
        P::Truncate,
        P::Reorganize,
        P::Redistribute,
        P::Exchange { with: name("p") },
        P::Switch { to: name("p") },
        P::ConvertToTable { to: name("p") },
        P::ConvertFromTable { from: name("p") },
        P::Discard,
        P::Import,
        P::PartitionBy,
        P::RemovePartitioning,
        P::Rebuild,
        P::Optimize,
        P::Analyze,
        P::Check,
        P::Repair,
    ];
    assert_eq!(all.iter().map(PartitionAction::name).collect::<Vec<_>>(), PartitionAction::NAMES);
    all
}

const MAINTENANCE: [Maintenance; 10] = [
    Maintenance::Vacuum,
    Maintenance::VacuumFull,
    Maintenance::Analyze,
    Maintenance::Cluster,
    Maintenance::Repack,
    Maintenance::Reindex,
    Maintenance::Optimize,
    Maintenance::Repair,
    Maintenance::Check,
    Maintenance::Rebuild,
];

const MODES: [LockMode; 10] = [
    LockMode::AccessShare,
    LockMode::RowShare,
    LockMode::RowExclusive,
    LockMode::ShareUpdateExclusive,
    LockMode::Share,
    LockMode::ShareRowExclusive,
    LockMode::Exclusive,
    LockMode::AccessExclusive,
    LockMode::Read,
    LockMode::Write,
];

const PRIVILEGES: [PrivilegeAction; 5] = [
    PrivilegeAction::Grant,
    PrivilegeAction::Revoke,
    PrivilegeAction::Reassign,
    PrivilegeAction::DropOwned,
    PrivilegeAction::Default,
];

/// What ALTER does to an object, as far as engines tell it apart.
fn actions() -> Vec<(&'static str, ObjectAction)> {
    let check = |is_not_valid| DomainCheck { name: None, condition: "VALUE > 0".to_owned(), is_not_valid };
    let domain = Domain {
        base: phasewise::change::ColumnType::named("int"),
        is_nullable: true,
        default: Default::None,
        checks: Vec::new(),
    };
    vec![
        ("as", ObjectAction::Redefine(Definition::Domain(domain))),
        ("add value", ObjectAction::AddValue { value: "a".to_owned(), if_not_exists: false, place: None }),
        ("rename value", ObjectAction::RenameValue { value: "a".to_owned(), to: "b".to_owned() }),
        ("rename", ObjectAction::Rename { to: "b".to_owned() }),
        ("set schema", ObjectAction::SetSchema { schema: "s".to_owned() }),
        ("add check", ObjectAction::AddCheck(check(false))),
        ("add check not valid", ObjectAction::AddCheck(check(true))),
        ("validate", ObjectAction::ValidateConstraint { name: "c".to_owned() }),
        ("set not null", ObjectAction::SetNotNull),
        ("set default", ObjectAction::SetDefault(Default::None)),
        ("restart", ObjectAction::Restart { at: None }),
        ("enable", ObjectAction::Enable),
        ("owner", ObjectAction::SetOwner),
        (
            "drop constraint cascade",
            ObjectAction::DropConstraint { name: "c".to_owned(), if_exists: false, cascade: true },
        ),
        ("add tables", ObjectAction::AddTables(vec![name("t")])),
        ("other", ObjectAction::Other("SET".to_owned())),
    ]
}
