//! What the code of a release says, as `phasewise usage --export` writes it and a later run reads it again; and the same
//! of a single file, in the few bytes of a cache.
//!
//! The structs are those of the format: what becomes of `usage`'s own, the version tells.

mod declared;
mod stored;

use std::io::{self, Write};

use miette::Diagnostic;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::usage::FileFacts;
use stored::FileReport;

/// The version of the format that is written and read.
pub const FACTS_VERSION: u8 = 1;

/// What `phasewise usage --export` writes.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "phasewise usage --export")]
pub(in crate::report) struct FactsReport {
    version: u8,
    /// What the release is called.
    release: String,
    /// The files that may use a table, sorted by path.
    files: Vec<NamedFile>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "named-file")]
struct NamedFile {
    /// Relative to the project's root, with `/`.
    path: String,
    says: FileReport,
}

/// The code of a release: what it is called, and what each of its files says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseFacts {
    pub release: String,
    pub files: Vec<(String, FileFacts)>,
}

#[derive(Debug, Error, Diagnostic)]
pub enum FactsError {
    #[error("`{path}` does not hold the facts of a release: {reason}")]
    #[diagnostic(code(phasewise::usage::facts), help("write it with `phasewise usage --export FILE` in that release"))]
    Broken { path: String, reason: String },
    #[error("`{path}` holds facts of version {version}; this phasewise reads version {FACTS_VERSION}")]
    #[diagnostic(
        code(phasewise::usage::facts_version),
        help("write it anew with `phasewise usage --export FILE`, by a phasewise of this version")
    )]
    Version { path: String, version: u64 },
}

/// Writes the facts of a release as JSON.
pub fn write(out: &mut dyn Write, facts: &ReleaseFacts) -> io::Result<()> {
    let named = |(path, facts): &(String, FileFacts)| NamedFile { path: path.clone(), says: FileReport::from(facts) };
    let files = facts.files.iter().map(named).collect();
    let report = FactsReport { version: FACTS_VERSION, release: facts.release.clone(), files };
    serde_json::to_writer(&mut *out, &report)?;
    writeln!(out)
}

/// Reads what `write` wrote to the file at `path`.
pub fn read(path: &str, text: &str) -> Result<ReleaseFacts, FactsError> {
    let broken = |error: serde_json::Error| FactsError::Broken { path: path.to_owned(), reason: error.to_string() };
    let value: serde_json::Value = serde_json::from_str(text).map_err(broken)?;
    match value.get("version").and_then(serde_json::Value::as_u64) {
        Some(version) if version != u64::from(FACTS_VERSION) => {
            return Err(FactsError::Version { path: path.to_owned(), version });
        }
        _ => {}
    }
    let report: FactsReport = serde_json::from_value(value).map_err(broken)?;
    let mut files = Vec::with_capacity(report.files.len());
    for file in report.files {
        let reason = format!("what `{}` says refers to what is not there", file.path);
        let facts = file.says.into_facts().ok_or_else(|| FactsError::Broken { path: path.to_owned(), reason })?;
        files.push((file.path, facts));
    }
    Ok(ReleaseFacts { release: report.release, files })
}

/// The facts of one file in few bytes.
pub fn to_bytes(facts: &FileFacts) -> Option<Vec<u8>> {
    postcard::to_stdvec(&FileReport::from(facts)).ok()
}

/// What [`to_bytes`] gave; `None` for anything else.
pub fn from_bytes(bytes: &[u8]) -> Option<FileFacts> {
    postcard::from_bytes::<FileReport>(bytes).ok()?.into_facts()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage;

    const CODE: &str = r#"<?php namespace App;
        /** @mixin Thing @property Other $other */
        class User extends Model { use T; const CREATED_AT = 'made'; protected $table = 'people';
            protected $fillable = ['name']; private Thing $thing;
            public function posts(): HasMany { return $this->hasMany(Post::class, 'user_id')->withPivot('a'); }
            public function a(self $user, $x) { $user->name = $x['fax']; $user->save(); $user->{$x} = 1; new Post;
                DB::select("select fax from people"); return User::create(['name' => null] + $x)->posts->first(); } }
        function f(): User { return user()->where('unique:users,fax')->get()[0] ?? null; }
        $rules = ['fax' => 'unique:people,fax']; view('a.b', compact('rules')); } broken"#;

    #[test]
    fn facts_come_back_as_they_went() {
        let facts = usage::facts("app/User.php", CODE);
        assert!(facts.uses.len() > 10 && facts.problem.is_some(), "{facts:?}");
        assert_eq!(from_bytes(&to_bytes(&facts).unwrap()).as_ref(), Some(&facts));
        let release = ReleaseFacts { release: "v1".to_owned(), files: vec![("app/User.php".to_owned(), facts)] };
        let mut written = Vec::new();
        write(&mut written, &release).unwrap();
        assert_eq!(read("facts.json", std::str::from_utf8(&written).unwrap()).unwrap(), release);
    }

    #[test]
    fn what_is_no_facts_is_refused() {
        assert_eq!(from_bytes(b"no"), None);
        let refused = |text: &str| read("facts.json", text).unwrap_err().to_string();
        assert_eq!(
            refused(r#"{"version": 9}"#),
            "`facts.json` holds facts of version 9; this phasewise reads version 1"
        );
        assert!(refused("{}").contains("missing field `version`"), "{}", refused("{}"));
        let facts = usage::facts("a.php", "<?php $user->name;");
        let mut written = Vec::new();
        write(&mut written, &ReleaseFacts { release: String::new(), files: vec![("a.php".to_owned(), facts)] })
            .unwrap();
        let text = String::from_utf8(written).unwrap().replace(r#""on":0"#, r#""on":7"#);
        assert_eq!(
            refused(&text),
            "`facts.json` does not hold the facts of a release: what `a.php` says refers to what is not there"
        );
    }
}
