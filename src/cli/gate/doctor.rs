//! `phasewise gate doctor`: reads what a release goes through on this host and in this project, and tells what breaks its
//! atomicity. It runs nothing.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::arguments::DoctorArguments;
use crate::cli::exit::Failure;
use crate::cli::root::Root;
use crate::cli::terminal;
use crate::emit::{NAME, PlanFile};
use crate::gate::decision::{Decision, GateExit};
use crate::gate::doctor::ailment::Ailment;
use crate::gate::doctor::script::Circumstances;
use crate::gate::doctor::{Complaint, application, fpm, nginx, recipe, script};
use crate::report::doctor;
use crate::source::Tree;

const NGINX: &str = "/etc/nginx";

/// Where systems keep PHP-FPM's main file; Debian has a directory for each version.
const FPM: [&str; 3] = ["/etc/php-fpm.conf", "/usr/local/etc/php-fpm.conf", "/etc/php"];
const FPM_MAIN: &str = "php-fpm.conf";

/// Directories of a project that nothing is deployed by.
const PASSED_OVER: [&str; 9] =
    [".git", "vendor", "node_modules", "storage", "tests", "public", "resources", "app", "routes"];

/// What was found, and what was and could not be looked at.
#[derive(Debug, Default)]
struct Visit {
    complaints: BTreeSet<Complaint>,
    looked_at: Vec<String>,
    unread: Vec<String>,
}

/// What a file of a project is to its deploys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Script,
    Recipe,
    Pipeline,
}

pub(super) fn run(arguments: &DoctorArguments) -> Result<Decision, Failure> {
    let mut visit = Visit::default();
    visit.project();
    visit.nginx(arguments.nginx.as_deref())?;
    visit.fpm(arguments.fpm.as_deref())?;
    visit.current(arguments.current.as_deref());
    let complaints: Vec<&Complaint> = visit.complaints.iter().collect();
    let width = terminal::look(false).width;
    terminal::print(|out| doctor::write(out, &complaints, &visit.looked_at, &visit.unread, width))?;
    Ok(match complaints.as_slice() {
        [] => Decision {
            exit: GateExit::Go,
            obstacle: None,
            words: "nothing breaks atomicity in what was read".to_owned(),
        },
        [first, ..] => {
            let words = format!(
                "{} in all, the first at {}:{}: {}",
                complaints.len(),
                first.file,
                first.line,
                first.ailment.what()
            );
            Decision { exit: GateExit::Refused, obstacle: Some("not-atomic"), words }
        }
    })
}

impl Visit {
    fn project(&mut self) {
        let Ok(root) = Root::find(&[]) else {
            self.unread.push("the files of a project: there is none around this directory".to_owned());
            return;
        };
        let tree = Tree::new(&root.directory);
        let all = tree.files(&|path| !PASSED_OVER.contains(&path.rsplit('/').next().unwrap_or(path)));
        let mut parts = Vec::new();
        for path in &all {
            let Some(part) = Part::of(path) else { continue };
            match tree.read(path) {
                Ok(file) => parts.push((path.as_str(), part, file)),
                Err(error) => self.unread.push(format!("`{path}`: {error}")),
            }
        }
        let recipes: Vec<&str> = parts.iter().filter(|it| it.1 == Part::Recipe).map(|it| it.2.text.as_str()).collect();
        let kept = recipe::kept_for(spans(&tree, &all).into_iter());
        for (path, part, file) in &parts {
            let circumstances = Circumstances { is_busybox: is_busybox(), is_pipeline: *part == Part::Pipeline };
            self.complaints.extend(script::complaints(path, &file.text, circumstances));
            if *part == Part::Recipe {
                self.complaints.extend(recipe::complaints(path, &file.text, &recipes, kept));
            }
        }
        let texts = parts.iter().map(|(_, _, file)| file.text.as_str());
        self.cache(&tree, &texts.filter(|text| script::swaps(text)).collect::<Vec<_>>());
        self.looked_at.push(format!("the project, {} of its deploys and its CI", counted(parts.len(), "file")));
    }

    fn cache(&mut self, tree: &Tree, deploys: &[&str]) {
        let text = |path: &str| tree.read(path).ok();
        let environment = text(".env");
        if let Some(config) = text("config/cache.php") {
            let environment = environment.as_ref().map(|file| file.text.as_str());
            self.complaints.extend(application::cache(&config.text, environment, deploys));
        }
    }

    fn nginx(&mut self, said: Option<&Path>) -> Result<(), Failure> {
        let path = said.map_or_else(|| PathBuf::from(NGINX), Path::to_owned);
        let dump = if path.as_os_str() == "-" {
            let mut text = String::new();
            io::stdin().read_to_string(&mut text).map_err(|error| DoctorError::of(Path::new("-"), &error))?;
            Some(text)
        } else if said.is_none() && !path.is_dir() {
            self.unread.push(format!("nginx: there is no `{NGINX}` here; `--nginx` takes what `nginx -T` prints"));
            return Ok(());
        } else if path.is_file() {
            Some(read(&path)?).filter(|text| text.contains("# configuration file "))
        } else {
            None
        };
        let base = dump.as_ref().map_or_else(|| shown(&path), |_| NGINX.to_owned());
        let files: nginx::Files = match dump {
            Some(dump) => nginx::files_of_dump(&dump),
            None if path.is_dir() => below(&path)?.into_iter().collect(),
            None => [(base.clone(), read(&path)?)].into(),
        };
        if files.is_empty() {
            self.unread
                .push(format!("nginx: `{}` holds no configuration, as `nginx -T` would print it", path.display()));
            return Ok(());
        }
        let main = format!("{base}/nginx.conf");
        let roots = if files.contains_key(&main) { vec![main] } else { files.keys().cloned().collect() };
        let found = nginx::look(&files, &roots, &base);
        self.complaints.extend(found.complaints);
        self.unread.extend(found.unread.into_iter().map(|words| format!("nginx: {words}")));
        self.looked_at.push(format!("nginx, {}", counted(files.len(), "file")));
        Ok(())
    }

    fn fpm(&mut self, said: Option<&Path>) -> Result<(), Failure> {
        let places = said.map_or_else(|| FPM.map(PathBuf::from).to_vec(), |path| vec![path.to_owned()]);
        let there = places.iter().filter(|path| said.is_some() || path.exists());
        let mut mains = Vec::new();
        for place in there {
            let files = if place.is_dir() { below(place)? } else { vec![(shown(place), read(place)?)] };
            let is_main = |path: &str| place.is_file() || path.rsplit('/').next() == Some(FPM_MAIN);
            let found: Vec<String> = files.iter().map(|(path, _)| path.clone()).filter(|path| is_main(path)).collect();
            for main in found {
                let beside = main.strip_suffix(FPM_MAIN).unwrap_or(&main).to_owned();
                let own = files.iter().filter(|(path, _)| path.starts_with(&beside) || *path == main).cloned();
                self.complaints.extend(fpm::complaint(&main, &own.collect::<Vec<_>>()));
                mains.push(main);
            }
        }
        if mains.is_empty() {
            self.unread.push("PHP-FPM: there is no `php-fpm.conf` here; `--fpm` says where it is".to_owned());
        } else {
            self.looked_at.push(format!("PHP-FPM, {}", mains.join(", ")));
        }
        Ok(())
    }

    fn current(&mut self, said: Option<&Path>) {
        let Some(path) = said else {
            self.unread.push("`current`: `--current` says where the link is".to_owned());
            return;
        };
        match fs::symlink_metadata(path) {
            Ok(found) if found.is_dir() => {
                let complaint = Complaint {
                    file: shown(path),
                    line: 1,
                    ailment: Ailment::CurrentIsNoLink,
                    shown: "a directory".to_owned(),
                };
                self.complaints.insert(complaint);
            }
            Ok(_) => self.looked_at.push(format!("`{}`", path.display())),
            Err(error) => self.unread.push(format!("`{}`: {error}", path.display())),
        }
    }
}

impl Part {
    /// What the file at that path is to deploys; `None` where it is nothing to them.
    fn of(path: &str) -> Option<Self> {
        const RECIPES: [&str; 6] =
            ["deploy.php", "deploy.yaml", "deploy.yml", "Capfile", "config/deploy.rb", "deploy/phasewise.php"];
        const PIPELINES: [&str; 4] =
            [".gitlab-ci.yml", "bitbucket-pipelines.yml", ".circleci/config.yml", "azure-pipelines.yml"];
        let name = path.rsplit('/').next().unwrap_or(path);
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        let is_yaml = matches!(extension, "yml" | "yaml");
        let is_recipe = RECIPES.contains(&path)
            || path.starts_with("config/deploy/") && extension == "rb"
            || path.starts_with("deploy/") && extension == "php"
            || matches!(extension, "rake" | "cap");
        let is_pipeline = PIPELINES.contains(&path)
            || is_yaml && (path.starts_with(".github/workflows/") || path.starts_with(".gitlab/"));
        let is_script = matches!(extension, "sh" | "bash")
            || matches!(name, "deploy" | "Makefile" | "Envoy.blade.php" | "entrypoint")
            || name.starts_with("Dockerfile")
            || path.starts_with(".kamal/hooks/");
        match (is_recipe, is_pipeline, is_script) {
            (true, ..) => Some(Self::Recipe),
            (_, true, _) => Some(Self::Pipeline),
            (.., true) => Some(Self::Script),
            _ => None,
        }
    }
}

/// The number of each deploy of every plan, with that of its rollback floor.
fn spans(tree: &Tree, files: &[String]) -> Vec<(usize, usize)> {
    let directories = files.iter().filter_map(|path| path.strip_suffix(NAME)?.strip_suffix('/'));
    let plans = directories.filter_map(|directory| PlanFile::read(tree, directory).ok());
    plans.flat_map(|plan| plan.deploys.into_iter().map(|deploy| (deploy.number, deploy.rollback_floor))).collect()
}

/// Whether this host's `ln` is BusyBox's.
fn is_busybox() -> bool {
    let programs = ["/bin/ln", "/usr/bin/ln"].map(|path| fs::canonicalize(path).unwrap_or_default());
    programs.iter().any(|path| path.ends_with("busybox"))
}

/// Every file below a directory, with its text; what is no text is passed over.
fn below(directory: &Path) -> Result<Vec<(String, String)>, DoctorError> {
    let failed = |error: io::Error| DoctorError::of(directory, &error);
    let (mut files, mut open) = (Vec::new(), vec![directory.to_owned()]);
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.is_dir() {
                open.push(path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                files.push((shown(&path), text));
            }
        }
    }
    files.sort();
    Ok(files)
}

fn read(path: &Path) -> Result<String, DoctorError> {
    fs::read_to_string(path).map_err(|error| DoctorError::of(path, &error))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("`{path}` cannot be read: {reason}")]
#[diagnostic(code(phasewise::gate::doctor), help("run it as a user that may, or hand it a copy"))]
struct DoctorError {
    path: String,
    reason: String,
}

impl DoctorError {
    fn of(path: &Path, error: &io::Error) -> Self {
        Self { path: shown(path), reason: error.to_string() }
    }
}
