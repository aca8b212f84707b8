//! Why a plan cannot become files, or its files cannot be what comes next.

use miette::Diagnostic;
use thiserror::Error;

use super::in_flight::Clash;
use crate::source::ReadError;
use crate::yaml::YamlError;

#[derive(Debug, Error, Diagnostic)]
pub enum EmitError {
    #[error("the step `{step}` cannot be written as a migration: {reason}")]
    #[diagnostic(code(phasewise::emit::step))]
    Step {
        step: String,
        reason: String,
        #[help]
        help: String,
    },
    #[error("not all of `{path}` is understood, so nothing can come in its place: line {line}: {reason}")]
    #[diagnostic(
        code(phasewise::emit::not_understood),
        help("put that part in a migration of its own; nothing was written")
    )]
    NotUnderstood { path: String, line: usize, reason: String },
    #[error("`{path}` was edited since phasewise wrote it")]
    #[diagnostic(
        code(phasewise::emit::edited),
        help("put it back as it was, or let `--force` write it anew; nothing was written")
    )]
    Edited { path: String },
    #[error("`{path}` is there already, and is no file of this plan")]
    #[diagnostic(
        code(phasewise::emit::taken),
        help("rename or remove it, or let `--force` write over it; nothing was written")
    )]
    Taken { path: String },
    #[error("{runner} has no way to place a migration of a plan that phasewise knows")]
    #[diagnostic(
        code(phasewise::emit::layout),
        help("`phasewise plan --format yaml` prints the plan, whose statements can be put in migrations by hand")
    )]
    Layout { runner: &'static str },
    #[error("`{number}` is the number of `{path}` already, which is no part of this plan")]
    #[diagnostic(
        code(phasewise::emit::number),
        help("the migrations of the plan take the numbers from `{first}` on: give the other one a later number")
    )]
    Number { number: String, path: String, first: String },
    #[error(transparent)]
    #[diagnostic(transparent)]
    Yaml(#[from] YamlError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Unreadable(#[from] ReadError),
    #[error("the plan `{id}` is finished: all its deploys are in place")]
    #[diagnostic(code(phasewise::emit::finished), help("once the last one is live, its directory can be removed"))]
    Finished { id: String },
    #[error("the plan `{id}` is under way, so it is not written anew")]
    #[diagnostic(
        code(phasewise::emit::under_way),
        help("go on with `phasewise advance {id}`, or take it back with `phasewise plan --abort {id}`")
    )]
    UnderWay { id: String },
    #[error("the plan `{id}` was aborted")]
    #[diagnostic(code(phasewise::emit::aborted), help("plan the change anew with `phasewise plan --write`"))]
    Aborted { id: String },
    #[error("the plan `{id}` cannot be taken back: the step `{step}` is in place, and there is no way back from it")]
    #[diagnostic(code(phasewise::emit::no_return), help("{help}"))]
    NoReturn { id: String, step: String, help: String },
    #[error("step `{}` of the plan `{}` and step `{}` of the plan `{}` cannot both be: {}", .0.second.1, .0.second.0, .0.first.1, .0.first.0, .0.reason)]
    #[diagnostic(
        code(phasewise::emit::clash),
        help("bring `{}` to its end with `phasewise advance` first, or give one of the two up; nothing was written", .0.first.0)
    )]
    Clash(Box<Clash>),
    #[error("the plan `{id}` has no step `{step}`")]
    #[diagnostic(code(phasewise::emit::no_step), help("it has {known}"))]
    NoStep { id: String, step: String, known: String },
}

impl EmitError {
    pub(super) fn step(step: &str, reason: impl Into<String>, help: &str) -> Self {
        Self::Step { step: step.to_owned(), reason: reason.into(), help: help.to_owned() }
    }
}
