//! What can be said on the command line. The doc comments here are the help texts.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Parser, Subcommand, ValueEnum};
use schemars::JsonSchema;
use serde::Deserialize;
use thiserror::Error;

use super::gate::GateArguments;
use crate::engine::{Engine, Version};
use crate::finding::Severity;

/// The majors of Laravel whose grammar phasewise knows.
pub(super) const LARAVELS: std::ops::RangeInclusive<u8> = 8..=13;

const RESULTS: &str = "What comes out";
const FILES: &str = "Plans as files";
const CODE: &str = "Which code is read";

/// Tells whether a schema change can be deployed while the application keeps serving.
#[derive(Debug, Parser)]
#[command(name = "phasewise", version, propagate_version = true, arg_required_else_help = true)]
#[command(after_help = "Exit codes: 0 clean, 1 findings, 2 usage, configuration or unreadable input.")]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Find what cannot be deployed while the application keeps serving
    Lint(LintArguments),
    /// Turn what cannot be deployed at once into a sequence of deploys that can
    Plan(PlanArguments),
    /// Put the next deploy of a plan in place, if what it waits for is met
    Advance(AdvanceArguments),
    /// Show what each change does on the engine: its lock, whom that blocks, for how long
    Effects(EffectsArguments),
    /// Print the SQL that each migration sends, without PHP or a database
    Sql(SqlArguments),
    /// Show the tables as the migrations leave them
    Schema(SchemaArguments),
    /// Show where the application's code uses a table or a column, and what would happen there
    Usage(UsageArguments),
    /// Explain a rule: what makes it fire, why that matters, and the way out
    Explain(ExplainArguments),
    /// Run the examples of the project's own rules
    TestRules(TestRulesArguments),
    /// Ask a database how large its tables are, for `lint --stats`
    Stats(StatsArguments),
    /// Decide at the deploy itself: may this release go ahead, or back?
    Gate(GateArguments),
    /// Write what ties phasewise to deploys, CI and commits
    Init(InitArguments),
}

#[derive(Debug, Args)]
pub(super) struct LintArguments {
    #[command(flatten)]
    pub(super) scope: ScopeArguments,
    #[command(flatten)]
    pub(super) code: CodeArguments,
    #[command(flatten)]
    pub(super) target: TargetArguments,
    /// How to tell what was found
    #[arg(long, value_enum, default_value_t = LintFormat::Text, help_heading = RESULTS)]
    pub(super) format: LintFormat,
    /// The mildest finding that makes the command fail [default: error]
    #[arg(long, value_enum, value_name = "LEVEL", help_heading = RESULTS)]
    pub(super) fail_on: Option<FailOn>,
    #[command(flatten)]
    pub(super) baseline: BaselineArguments,
    #[command(flatten)]
    pub(super) voice: VoiceArguments,
}

#[derive(Debug, Args)]
pub(super) struct EffectsArguments {
    #[command(flatten)]
    pub(super) scope: ScopeArguments,
    #[command(flatten)]
    pub(super) target: TargetArguments,
    /// How to tell what each change does
    #[arg(long, value_enum, default_value_t = Format::Text, help_heading = RESULTS)]
    pub(super) format: Format,
    #[command(flatten)]
    pub(super) voice: VoiceArguments,
}

#[derive(Debug, Args)]
pub(super) struct PlanArguments {
    #[command(flatten)]
    pub(super) scope: ScopeArguments,
    /// Let a backfill ship with the deploy before it
    #[arg(long, help_heading = RESULTS)]
    pub(super) compact: bool,
    /// Write the plan, and the migrations of its first deploy in place of these
    #[arg(long, help_heading = FILES)]
    pub(super) write: bool,
    /// Let `--write` write over files that were edited
    #[arg(long, requires = "write", help_heading = FILES)]
    pub(super) force: bool,
    /// Fail where the files of a plan, or of all plans, are no longer what it says
    #[arg(long, value_name = "PLAN", num_args = 0..=1, default_missing_value = "", conflicts_with_all = ["write", "abort"], help_heading = FILES)]
    pub(super) check: Option<String>,
    /// Give up a plan: write migrations that take back what is in place of it
    #[arg(long, value_name = "PLAN", conflicts_with = "write", help_heading = FILES)]
    pub(super) abort: Option<String>,
    #[command(flatten)]
    pub(super) code: CodeArguments,
    #[command(flatten)]
    pub(super) target: TargetArguments,
    /// How to tell the deploys
    #[arg(long, value_enum, default_value_t = PlanFormat::Text, help_heading = RESULTS)]
    pub(super) format: PlanFormat,
    #[command(flatten)]
    pub(super) voice: VoiceArguments,
}

#[derive(Debug, Args)]
pub(super) struct AdvanceArguments {
    /// The plan: its id, its directory or its file
    #[arg(value_name = "PLAN")]
    pub(super) plan: String,
    /// A step whose hold you have seen to be met in production; may be given several times
    #[arg(long, value_name = "STEP")]
    pub(super) seen: Vec<String>,
    #[command(flatten)]
    pub(super) target: TargetArguments,
    #[command(flatten)]
    pub(super) voice: VoiceArguments,
}

#[derive(Debug, Args)]
pub(super) struct SqlArguments {
    #[command(flatten)]
    pub(super) scope: ScopeArguments,
    /// Print what rolling the migrations back sends
    #[arg(long, help_heading = RESULTS)]
    pub(super) down: bool,
    #[command(flatten)]
    pub(super) target: TargetArguments,
    /// How to print the SQL
    #[arg(long, value_enum, default_value_t = Format::Text, help_heading = RESULTS)]
    pub(super) format: Format,
    #[command(flatten)]
    pub(super) voice: VoiceArguments,
}

#[derive(Debug, Args)]
pub(super) struct SchemaArguments {
    /// The project, or a directory of migrations; without it the project around the current directory
    #[arg(value_name = "PATH")]
    pub(super) path: Option<PathBuf>,
    /// Stop after this migration, by its name or its file
    #[arg(long, value_name = "MIGRATION", help_heading = RESULTS)]
    pub(super) at: Option<String>,
    #[command(flatten)]
    pub(super) target: TargetArguments,
    /// How to print the tables: as SQL, or everything for programs
    #[arg(long, value_enum, default_value_t = Format::Text, help_heading = RESULTS)]
    pub(super) format: Format,
    #[command(flatten)]
    pub(super) voice: VoiceArguments,
}

#[derive(Debug, Args)]
pub(super) struct UsageArguments {
    /// The table, or one of its columns
    #[arg(value_name = "TABLE[.COLUMN]", required_unless_present = "export")]
    pub(super) subject: Option<String>,
    /// The project; without it the one around the current directory
    #[arg(value_name = "PATH")]
    pub(super) path: Option<PathBuf>,
    /// The code as git has it at this branch, tag or commit, rather than as it lies here
    #[arg(long = "ref", value_name = "REF", help_heading = CODE)]
    pub(super) reference: Option<String>,
    /// The code in another directory, or in a file that `--export` wrote
    #[arg(long, value_name = "DIR|FILE", conflicts_with = "reference", help_heading = CODE)]
    pub(super) current: Option<PathBuf>,
    /// Read every file anew, and keep nothing of it in `.git/phasewise`
    #[arg(long, help_heading = CODE)]
    pub(super) no_cache: bool,
    /// Write what the code says to this file, for `--current` where that code is no longer at hand
    #[arg(long, value_name = "FILE", conflicts_with_all = ["omitted", "format"], help_heading = RESULTS)]
    pub(super) export: Option<PathBuf>,
    /// Show the rows that are inserted without the column, rather than who uses it
    #[arg(long, help_heading = RESULTS)]
    pub(super) omitted: bool,
    #[command(flatten)]
    pub(super) target: TargetArguments,
    /// How to tell what was found
    #[arg(long, value_enum, default_value_t = Format::Text, help_heading = RESULTS)]
    pub(super) format: Format,
    #[command(flatten)]
    pub(super) voice: VoiceArguments,
}

#[derive(Debug, Args)]
pub(super) struct ExplainArguments {
    /// The rule's id, such as `required-column-added`; without it all rules are listed
    pub(super) rule: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct TestRulesArguments {
    /// A directory of rules; without it those of the project around the current directory
    #[arg(value_name = "DIR")]
    pub(super) directory: Option<PathBuf>,
}

#[derive(Args)]
pub(super) struct StatsArguments {
    /// The database, as `postgresql://user:password@host:5432/database?sslmode=verify-full`,
    /// `mysql://…` or `sqlite:FILE`; without it what the environment says in `DATABASE_URL`
    #[arg(long, value_name = "URL")]
    pub(super) database_url: Option<String>,
    /// The file to write; without it the standard output
    #[arg(long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    #[command(flatten)]
    pub(super) voice: VoiceArguments,
}

/// The address may hold a password.
impl fmt::Debug for StatsArguments {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("StatsArguments").field("output", &self.output).finish_non_exhaustive()
    }
}

/// Writes new files only, and says what to add to those that are there. Without a flag it says what would be of use.
#[derive(Debug, Args)]
pub(super) struct InitArguments {
    /// Put the gate into the deploys of that tool
    #[arg(long, value_enum, value_name = "TOOL")]
    pub(super) deploy: Option<DeployTool>,
    /// Judge migrations in every pull or merge request
    #[arg(long, value_enum, value_name = "CI")]
    pub(super) ci: Option<Ci>,
    /// Judge migrations before they are committed
    #[arg(long)]
    pub(super) pre_commit: bool,
    /// Write over files of an earlier `init` that were edited
    #[arg(long)]
    pub(super) force: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum DeployTool {
    /// A script for one host that needs no tool
    Bash,
    Deployer,
    Capistrano,
    Envoyer,
    Forge,
    Kamal,
    Helm,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Ci {
    Github,
    Gitlab,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "What was there before")]
pub(super) struct BaselineArguments {
    /// The findings in this file do not count
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,
    /// Write what is found to a new file; from one that is there, take out what is no longer found
    #[arg(long, value_name = "FILE", conflicts_with = "baseline")]
    pub(super) write_baseline: Option<PathBuf>,
    /// Let `--write-baseline` add findings to a file that is there
    #[arg(long, requires = "write_baseline")]
    pub(super) force: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Which migrations")]
pub(super) struct ScopeArguments {
    /// Migrations, directories of them, or a project; without it the project around the current directory
    #[arg(value_name = "PATH", help_heading = None)]
    pub(super) paths: Vec<PathBuf>,
    /// Those that are new since HEAD left this branch, tag or commit
    #[arg(long, value_name = "REF")]
    pub(super) since: Option<String>,
    /// Every migration, each as a deploy of its own
    #[arg(long, conflicts_with = "since")]
    pub(super) all: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Which code runs now")]
pub(super) struct CodeArguments {
    /// The code in this directory, or in a file that `phasewise usage --export` wrote
    #[arg(long, value_name = "DIR|FILE")]
    pub(super) current: Option<PathBuf>,
    /// The code at this branch, tag or commit [default: the last tag before these migrations, and the commit before them]
    #[arg(long, value_name = "REF", conflicts_with = "current")]
    pub(super) against: Option<String>,
    /// Read every file anew, and keep nothing of it in `.git/phasewise`
    #[arg(long)]
    pub(super) no_cache: bool,
}

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "What they run on")]
pub(super) struct TargetArguments {
    /// The database, such as `mysql:8.4`, `postgresql:16` or `mariadb:10.11`
    #[arg(long, value_name = "ENGINE[:VERSION]")]
    pub(super) engine: Option<EngineChoice>,
    /// Laravel's major version, 8 to 13
    #[arg(long, value_name = "MAJOR", value_parser = clap::value_parser!(u8).range(8..=13))]
    pub(super) laravel: Option<u8>,
    /// doctrine/dbal is installed
    #[arg(long)]
    pub(super) doctrine: bool,
    /// What the server said of itself and its tables: a file that `phasewise stats` wrote
    #[arg(long, value_name = "FILE")]
    pub(super) stats: Option<PathBuf>,
    /// A dump of the tables before these migrations, as `pg_dump -Fp`, mysqldump or sqlite3 write it
    #[arg(long, value_name = "FILE")]
    pub(super) schema: Option<PathBuf>,
    /// The configuration to read instead of the project's `phasewise.yaml`
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "How much it says")]
pub(super) struct VoiceArguments {
    /// Say what was used and why; show what was suppressed, discharged or in the baseline
    #[arg(short, long)]
    pub(super) verbose: bool,
    /// Say nothing but the results
    #[arg(short, long, conflicts_with = "verbose")]
    pub(super) quiet: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LintFormat {
    /// For people
    Text,
    /// Everything, for programs; see docs/schema/lint.json
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations in a GitHub workflow
    Github,
    /// GitLab's Code Quality report
    Gitlab,
    /// JUnit XML
    Junit,
    /// A comment for a pull request
    Markdown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum PlanFormat {
    /// For people
    Text,
    /// The plan file
    Yaml,
    /// Everything, for programs; see docs/schema/plan.json
    Json,
    /// A comment for a pull request
    Markdown,
    /// A page with a picture of the deploys, which needs no network
    Html,
    /// A Mermaid flowchart
    Mermaid,
    /// A Graphviz digraph
    Dot,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    Text,
    /// Everything, for programs
    Json,
}

/// The mildest finding that fails a lint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum FailOn {
    Error,
    Warning,
    Note,
    Never,
}

/// A database as it is asked for: with a version, or without.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct EngineChoice {
    pub(super) engine: Engine,
    pub(super) version: Option<Version>,
}

#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub(super) enum EngineChoiceError {
    #[error("`{0}` is not a database that phasewise knows; it knows mysql, mariadb, postgresql, sqlite and sqlserver")]
    Unknown(String),
    #[error("`{0}` is not a version: write one to three numbers, such as `8.4` or `10.11.6`")]
    Version(String),
}

impl FailOn {
    /// Whether a finding of that severity fails the lint.
    pub(super) fn includes(self, severity: Severity) -> bool {
        match self {
            Self::Error => severity >= Severity::Error,
            Self::Warning => severity >= Severity::Warning,
            Self::Note => severity >= Severity::Note,
            Self::Never => false,
        }
    }
}

impl FromStr for EngineChoice {
    type Err = EngineChoiceError;

    fn from_str(text: &str) -> Result<Self, EngineChoiceError> {
        let (name, version) = match text.split_once([':', '@']) {
            Some((name, version)) => (name, Some(version)),
            None => (text, None),
        };
        let engine = Engine::from_name(name).ok_or_else(|| EngineChoiceError::Unknown(name.to_owned()))?;
        let version =
            version.map(|version| version.parse().map_err(|_| EngineChoiceError::Version(version.to_owned())));
        Ok(Self { engine, version: version.transpose()? })
    }
}

impl TryFrom<String> for EngineChoice {
    type Error = EngineChoiceError;

    fn try_from(text: String) -> Result<Self, EngineChoiceError> {
        text.parse()
    }
}
