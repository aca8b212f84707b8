//! Where a server's programs come from: the machine, or what `tests/servers` put below `target/servers`.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use crate::availability::{Unavailable, program};
use crate::server::{Engine, Release};

pub(crate) enum Binaries {
    Installed,
    /// In that folder.
    Unpacked(PathBuf),
}

/// A link that the package of PostgreSQL's binaries lists, as its archive holds none.
#[derive(Deserialize)]
struct Link {
    source: String,
    target: String,
}

impl Binaries {
    /// Those of `release`; what was fetched is unpacked in `folder`, where any user may run it.
    pub(crate) fn of(release: &Release, folder: &Path) -> Result<Self, Unavailable> {
        let Some(_) = &release.version else { return Ok(Self::Installed) };
        let root = unpacked(&release.to_string(), folder)?;
        open_to_all(folder);
        if release.engine != Engine::Postgres {
            return Ok(Self::Unpacked(root.join("bin")));
        }
        let links = fs::read_to_string(root.join("native/pg-symlinks.json")).expect("the package lists its links");
        let links: Vec<Link> = serde_json::from_str(&links).expect("a list of links");
        for link in links {
            symlink(root.join(link.source), root.join(link.target)).expect("nothing stands there");
        }
        Ok(Self::Unpacked(root.join("native/bin")))
    }

    pub(crate) fn program(&self, name: &str) -> Result<PathBuf, Unavailable> {
        match self {
            Self::Installed => program(name),
            Self::Unpacked(folder) => Ok(folder.join(name)),
        }
    }
}

/// Unpacks what `tests/servers` fetched for `release`, such as `postgresql:12`, in `folder`.
pub(crate) fn unpacked(release: &str, folder: &Path) -> Result<PathBuf, Unavailable> {
    let name = format!("target/servers/{}.tgz", release.replace(':', "-"));
    let archive = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if !archive.is_file() {
        return Err(Unavailable(format!("there is no server: `tests/servers {release}` fetches it")));
    }
    let unpacked = Command::new("tar").arg("-xzf").arg(&archive).arg("-C").arg(folder).output();
    let output = unpacked.map_err(|error| Unavailable(format!("`tar` does not run: {error}")))?;
    assert!(output.status.success(), "{}: {}", archive.display(), String::from_utf8_lossy(&output.stderr));
    Ok(folder.join("package"))
}

/// A temporary folder is its maker's alone.
fn open_to_all(folder: &Path) {
    let readable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(folder, readable).expect("one's own folder");
}
