//! Commands that break atomicity, in whichever file of the project they stand.

use super::Complaint;
use super::ailment::Ailment;
use super::command::{Line, is_current, letters, lines};

/// What of a file is known beside its text.
#[derive(Debug, Clone, Copy, Default)]
pub struct Circumstances {
    /// Its commands are BusyBox's, as on Alpine.
    pub is_busybox: bool,
    /// It is of a pipeline that also runs tests, for which a database is migrated that nobody works on.
    pub is_pipeline: bool,
}

/// What is wrong with the commands of a file.
pub fn complaints(file: &str, text: &str, circumstances: Circumstances) -> Vec<Complaint> {
    let lines = lines(text);
    let is_busybox = circumstances.is_busybox || text.contains("alpine");
    let mut found = Vec::new();
    for line in &lines {
        let mut ailments = swap(line, is_busybox);
        ailments.extend(prune(line));
        ailments.extend(opcache(line));
        if line.migrates() && (!circumstances.is_pipeline || deploys(text)) {
            ailments.extend(migrate(line));
        }
        found.extend(ailments.into_iter().map(|ailment| Complaint::new(file, line.number, ailment, line.shown)));
    }
    if !circumstances.is_pipeline || deploys(text) {
        found.extend(order(file, &lines));
    }
    found
}

/// Whether the commands of a file make a release live.
pub fn swaps(text: &str) -> bool {
    lines(text).iter().any(Line::swaps)
}

fn swap(line: &Line<'_>, is_busybox: bool) -> Vec<Ailment> {
    let mut found = Vec::new();
    let goes_to_current = |words: &&[String]| words.last().is_some_and(|word| is_current(word));
    for words in line.calls("ln").filter(goes_to_current) {
        let letters = letters(words);
        let has = |long: &str, short: char| letters.contains(short) || words.iter().any(|word| word == long);
        let is_forced = has("--force", 'f');
        let stays_outside = has("--no-dereference", 'n') || has("--no-target-directory", 'T');
        match (is_forced, stays_outside) {
            (true, false) => found.push(Ailment::LinkIntoRelease),
            (true, true) if is_busybox || line.has(&["busybox", "ln"]) => found.push(Ailment::LinkNotAtomic),
            _ => {}
        }
    }
    for words in line.calls("mv").filter(goes_to_current) {
        if !letters(words).contains('T') && !words.iter().any(|word| word == "--no-target-directory") {
            found.push(Ailment::MovedIntoRelease);
        }
    }
    let mut removals = ["rm", "unlink"].into_iter().flat_map(|name| line.calls(name));
    if removals.any(|words| words.iter().any(|word| is_current(word))) {
        found.push(Ailment::LinkRemoved);
    }
    found
}

/// `ls -t … | tail -n +6 | xargs rm -rf`, or the same as a loop.
fn prune(line: &Line<'_>) -> Option<Ailment> {
    let is_by_time = line.calls("ls").any(|words| letters(words).contains('t'));
    let removes = line.calls("xargs").any(|words| words.iter().any(|word| word == "rm"));
    let takes_the_rest = line.calls("tail").any(|words| words.iter().any(|word| word.contains('+')));
    (is_by_time && (removes || takes_the_rest)).then_some(Ailment::PrunedByTime)
}

fn opcache(line: &Line<'_>) -> Option<Ailment> {
    let mut calls = line.commands.iter().filter(|words| words.iter().any(|word| word == "-r"));
    calls.any(|words| words.iter().any(|word| word.contains("opcache_reset"))).then_some(Ailment::OpcacheResetByCli)
}

fn migrate(line: &Line<'_>) -> Vec<Ailment> {
    let mut found = Vec::new();
    for words in line.calls("artisan").filter(|words| words.first().is_some_and(|word| word == "migrate")) {
        if words.iter().any(|word| word == "--isolated") {
            found.push(Ailment::IsolatedLoserSucceeds);
        }
        let goes_on = line.commands.last().is_some_and(|last| last.as_slice() == ["true"]) && line.shown.contains("||");
        if goes_on || words.iter().any(|word| word == "--graceful") {
            found.push(Ailment::FailureHidden);
        }
    }
    if !line.has(&["gate", "exec"]) {
        found.push(Ailment::GateNotAsked);
    }
    found
}

/// Whether what runs from top to bottom migrates too late, or too early. What functions do is done where they are called.
fn order(file: &str, lines: &[Line<'_>]) -> Vec<Complaint> {
    let at = |is: &dyn Fn(&Line<'_>) -> bool| lines.iter().find(|line| !line.is_in_function && is(line));
    let Some(migrates) = at(&|line| line.migrates()) else { return Vec::new() };
    let builds = at(&|line| line.has(&["artisan", "optimize"]) || line.has(&["artisan", "config:cache"]));
    let complaint = |ailment| Complaint::new(file, migrates.number, ailment, migrates.shown);
    let mut found = Vec::new();
    let swaps = at(&|line| line.swaps());
    if swaps.is_some_and(|swaps| swaps.number < migrates.number) {
        found.push(complaint(Ailment::MigratesAfterTheSwap));
    } else if builds.is_some_and(|builds| builds.number > migrates.number) {
        found.push(complaint(Ailment::MigratesBeforeTheBuild));
    }
    found
}

/// Whether a pipeline brings anything to where it serves.
fn deploys(text: &str) -> bool {
    ["deploy", "ssh ", "production"].iter().any(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str) -> Vec<&'static str> {
        complaints("deploy.sh", text, Circumstances::default()).iter().map(|complaint| complaint.ailment.id()).collect()
    }

    #[test]
    fn the_swap_that_renames_is_right() {
        let none: [&str; 0] = [];
        assert_eq!(check("ln -s \"$REL\" current.$$ && mv -T current.$$ current"), none);
        assert_eq!(check("ln -nfs $REL $SITE/current"), none);
        assert_eq!(check("ln -sf $REL current"), ["link-into-release"]);
        assert_eq!(check("mv current.new current"), ["moved-into-release"]);
        assert_eq!(check("rm -f current; ln -s $REL current"), ["link-removed"]);
        assert_eq!(check("busybox ln -nfs $REL current"), ["link-not-atomic"]);
    }

    #[test]
    fn migrations_come_last_before_the_swap_and_through_the_gate() {
        let gate = "phasewise gate exec --release r --current c -- php artisan migrate --force";
        let none: [&str; 0] = [];
        assert_eq!(check(&format!("php artisan optimize\n{gate}\nmv -T next current")), none);
        assert_eq!(check(&format!("{gate}\nphp artisan optimize\nmv -T next current")), ["migrates-before-the-build"]);
        assert_eq!(check(&format!("mv -T next current\n{gate}")), ["migrates-after-the-swap"]);
        assert_eq!(check("php artisan migrate --force"), ["gate-not-asked"]);
        assert_eq!(check("php artisan migrate"), none);
        assert_eq!(check(&format!("{gate} --isolated")), ["isolated-loser-succeeds"]);
        assert_eq!(check(&format!("{gate} --isolated=75")), none);
        assert_eq!(check(&format!("{gate} || true")), ["failure-hidden"]);
    }

    #[test]
    fn releases_are_not_pruned_by_time() {
        assert_eq!(check("ls -dt releases/* | tail -n +6 | xargs rm -rf"), ["pruned-by-time"]);
        let none: [&str; 0] = [];
        assert_eq!(check("ls -1 releases | sort -V | head -n -5 | xargs rm -rf"), none);
    }

    #[test]
    fn a_pipeline_that_only_tests_migrates_as_it_likes() {
        let pipeline = Circumstances { is_pipeline: true, ..Circumstances::default() };
        let of = |text: &str| complaints("ci.yml", text, pipeline).len();
        assert_eq!(of("- run: php artisan migrate --force"), 0);
        assert_eq!(of("- run: ssh web php artisan migrate --force"), 1);
    }
}
