//! What can be said to `phasewise gate`. The doc comments here are the help texts.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use thiserror::Error;

use crate::cli::arguments::{TargetArguments, VoiceArguments};
use crate::gate::question::Question;

const DATABASE: &str = "Which database";
const DECISION: &str = "What is decided";

#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 go, 2 plan, arguments or configuration, 3 refused, 4 it cannot be known, 5 a hold is \
                        not met, 6 busy, 7 the command failed, 8 it went through otherwise than expected. The last line \
                        on stderr says which, and why."
)]
pub(in crate::cli) struct GateArguments {
    #[command(subcommand)]
    pub(super) command: GateCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum GateCommand {
    /// May this release migrate? Decides, and runs nothing
    Check(CheckArguments),
    /// The same, and then runs the command that migrates, under a lock, and looks at what came of it
    Exec(ExecArguments),
    /// Record that a release is live, after the swap: from then on its plans' holds count
    Confirm(ConfirmArguments),
    /// May this older release come back, on the schema as it is now?
    Rollback(RollbackArguments),
    /// Show the plans, what they wait for, and which releases can still come back
    Status(StatusArguments),
    /// Record which release another host runs
    Attest(AttestArguments),
    /// Look for what breaks the atomicity of a release: in scripts and recipes, in nginx, in PHP-FPM
    Doctor(DoctorArguments),
}

#[derive(Debug, Args)]
pub(super) struct CheckArguments {
    #[command(flatten)]
    pub(super) site: SiteArguments,
    #[command(flatten)]
    pub(super) database: DatabaseArguments,
    #[command(flatten)]
    pub(super) decision: DecisionArguments,
    #[command(flatten)]
    pub(super) target: TargetArguments,
    #[command(flatten)]
    pub(super) voice: VoiceArguments,
}

#[derive(Debug, Args)]
pub(super) struct ExecArguments {
    #[command(flatten)]
    pub(super) check: CheckArguments,
    /// What becomes of a release that is refused for good, so that no rollback lands on it
    #[arg(long, value_enum, default_value_t = OnRefuse::Mark, help_heading = DECISION)]
    pub(super) on_refuse: OnRefuse,
    /// How long the command's statements wait for a lock (PostgreSQL); 0 leaves it to the server
    #[arg(long, value_name = "TIME", default_value = "5s", help_heading = DATABASE)]
    pub(super) lock_timeout: Span,
    /// The command that migrates
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub(super) command: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct ConfirmArguments {
    #[command(flatten)]
    pub(super) site: SiteArguments,
    #[command(flatten)]
    pub(super) database: DatabaseArguments,
    #[command(flatten)]
    pub(super) decision: DecisionArguments,
    /// Wait that long for the processes of older releases to end, and record nothing while there are any
    #[arg(long, value_name = "TIME")]
    pub(super) wait_workers: Option<Span>,
    #[command(flatten)]
    pub(super) target: TargetArguments,
    #[command(flatten)]
    pub(super) voice: VoiceArguments,
}

#[derive(Debug, Args)]
pub(super) struct RollbackArguments {
    /// The release that would come back
    #[arg(long, value_name = "DIR")]
    pub(super) to: PathBuf,
    /// The link to the live release
    #[arg(long, value_name = "LINK")]
    pub(super) current: PathBuf,
    #[command(flatten)]
    pub(super) around: AroundArguments,
    #[command(flatten)]
    pub(super) database: DatabaseArguments,
    #[command(flatten)]
    pub(super) decision: DecisionArguments,
    #[command(flatten)]
    pub(super) target: TargetArguments,
    #[command(flatten)]
    pub(super) voice: VoiceArguments,
}

#[derive(Debug, Args)]
pub(super) struct StatusArguments {
    #[command(flatten)]
    pub(super) site: SiteArguments,
    #[command(flatten)]
    pub(super) database: DatabaseArguments,
    /// How to tell it
    #[arg(long, value_enum, default_value_t = GateFormat::Human)]
    pub(super) format: GateFormat,
    #[command(flatten)]
    pub(super) target: TargetArguments,
    #[command(flatten)]
    pub(super) voice: VoiceArguments,
}

#[derive(Debug, Args)]
pub(super) struct AttestArguments {
    #[command(flatten)]
    pub(super) site: SiteArguments,
    /// The host that says it
    #[arg(long, value_name = "HOST")]
    pub(super) host: String,
    /// Who says it [default: the user of the deploy]
    #[arg(long, value_name = "NAME")]
    pub(super) actor: Option<String>,
    #[command(flatten)]
    pub(super) target: TargetArguments,
    #[command(flatten)]
    pub(super) voice: VoiceArguments,
}

#[derive(Debug, Args)]
pub(super) struct DoctorArguments {
    /// The configuration of nginx: its directory, a file, or what `nginx -T` prints, in a file or `-` [default: /etc/nginx]
    #[arg(long, value_name = "FILE|DIR|-")]
    pub(super) nginx: Option<PathBuf>,
    /// The configuration of PHP-FPM: its directory, or the main file [default: where the system keeps it]
    #[arg(long, value_name = "FILE|DIR")]
    pub(super) fpm: Option<PathBuf>,
    /// The link to the live release
    #[arg(long, value_name = "LINK")]
    pub(super) current: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Which releases")]
pub(super) struct SiteArguments {
    /// The release, with its code and vendor in place; `attest` also takes its name or its revision
    #[arg(long, value_name = "DIR")]
    pub(super) release: PathBuf,
    /// The link to the live release; `-` says that nothing is live yet [default: `current` beside the releases]
    #[arg(long, value_name = "LINK|-")]
    pub(super) current: Option<PathBuf>,
    #[command(flatten)]
    pub(super) around: AroundArguments,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Which releases")]
pub(super) struct AroundArguments {
    /// The directory of the releases [default: the one that holds the release]
    #[arg(long, value_name = "DIR")]
    pub(super) releases_dir: Option<PathBuf>,
    /// Where the ledger lies [default: `.phasewise` in `shared` beside the releases]
    #[arg(long, value_name = "DIR")]
    pub(super) audit_dir: Option<PathBuf>,
}

#[derive(Args)]
#[command(next_help_heading = DATABASE)]
pub(super) struct DatabaseArguments {
    /// Its address [default: `PHASEWISE_DATABASE_URL`, or what the release is configured for]
    #[arg(long, value_name = "URL")]
    pub(super) database_url: Option<String>,
    /// The connection of the release's `config/database.php`, where it is not the default one
    #[arg(long, value_name = "NAME", conflicts_with = "database_url")]
    pub(super) connection: Option<String>,
    /// The file of variables to read instead of the release's `.env`
    #[arg(long, value_name = "FILE")]
    pub(super) env_file: Option<PathBuf>,
    /// Ask no database: what only that can answer is told, and not answered
    #[arg(long, conflicts_with_all = ["database_url", "connection"])]
    pub(super) no_db: bool,
    /// How long each question to the database may take
    #[arg(long, value_name = "TIME", default_value = "30s")]
    pub(super) timeout: Span,
    /// From what age on an open transaction stands in the way [default: 5s]
    #[arg(long, value_name = "TIME")]
    pub(super) max_tx: Option<Span>,
    /// How long to wait between two looks at rows that must not come back
    #[arg(long, value_name = "TIME", default_value = "5s")]
    pub(super) sample_gap: Span,
}

#[derive(Debug, Args)]
#[command(next_help_heading = DECISION)]
pub(super) struct DecisionArguments {
    /// Answer for one question not counting this once: `--override G08="INC-123 this tenant has no rows"`
    #[arg(long = "override", value_name = "CODE=REASON")]
    pub(super) overrides: Vec<Override>,
    /// Who answers for it [default: the user of the deploy]
    #[arg(long, value_name = "NAME")]
    pub(super) actor: Option<String>,
    /// Decide, and leave no trace: no lock, no record, no mark, no command
    #[arg(long)]
    pub(super) dry_run: bool,
    /// How to tell it: to people on stderr, or as JSON on stdout
    #[arg(long, value_enum, default_value_t = GateFormat::Human)]
    pub(super) format: GateFormat,
}

/// The address may hold a password.
impl fmt::Debug for DatabaseArguments {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("DatabaseArguments").field("connection", &self.connection).finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum GateFormat {
    /// For people
    Human,
    /// Everything, for programs; see docs/schema/gate.json
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum OnRefuse {
    /// Write `BAD_RELEASE` into it, which Deployer's rollback passes over
    Mark,
    /// Remove it, since Capistrano's rollback takes the last but one
    Remove,
    /// Leave it as it is
    Keep,
}

/// A time span as it is written: `30s`, `5m`, `1h 30m`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span(pub(super) Duration);

/// One answer that is not to count, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Override {
    pub(super) question: Question,
    pub(super) reason: String,
}

#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub(super) enum OverrideError {
    #[error("write the question and the reason: `G08=INC-123 this tenant has no rows`")]
    Shape,
    #[error("there is no question `{0}`; they are G01 to G12")]
    Question(String),
    #[error("nobody can answer for a broken plan: mend it")]
    Plans,
    #[error("a reason of ten letters or more is asked for, which others can follow later")]
    Reason,
}

impl FromStr for Span {
    type Err = humantime::DurationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text == "0" {
            return Ok(Self(Duration::ZERO));
        }
        humantime::parse_duration(text).map(Self)
    }
}

impl FromStr for Override {
    type Err = OverrideError;

    fn from_str(text: &str) -> Result<Self, OverrideError> {
        const SHORTEST: usize = 10;
        let (code, reason) = text.split_once('=').ok_or(OverrideError::Shape)?;
        let question =
            Question::from_code(code.trim()).ok_or_else(|| OverrideError::Question(code.trim().to_owned()))?;
        let reason = reason.trim();
        match question {
            Question::Plans => Err(OverrideError::Plans),
            _ if reason.chars().count() < SHORTEST => Err(OverrideError::Reason),
            _ => Ok(Self { question, reason: reason.to_owned() }),
        }
    }
}
