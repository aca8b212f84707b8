//! Why the migrations of a directory cannot be told: its runner would refuse it too.

use std::ops::Range;
use std::sync::Arc;

use miette::{Diagnostic, NamedSource, SourceSpan};
use thiserror::Error;

use crate::source::{ReadError, SourceFile};
use crate::yaml::YamlError;

#[derive(Debug, Error, Diagnostic)]
pub enum LayoutError {
    #[error("`{path}` cannot be understood: {message}")]
    #[diagnostic(
        code(phasewise::layout::broken),
        help("mend the file, or name the directories of migrations under `paths:` in `phasewise.yaml`")
    )]
    Broken {
        path: String,
        message: String,
        #[source_code]
        source_code: Arc<NamedSource<String>>,
        #[label("here")]
        place: Option<SourceSpan>,
    },
    #[error("{runner} finds the version {version} twice: `{first}` and `{second}`")]
    #[diagnostic(
        code(phasewise::layout::duplicate),
        help(
            "give one of them another version; where each is for another database, list one directory under `paths:` in `phasewise.yaml`"
        )
    )]
    Duplicate { runner: &'static str, version: String, first: String, second: String },
    #[error("`{path}` names `{named}`, and there is no such file")]
    #[diagnostic(
        code(phasewise::layout::missing),
        help("add the file, or take its entry out of the list: the runner stops there too")
    )]
    Missing {
        path: String,
        named: String,
        #[source_code]
        source_code: Arc<NamedSource<String>>,
        #[label("here")]
        place: Option<SourceSpan>,
    },
    #[error("`{path}` includes itself")]
    #[diagnostic(code(phasewise::layout::circle), help("take one of the includes out: the runner stops there too"))]
    Circle { path: String },
    #[error(transparent)]
    #[diagnostic(transparent)]
    Yaml(#[from] YamlError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Unreadable(#[from] ReadError),
}

impl LayoutError {
    pub(super) fn broken(file: &SourceFile, message: &str, place: Option<Range<usize>>) -> Self {
        Self::Broken {
            path: file.path.clone(),
            message: message.lines().next().unwrap_or_default().to_owned(),
            source_code: source_code(file),
            place: place.map(SourceSpan::from),
        }
    }

    /// `file` lists `named`, which is not there.
    pub(super) fn missing(file: &SourceFile, named: &str) -> Self {
        let place = file.text.find(named).map(|at| SourceSpan::from(at..at + named.len()));
        Self::Missing { path: file.path.clone(), named: named.to_owned(), source_code: source_code(file), place }
    }
}

fn source_code(file: &SourceFile) -> Arc<NamedSource<String>> {
    Arc::new(NamedSource::new(&file.path, file.text.clone()))
}
