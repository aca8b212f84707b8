//! Lists the files under `rules/`, so that a new one is part of the binary without being named anywhere, and names the code
//! that reads application code, so that what another build has read is not taken for its own.
#![expect(clippy::disallowed_methods, reason = "a build script reads what it embeds")]

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=rules");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let rules = root.join("rules");
    let files = files(&rules, "yaml")?;
    println!("cargo:rustc-env=PHASEWISE_READER={:016x}", reader(&root)?);

    let mut list = String::from("&[\n");
    for file in files {
        let name = file.strip_prefix(&rules).unwrap_or(&file).to_string_lossy().replace('\\', "/");
        let _ = writeln!(list, "    ({name:?}, include_str!({:?})),", file.to_string_lossy());
    }
    list.push_str("]\n");
    fs::write(PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("embedded.rs"), list)
}

/// Where application code is read and what was read is written down.
const READER: [&str; 5] = ["src/usage", "src/php", "src/sql", "src/eloquent", "src/report/facts"];

/// A number that changes with the code of the reader.
fn reader(root: &Path) -> io::Result<u64> {
    let mut hasher = DefaultHasher::new();
    for folder in READER {
        for file in files(&root.join(folder), "rs")? {
            fs::read(file)?.hash(&mut hasher);
        }
    }
    // The parser is a crate of its own.
    fs::read(root.join("Cargo.lock")).unwrap_or_default().hash(&mut hasher);
    Ok(hasher.finish())
}

/// The files with that extension below a folder, sorted.
fn files(folder: &Path, extension: &str) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    collect(folder, extension, &mut files)?;
    files.sort();
    Ok(files)
}

fn collect(folder: &Path, extension: &str, files: &mut Vec<PathBuf>) -> io::Result<()> {
    println!("cargo:rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, extension, files)?;
        } else if path.extension().is_some_and(|other| other == extension) {
            files.push(path);
        }
    }
    Ok(())
}
