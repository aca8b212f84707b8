//! The database that a release migrates: its address from what was said or what the release is configured for.

use std::collections::BTreeMap;
use std::env;
use std::path::Path;

use miette::Diagnostic;
use thiserror::Error;

use super::arguments::DatabaseArguments;
use crate::cli::exit::Failure;
use crate::cli::notes::Notes;
use crate::database::{AddressParts, DatabaseUrl, Limits};
use crate::laravel::Application;
use crate::source::Tree;

/// Where the address is taken from that nobody types.
const OWN: &str = "PHASEWISE_DATABASE_URL";
/// The same, as applications that are none of Laravel's have it.
const USUAL: &str = "DATABASE_URL";

/// Where to ask, and in which table Laravel logs what it ran.
#[derive(Debug)]
pub(super) struct Address {
    pub(super) url: DatabaseUrl,
    /// As the configuration of the release says; `None` where it was not asked.
    pub(super) log_table: Option<String>,
}

#[derive(Debug, Error, Diagnostic)]
enum LiveError {
    #[error("which database this release migrates is not known")]
    #[diagnostic(
        code(phasewise::gate::no_database),
        help("say it with `--database-url`, or in `PHASEWISE_DATABASE_URL`; `--no-db` asks none")
    )]
    NoDatabase,
}

impl DatabaseArguments {
    pub(super) fn limits(&self) -> Limits {
        const CONNECT: std::time::Duration = std::time::Duration::from_secs(10);
        Limits { connect: CONNECT.min(self.timeout.0), answer: self.timeout.0 }
    }

    /// The address of the database of the release in `release`, whose files `tree` reads.
    pub(super) fn address(&self, release: &Path, tree: &Tree, notes: Notes) -> Result<Address, Failure> {
        let is_laravel = release.join("artisan").is_file();
        let of_environment = |name: &&str| env::var(name).ok().filter(|url| !url.is_empty());
        let own = self.database_url.clone().or_else(|| of_environment(&OWN));
        if let Some(url) = own {
            return Ok(Address { url: url.parse()?, log_table: None });
        }
        if !is_laravel {
            let url = of_environment(&USUAL).ok_or(LiveError::NoDatabase)?;
            return Ok(Address { url: url.parse()?, log_table: None });
        }
        if let Some(file) = &self.env_file {
            let text = Tree::new("").read(&file.to_string_lossy())?.text.clone();
            tree.put(".env", text);
        }
        let variables: BTreeMap<String, String> = env::vars().collect();
        let connection = Application::open_live(tree, variables).connection(self.connection.as_deref())?;
        notes.detail(&format!("database: connection `{}` (from {})", connection.name, connection.sources.join(", ")));
        connection.notes.iter().for_each(|note| notes.remark(note));
        let log_table = Some(connection.log_table.clone());
        Ok(Address { url: DatabaseUrl::from_parts(AddressParts::from(connection))?, log_table })
    }
}
