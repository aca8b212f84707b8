//! What `phasewise init` writes, read and run by the tools that it is written for.

mod bash;
mod capistrano;
mod parsed;
mod site;

use libtest_mimic::Trial;

use crate::availability::{Outcome, completion};

type Test = (&'static str, fn() -> Outcome);

const TESTS: [Test; 14] = [
    ("wiring::bash_reads_its_scripts", parsed::bash_reads_its_scripts),
    ("wiring::shellcheck_has_no_complaint", parsed::shellcheck_has_no_complaint),
    ("wiring::php_reads_the_recipe", parsed::php_reads_the_recipe),
    ("wiring::ruby_reads_the_tasks", parsed::ruby_reads_the_tasks),
    ("wiring::bash_deploys_in_order", bash::a_deploy_goes_through_its_steps_in_order),
    ("wiring::bash_refused_leaves_the_site_and_frees_the_lock", bash::a_refusal_leaves_the_site_and_frees_the_lock),
    ("wiring::bash_build_that_fails_never_goes_live", bash::a_build_that_fails_never_goes_live),
    ("wiring::bash_rolls_back_to_code_that_can_run", bash::a_rollback_asks_whether_the_older_code_can_run),
    ("wiring::bash_refuses_a_rollback_that_would_break", bash::a_rollback_that_would_break_is_refused),
    ("wiring::bash_pruning_keeps_a_way_back", bash::pruning_keeps_a_way_back),
    ("wiring::bash_two_at_once", bash::two_at_once_are_one_after_another),
    ("wiring::capistrano_stops_before_the_link_moves", capistrano::a_refusal_stops_before_the_link_moves),
    ("wiring::capistrano_rolls_back_past_a_refusal", capistrano::a_rollback_does_not_land_on_what_was_refused),
    ("wiring::capistrano_refuses_a_rollback_that_would_break", capistrano::a_rollback_that_would_break_is_refused),
];

pub(crate) fn trials() -> impl Iterator<Item = Trial> {
    TESTS.into_iter().map(|(name, test)| Trial::ignorable_test(name, move || completion(test())))
}
