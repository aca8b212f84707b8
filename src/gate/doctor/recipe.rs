//! What recipes of Deployer and Capistrano say about hosts, order and how much is kept.

use super::Complaint;
use super::ailment::Ailment;
use super::command::{Line, lines};

/// How many releases have to stay: the live one and the one before it at least.
pub const LEAST_KEPT: usize = 2;

/// Where Deployer and Capistrano hook in what comes after the swap.
const AFTER_THE_SWAP: [&str; 9] = [
    "deploy:symlink",
    "deploy:publish",
    "deploy:success",
    "deploy",
    "deploy:symlink:release",
    "deploy:publishing",
    "deploy:published",
    "deploy:finishing",
    "deploy:finished",
];

/// What calls the migrations there.
const MIGRATE: [&str; 4] = ["artisan:migrate", "laravel:migrate", "deploy:migrate", "schema:migrate"];

/// What is wrong with a recipe; `all` are the texts of all recipes of the project, `kept` how many releases have to stay.
pub fn complaints(file: &str, text: &str, all: &[&str], kept: usize) -> Vec<Complaint> {
    let has = |sought: &str| all.iter().any(|text| text.contains(sought));
    let recipe = Recipe {
        has_gate: has("gate exec") || has("deploy/phasewise.php") || has("phasewise.rake"),
        is_once: has("->once(") || has("deploy/phasewise.php"),
        has_one_host: all.iter().map(|text| hosts(text)).sum::<usize>() == 1,
        has_migration_roles: has(":laravel_migration_roles"),
        kept,
    };
    let lines = lines(text);
    let mut found = Vec::new();
    let mut roles: Option<bool> = None;
    let mut listed_swap = false;
    for line in &lines {
        if line.has(&["on", "roles"]) || line.has(&["on", "primary"]) {
            roles = Some(on_several_hosts(line));
        }
        listed_swap = (listed_swap || is_listed(line, "deploy:symlink") || is_listed(line, "deploy:publish"))
            && !line.shown.contains("task(");
        let mut ailments = recipe.of_line(line);
        if listed_swap && is_listed(line, "artisan:migrate") {
            ailments.push(Ailment::MigratesAfterTheSwap);
        }
        if roles == Some(true) && calls_migrate(line) {
            ailments.push(Ailment::MigratesOnEveryHost);
        }
        found.extend(ailments.into_iter().map(|ailment| Complaint::new(file, line.number, ailment, line.shown)));
    }
    found
}

/// How many releases the plan's deploys need: each has its number and the number of its rollback floor.
pub fn kept_for(deploys: impl Iterator<Item = (usize, usize)>) -> usize {
    let spans = deploys.map(|(number, floor)| number.saturating_sub(floor.max(1)) + 1);
    spans.max().unwrap_or(0).max(LEAST_KEPT)
}

/// What of all recipes bears on each line.
struct Recipe {
    has_gate: bool,
    is_once: bool,
    has_one_host: bool,
    has_migration_roles: bool,
    kept: usize,
}

impl Recipe {
    fn of_line(&self, line: &Line<'_>) -> Vec<Ailment> {
        let mut found = Vec::new();
        let words: Vec<&str> = line.commands.iter().flatten().map(|word| word.trim_matches([':', ';'])).collect();
        let is_deployer = words.iter().any(|word| *word == "require" || *word == "import:" || *word == "-")
            && words.contains(&"recipe/laravel.php");
        if is_deployer && !self.has_gate {
            found.push(Ailment::GateNotAsked);
        }
        if is_deployer && !self.is_once && !self.has_one_host {
            found.push(Ailment::MigratesOnEveryHost);
        }
        let hook = words.iter().position(|word| *word == "after");
        let hooked = hook.and_then(|at| Some((*words.get(at + 1)?, *words.get(at + 2)?)));
        if let Some((stage, task)) = hooked
            && MIGRATE.contains(&task)
            && AFTER_THE_SWAP.contains(&stage)
        {
            found.push(Ailment::MigratesAfterTheSwap);
        }
        if words.contains(&"laravel:migrate") && hooks(&words) {
            if !self.has_migration_roles {
                found.push(Ailment::MigratesOnEveryHost);
            }
            if !self.has_gate {
                found.push(Ailment::GateNotAsked);
            }
        }
        let is_all = words.windows(2).any(|pair| matches!(pair, ["laravel_migration_roles", "all"]));
        if is_all {
            found.push(Ailment::MigratesOnEveryHost);
        }
        if kept(&words).is_some_and(|kept| kept < self.kept) {
            found.push(Ailment::TooFewKept);
        }
        found
    }
}

fn hooks(words: &[&str]) -> bool {
    words.iter().any(|word| *word == "after" || *word == "before")
}

/// `set('keep_releases', 3)`, `set :keep_releases, 3`, `keep_releases: 3`. Deployer's -1 keeps all.
fn kept(words: &[&str]) -> Option<usize> {
    let at = words.iter().position(|word| *word == "keep_releases")?;
    words.get(at + 1)?.parse().ok()
}

/// Whether a block of Capistrano runs on more than the one host that has the database.
fn on_several_hosts(line: &Line<'_>) -> bool {
    let words = line.commands.iter().flatten().map(|word| word.trim_start_matches(':'));
    let words: Vec<&str> = words.collect();
    !words.contains(&"primary") && !matches!(words.as_slice(), [.., "roles", "db", "do" | "|host|" | "{"])
}

fn calls_migrate(line: &Line<'_>) -> bool {
    line.calls("artisan").any(|words| words.first().is_some_and(|word| word == "migrate"))
}

/// Whether a line is an item of a list of tasks, and names that one.
fn is_listed(line: &Line<'_>, task: &str) -> bool {
    matches!(line.commands.as_slice(), [words] if matches!(words.as_slice(), [only] if only == task))
}

/// How many hosts a recipe of Deployer names.
fn hosts(text: &str) -> usize {
    let calls = text.match_indices("host(").filter(|(at, _)| {
        !text
            .get(..*at)
            .is_some_and(|before| before.ends_with(|letter: char| letter.is_alphanumeric() || letter == '_'))
    });
    let arguments = calls.filter_map(|(at, _)| text.get(at..)?.split_once(')'));
    arguments.map(|(call, _)| call.matches(',').count() + 1).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str) -> Vec<&'static str> {
        complaints("deploy.php", text, &[text], LEAST_KEPT).iter().map(|complaint| complaint.ailment.id()).collect()
    }

    #[test]
    fn deployer_migrates_everywhere_without_once() {
        let none: [&str; 0] = [];
        let recipe = "require 'recipe/laravel.php';\n";
        assert_eq!(check(&format!("{recipe}host('a');")), ["gate-not-asked"]);
        assert_eq!(check(&format!("{recipe}host('a', 'b');")), ["gate-not-asked", "migrates-on-every-host"]);
        let gate = "require __DIR__ . '/deploy/phasewise.php';";
        assert_eq!(check(&format!("{recipe}{gate}\nhost('a', 'b');")), none);
    }

    #[test]
    fn capistrano_migrates_everywhere_by_its_default() {
        assert_eq!(
            check("before 'deploy:publishing', 'laravel:migrate'"),
            ["migrates-on-every-host", "gate-not-asked"]
        );
        assert_eq!(check("on roles(:all) do\n execute :php, 'artisan', 'migrate'\nend"), ["migrates-on-every-host"]);
        let none: [&str; 0] = [];
        assert_eq!(check("on primary(:db) do\n execute :php, 'artisan', 'migrate'\nend"), none);
        assert_eq!(check("on roles(:db) do\n execute :php, 'artisan', 'migrate'\nend"), none);
    }

    #[test]
    fn hooks_behind_the_swap_come_too_late() {
        assert_eq!(check("after('deploy:symlink', 'artisan:migrate');"), ["migrates-after-the-swap"]);
        assert_eq!(
            check("task('deploy', [\n 'deploy:symlink',\n 'artisan:migrate',\n]);"),
            ["migrates-after-the-swap"]
        );
        let none: [&str; 0] = [];
        assert_eq!(check("task('deploy', [\n 'artisan:migrate',\n 'deploy:symlink',\n]);"), none);
        assert_eq!(check("after('deploy:vendors', 'artisan:migrate');"), none);
    }

    #[test]
    fn what_a_way_back_needs_is_kept() {
        assert_eq!(check("set('keep_releases', 1);"), ["too-few-kept"]);
        assert_eq!(check("set :keep_releases, 1"), ["too-few-kept"]);
        let none: [&str; 0] = [];
        assert_eq!(check("set('keep_releases', -1);"), none);
        assert_eq!(check("set('keep_releases', 5);"), none);
        assert_eq!(kept_for([(1, 0), (2, 1), (4, 2)].into_iter()), 3);
        assert_eq!(kept_for(std::iter::empty()), LEAST_KEPT);
    }
}
