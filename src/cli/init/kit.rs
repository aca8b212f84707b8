//! What is written for each tool, and what is left to do by hand.

use super::seen::Seen;
use crate::cli::arguments::{Ci, DeployTool};

/// What ties phasewise to one tool.
pub(super) struct Kit {
    /// Paths from the top of the repository, and texts.
    pub(super) files: Vec<(String, String)>,
    pub(super) steps: Vec<Step>,
}

/// What a person has to do.
pub(super) struct Step {
    /// Where, and what for.
    pub(super) words: String,
    /// The lines to add; none where the words say it all.
    pub(super) lines: &'static str,
    /// The file that the lines belong in, and what of them shows that they are there.
    pub(super) shown_by: Option<(String, &'static str)>,
}

const ON_THE_HOSTS: &str = "on the hosts: `phasewise` on the PATH of the user that deploys; `phasewise gate doctor` there says what else to mend";

pub(super) fn of_deploy(tool: DeployTool, seen: &Seen, prefix: &str) -> Kit {
    let at = |path: &str| format!("{prefix}{path}");
    match tool {
        DeployTool::Bash => Kit::new([(at("deploy/release.sh"), include_str!("templates/bash/release.sh"))]).and([
            Step::say(
                "a deploy, and the way back; by hand, or from CI over ssh with one job at a time:",
                "SITE=/srv/app deploy/release.sh deploy\nSITE=/srv/app deploy/release.sh rollback",
            ),
            Step::say("before the first: `.env` and `storage/` in $SITE/shared", ""),
            Step::say(ON_THE_HOSTS, ""),
        ]),
        DeployTool::Deployer => deployer(seen, &at),
        DeployTool::Capistrano => capistrano(seen, &at),
        DeployTool::Envoyer => envoyer(&at),
        DeployTool::Forge => Kit::new([(at("deploy/forge.sh"), include_str!("templates/forge/deploy.sh"))]).and([
            Step::say(
                "in Forge, under the site's deployments: put what `deploy/forge.sh` holds in place of the script",
                "",
            ),
            Step::say(
                "before an older release is activated again, on the server:",
                "phasewise gate rollback --to RELEASE --current current",
            ),
            Step::say(ON_THE_HOSTS, ""),
        ]),
        DeployTool::Kamal => kamal(&at),
        DeployTool::Helm => helm(seen, &at),
    }
}

fn deployer(seen: &Seen, at: &dyn Fn(&str) -> String) -> Kit {
    let recipe = seen.sign_of(DeployTool::Deployer).map_or_else(|| at("deploy.php"), str::to_owned);
    let (after, line) = match recipe.rsplit_once('.') {
        Some((_, "yaml" | "yml")) => ("recipe/laravel.php", "  - deploy/phasewise.php"),
        _ => ("require 'recipe/laravel.php'", "require __DIR__ . '/deploy/phasewise.php';"),
    };
    Kit::new([(at("deploy/phasewise.php"), include_str!("templates/deployer/phasewise.php"))]).and([
        Step::add(&recipe, &format!("behind the line with `{after}`"), line, "deploy/phasewise.php"),
        Step::say(
            "where several hosts serve the application, in `phasewise.yaml`, by their aliases:",
            "gate:\n  hosts: [web1, web2]",
        ),
        Step::say(ON_THE_HOSTS, ""),
    ])
}

fn capistrano(seen: &Seen, at: &dyn Fn(&str) -> String) -> Kit {
    let capfile = seen.sign_of(DeployTool::Capistrano).map_or_else(|| at("Capfile"), str::to_owned);
    let path = at("lib/capistrano/tasks/phasewise.rake");
    Kit::new([(path, include_str!("templates/capistrano/phasewise.rake"))]).and([
        Step::add(
            &capfile,
            "as its last line",
            "Dir.glob(\"lib/capistrano/tasks/*.rake\").each { |task| import task }",
            "lib/capistrano/tasks",
        ),
        Step::say("whatever else calls `artisan migrate`, such as a hook on `laravel:migrate`: take it out", ""),
        Step::say(ON_THE_HOSTS, ""),
    ])
}

fn envoyer(at: &dyn Fn(&str) -> String) -> Kit {
    Kit::new([
        (at("deploy/envoyer/before-activate.sh"), include_str!("templates/envoyer/before-activate.sh")),
        (at("deploy/envoyer/after-activate.sh"), include_str!("templates/envoyer/after-activate.sh")),
        (at("deploy/envoyer/before-rollback.sh"), include_str!("templates/envoyer/before-rollback.sh")),
    ])
    .and([
        Step::say("in Envoyer: `before-activate.sh` as a hook before \"Activate New Release\", on one server", ""),
        Step::say("in Envoyer: `after-activate.sh` as the last hook after it, on the same server", ""),
        Step::say("before an older release is deployed again, on that server: `before-rollback.sh`", ""),
        Step::say("whatever else calls `artisan migrate`: take it out", ""),
        Step::say(ON_THE_HOSTS, ""),
    ])
}

const IN_THE_IMAGE: &str = "in the image: `phasewise` on the PATH, and the application, with `deploy/gate.sh`, in /app";
const CLUSTER: &str = "gate:\n  hosts: [cluster]";

fn kamal(at: &dyn Fn(&str) -> String) -> Kit {
    Kit::new([
        (at(".kamal/hooks/pre-deploy"), include_str!("templates/kamal/pre-deploy")),
        (at(".kamal/hooks/post-deploy"), include_str!("templates/kamal/post-deploy")),
        (at("deploy/gate.sh"), include_str!("templates/container/gate.sh")),
    ])
    .and([
        Step::add(
            &at("config/deploy.yml"),
            "so that the gate finds the code that is live",
            "volumes:\n  - phasewise-site:/site",
            ":/site",
        ),
        Step::add(&at("phasewise.yaml"), "so that `post-deploy` is waited for", CLUSTER, "cluster"),
        Step::say(IN_THE_IMAGE, ""),
        Step::say(
            "at the first deploy the host has no variables yet for the hook: deploy once with `--skip-hooks`, then",
            "KAMAL_VERSION=VERSION .kamal/hooks/pre-deploy\nKAMAL_VERSION=VERSION .kamal/hooks/post-deploy",
        ),
    ])
}

fn helm(seen: &Seen, at: &dyn Fn(&str) -> String) -> Kit {
    let sign = seen.sign_of(DeployTool::Helm).map_or_else(|| at("chart/Chart.yaml"), str::to_owned);
    let chart = sign.strip_suffix("Chart.yaml").unwrap_or_default();
    let template = |name: &str| format!("{chart}templates/{name}");
    Kit::new([
        (template("phasewise-site.yaml"), include_str!("templates/helm/phasewise-site.yaml")),
        (template("phasewise-migrate.yaml"), include_str!("templates/helm/phasewise-migrate.yaml")),
        (template("phasewise-live.yaml"), include_str!("templates/helm/phasewise-live.yaml")),
        (template("phasewise-back.yaml"), include_str!("templates/helm/phasewise-back.yaml")),
        (at("deploy/gate.sh"), include_str!("templates/container/gate.sh")),
    ])
    .and([
        Step::say(
            "in those templates: the image, and the secret with the database's variables, as your chart names them",
            "",
        ),
        Step::add(&at("phasewise.yaml"), "so that the roll-out's end is waited for", CLUSTER, "cluster"),
        Step::say(IN_THE_IMAGE, ""),
        Step::say("upgrade with `--wait`: the release is taken for live when `helm` says so", ""),
        Step::say("with Argo CD: a sync-wave above 0 for the Deployment; it calls no hook before a rollback", ""),
    ])
}

const REPOSITORY: &str =
    "as a variable of the repository: PHASEWISE_REPOSITORY, the address that phasewise is built from";

pub(super) fn of_ci(ci: Ci, seen: &Seen, prefix: &str) -> Kit {
    let project = prefix.trim_end_matches('/');
    match ci {
        Ci::Github => {
            let mut text = include_str!("templates/github/migrations.yml").to_owned();
            if !project.is_empty() {
                let usual = "      run:\n        working-directory: .";
                text = text.replace(usual, &format!("      run:\n        working-directory: {project}"));
            }
            Kit::new([(".github/workflows/migrations.yml".to_owned(), text)]).and([
                Step::say(REPOSITORY, ""),
                Step::say("in the repository's rules: require the check `lint` before a merge", ""),
                Step::say(
                    "in the job that deploys, so that no two deploy at once:",
                    "concurrency:\n  group: deploy-production\n  cancel-in-progress: false",
                ),
            ])
        }
        Ci::Gitlab => {
            let mut text = include_str!("templates/gitlab/migrations.yml").to_owned();
            if !project.is_empty() {
                text = text.replace("    - cd .\n", &format!("    - cd {project}\n"));
            }
            let include = include_str!("templates/gitlab/gitlab-ci.yml");
            let mut kit = Kit::new([(".gitlab/migrations.yml".to_owned(), text)]);
            if seen.has_ci(Ci::Gitlab) {
                kit = kit.and([Step::add(".gitlab-ci.yml", "at its top level", include, ".gitlab/migrations.yml")]);
            } else {
                kit.files.push((".gitlab-ci.yml".to_owned(), include.to_owned()));
            }
            kit.and([
                Step::say(REPOSITORY, ""),
                Step::say(
                    "in the job that deploys, so that no two deploy at once and none is cut short:",
                    "resource_group: production\ninterruptible: false",
                ),
            ])
        }
    }
}

pub(super) fn of_pre_commit(seen: &Seen) -> Kit {
    let text = include_str!("templates/pre-commit-config.yaml");
    match seen.pre_commit {
        None => {
            Kit::new([(".pre-commit-config.yaml".to_owned(), text)]).and([Step::say("once: `pre-commit install`", "")])
        }
        Some(file) => {
            let lines = text.strip_prefix("repos:\n").unwrap_or(text);
            Kit::new::<[(String, &str); 0]>([]).and([Step::add(file, "below `repos:`", lines, "phasewise")])
        }
    }
}

impl Kit {
    fn new<F: IntoIterator<Item = (String, impl Into<String>)>>(files: F) -> Self {
        Self { files: files.into_iter().map(|(path, text)| (path, text.into())).collect(), steps: Vec::new() }
    }

    fn and(mut self, steps: impl IntoIterator<Item = Step>) -> Self {
        self.steps.extend(steps);
        self
    }
}

impl Step {
    fn say(words: &str, lines: &'static str) -> Self {
        Self { words: words.to_owned(), lines, shown_by: None }
    }

    /// Lines that belong in a file, which is not there yet, or is other people's.
    fn add(file: &str, place: &str, lines: &'static str, mark: &'static str) -> Self {
        Self { words: format!("in `{file}`, {place}:"), lines, shown_by: Some((file.to_owned(), mark)) }
    }
}
