//! What of deploys and CI is in a project already.

use std::io::{self, Write};

use clap::ValueEnum;

use crate::cli::arguments::{Ci, DeployTool};
use crate::source::Tree;

/// What gives a deploy tool away, in the project; Forge and Envoyer keep theirs to themselves.
const DEPLOYS: [(DeployTool, &[&str]); 5] = [
    (DeployTool::Deployer, &["deploy.php", "deploy.yaml", "deploy.yml"]),
    (DeployTool::Capistrano, &["Capfile"]),
    (DeployTool::Kamal, &[".kamal", "config/deploy.yml"]),
    (DeployTool::Helm, &["Chart.yaml", "chart/Chart.yaml", "helm/Chart.yaml", "deploy/chart/Chart.yaml"]),
    (DeployTool::Bash, &["deploy.sh", "bin/deploy.sh", "bin/deploy", "scripts/deploy.sh"]),
];

/// The same for CI, at the top of the repository.
const CIS: [(Ci, &str); 2] = [(Ci::Github, ".github"), (Ci::Gitlab, GITLAB)];

const GITLAB: &str = ".gitlab-ci.yml";
const PRE_COMMIT: &str = ".pre-commit-config.yaml";

/// Each with the path that gave it away, from the top of the repository.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) deploys: Vec<(DeployTool, String)>,
    cis: Vec<(Ci, String)>,
    pub(super) pre_commit: Option<&'static str>,
}

impl Seen {
    pub(super) fn look(tree: &Tree, prefix: &str) -> Self {
        let deploys = DEPLOYS.iter().filter_map(|(tool, signs)| {
            let mut paths = signs.iter().map(|sign| format!("{prefix}{sign}"));
            Some((*tool, paths.find(|path| tree.exists(path))?))
        });
        let cis = CIS.iter().filter(|(_, sign)| tree.exists(sign)).map(|(ci, sign)| (*ci, (*sign).to_owned()));
        let pre_commit = tree.exists(PRE_COMMIT).then_some(PRE_COMMIT);
        Self { deploys: deploys.collect(), cis: cis.collect(), pre_commit }
    }

    /// What gave that tool away.
    pub(super) fn sign_of(&self, wanted: DeployTool) -> Option<&str> {
        self.deploys.iter().find(|(tool, _)| *tool == wanted).map(|(_, sign)| sign.as_str())
    }

    pub(super) fn has_ci(&self, wanted: Ci) -> bool {
        self.cis.iter().any(|(ci, _)| *ci == wanted)
    }
}

/// Says what would be of use here.
pub(super) fn write(out: &mut dyn Write, seen: &Seen) -> io::Result<()> {
    writeln!(out, "nothing was written: say what to write\n")?;
    for (tool, sign) in &seen.deploys {
        writeln!(out, "  {:<34} as there is `{sign}`", format!("phasewise init --deploy {}", name(tool)))?;
    }
    for (ci, sign) in &seen.cis {
        writeln!(out, "  {:<34} as there is `{sign}`", format!("phasewise init --ci {}", name(ci)))?;
    }
    if let Some(sign) = seen.pre_commit {
        writeln!(out, "  {:<34} as there is `{sign}`", "phasewise init --pre-commit")?;
    }
    if seen.deploys.is_empty() {
        writeln!(out, "  how this project is deployed cannot be seen in it: --deploy {}", names::<DeployTool>())?;
    }
    if seen.cis.is_empty() {
        writeln!(out, "  where its CI runs cannot be seen: --ci {}", names::<Ci>())?;
    }
    Ok(())
}

fn name(value: &impl ValueEnum) -> String {
    value.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}

fn names<T: ValueEnum>() -> String {
    T::value_variants().iter().map(name).collect::<Vec<_>>().join("|")
}
