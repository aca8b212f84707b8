//! Laravel migrations, compiled to the SQL that Laravel sends.
//!
//! Takes a migration's PHP, the application around it and the catalog so far; gives the statements that `up()` or `down()`
//! sends, each with a map back to the PHP that asked for it, and what could not be evaluated. What the SQL means is left
//! to the SQL front end, whether a migration wrote it or the grammar did.

mod application;
pub mod blueprint;
pub mod evaluate;
mod settings;
mod value;

pub use application::{
    Application, Connection, ConnectionError, Fact, LiveApplication, PackageMigrations, migrations_of_vendor,
    vendor_has_migration,
};
pub use settings::Settings;
pub use value::{Argument, Arguments, Key, Model, ModelKey, Value};
