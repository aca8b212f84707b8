//! What `phasewise init` writes, read and run by the tools that it is written for.

mod parsed;

use libtest_mimic::Trial;

use crate::availability::{Outcome, completion};

const TESTS: [(&str, fn() -> Outcome); 4] = [
    ("wiring::bash_reads_its_scripts", parsed::bash_reads_its_scripts),
    ("wiring::shellcheck_has_no_complaint", parsed::shellcheck_has_no_complaint),
    ("wiring::php_reads_the_recipe", parsed::php_reads_the_recipe),
    ("wiring::ruby_reads_the_tasks", parsed::ruby_reads_the_tasks),
];

pub(crate) fn trials() -> impl Iterator<Item = Trial> {
    TESTS.into_iter().map(|(name, test)| Trial::ignorable_test(name, move || completion(test())))
}
