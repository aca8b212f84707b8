//! What each change does to the catalog.
