//! A site on this machine: an application with its migrations, the stand-ins for what a deploy calls, a database of
//! SQLite, and what is looked at after each deploy.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::availability::{Unavailable, program};

const STAND_INS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/engines/wiring/stand-ins");

/// A required column: no old code sets it.
pub(crate) const REQUIRED: Migration = Migration {
    name: "2026_01_03_000000_add_code_to_orders",
    up: "Schema::table('orders', fn (Blueprint $table) => $table->string('code'));",
    sql: "alter table orders add column code varchar not null",
};

/// One column more, which old code does not mind.
pub(crate) const NULLABLE: Migration = Migration {
    name: "2026_01_02_000000_add_note_to_orders",
    up: "Schema::table('orders', fn (Blueprint $table) => $table->string('note')->nullable());",
    sql: "alter table orders add column note varchar",
};

/// What the first release's code uses goes.
pub(crate) const DROP: Migration = Migration {
    name: "2026_01_04_000000_drop_fax_from_orders",
    up: "Schema::table('orders', fn (Blueprint $table) => $table->dropColumn('fax'));",
    sql: "alter table orders drop column fax",
};

const CREATE: Migration = Migration {
    name: "2026_01_01_000000_create_orders",
    up: "Schema::create('orders', function (Blueprint $table) { $table->id(); $table->string('fax')->nullable(); });",
    sql: "create table orders (id integer primary key autoincrement not null, fax varchar)",
};

pub(crate) const USES_FAX: &str = "public function scopeFaxed($query) { return $query->whereNotNull('fax'); }";
pub(crate) const USES_NONE: &str = "protected $fillable = ['note'];";

/// A migration in PHP, and the SQL that the stand-in for PHP runs in its place.
pub(crate) struct Migration {
    pub(crate) name: &'static str,
    up: &'static str,
    sql: &'static str,
}

pub(crate) struct Site {
    folder: TempDir,
}

impl Site {
    pub(crate) fn new() -> Result<Self, Unavailable> {
        program("sqlite3")?;
        let site = Self { folder: TempDir::new().expect("a temporary folder") };
        for directory in
            ["bin", "site/releases", "site/shared/storage", "source/app/Models", "source/database/migrations"]
        {
            fs::create_dir_all(site.path(directory)).expect("a folder");
        }
        for name in ["composer", "date", "php"] {
            symlink(Path::new(STAND_INS).join(name), site.path("bin").join(name)).expect("a link");
        }
        symlink(env!("CARGO_BIN_EXE_phasewise"), site.path("bin/phasewise")).expect("a link");
        site.write("site/shared/.env", "");
        site.write("source/artisan", "");
        site.write("source/composer.json", r#"{"autoload": {"psr-4": {"App\\": "app/"}}}"#);
        site.migration(&CREATE);
        site.model(USES_FAX);
        Ok(site)
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    pub(crate) fn model(&self, body: &str) {
        let head = "<?php\nnamespace App\\Models;\nuse Illuminate\\Database\\Eloquent\\Model;\n";
        self.write("source/app/Models/Order.php", &format!("{head}class Order extends Model {{ {body} }}\n"));
    }

    pub(crate) fn migration(&self, migration: &Migration) {
        self.migration_with(migration, "");
    }

    /// With a comment before what the migration does.
    pub(crate) fn migration_with(&self, migration: &Migration, comment: &str) {
        let Migration { name, up, sql } = migration;
        let uses = ["Database\\Migrations\\Migration", "Database\\Schema\\Blueprint", "Support\\Facades\\Schema"]
            .map(|class| format!("use Illuminate\\{class};\n"))
            .concat();
        let body = format!("    public function up(): void\n    {{\n{comment}        {up}\n    }}\n");
        let text = format!("<?php\n{uses}// sql: {sql}\nreturn new class extends Migration {{\n{body}}};\n");
        self.write(&format!("source/database/migrations/{name}.php"), &text);
    }

    pub(crate) fn without(&self, migration: &Migration) {
        fs::remove_file(self.path(&format!("source/database/migrations/{}.php", migration.name))).expect("it is there");
    }

    /// A program that sees this site's stand-ins before anything else, and its database.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let usual = std::env::var_os("PATH").unwrap_or_default();
        let paths = std::iter::once(self.path("bin")).chain(std::env::split_paths(&usual));
        let mut command = Command::new(program);
        command
            .current_dir(self.path("source"))
            .env_clear()
            .env("PATH", std::env::join_paths(paths).expect("no path has a colon"))
            .env("HOME", self.folder.path())
            .env("LANG", "C.UTF-8")
            .env("SITE", self.path("site"))
            .env("LOG", self.path("log"))
            .env("CLOCK", self.path("clock"))
            .env("RELOAD", "echo reload >>\"$LOG\"")
            .env("DATABASE", self.path("database.sqlite"))
            .env("PHASEWISE_DATABASE_URL", format!("sqlite:{}", self.path("database.sqlite").display()));
        if !self.path("database.sqlite").exists() {
            fs::write(self.path("database.sqlite"), "").expect("a file");
        }
        command
    }

    /// The releases by name; the live one in brackets, refused and rolled back ones with `!`.
    pub(crate) fn releases(&self) -> String {
        let live = self.live();
        let entries = fs::read_dir(self.path("site/releases")).expect("a folder");
        let mut names: Vec<String> =
            entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        let shown = names.into_iter().map(|name| {
            let is_bad = self.path("site/releases").join(&name).join("BAD_RELEASE").exists();
            let mark = if is_bad { "!" } else { "" };
            if Some(&name) == live.as_ref() { format!("[{name}]{mark}") } else { format!("{name}{mark}") }
        });
        shown.collect::<Vec<_>>().join(" ")
    }

    /// The name of the live release.
    pub(crate) fn live(&self) -> Option<String> {
        let target = fs::read_link(self.path("site/current")).ok()?;
        Some(target.file_name()?.to_string_lossy().into_owned())
    }

    /// What was called since it was asked last.
    pub(crate) fn calls(&self) -> Vec<String> {
        let text = fs::read_to_string(self.path("log")).unwrap_or_default();
        fs::write(self.path("log"), "").expect("a file");
        text.lines().map(str::to_owned).collect()
    }

    /// The columns of the table.
    pub(crate) fn columns(&self) -> String {
        let query = "select group_concat(name, ' ') from pragma_table_info('orders')";
        let output =
            Command::new("sqlite3").arg(self.path("database.sqlite")).arg(query).output().expect("sqlite3 runs");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}

/// What was said last on stderr.
pub(crate) fn last_line(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default().to_owned()
}
