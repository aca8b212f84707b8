//! The files under `rules/`, as they were when this binary was built.

/// A path below `rules/`, with `/`, and the text there; in the order of their paths.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// The files of one folder, such as `engines`: path and text.
pub(crate) fn folder(name: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    FILES.iter().copied().filter(move |(path, _)| path.split_once('/').is_some_and(|(folder, _)| folder == name))
}
