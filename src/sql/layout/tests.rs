//! What the fixtures of `tests/it/layouts.rs` do not show.
