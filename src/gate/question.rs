//! What the gate asks, in the order in which it asks.

use std::fmt;

/// One question of the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Question {
    /// Can each plan be read, and has no migration two of them?
    Plans,
    /// Which migrations are pending, and are those that ran still what ran?
    Pending,
    /// Is each pending migration one of this deploy, in this order?
    Phase,
    /// Does a rule find harm in what is pending, for the code that runs now?
    Findings,
    /// Does code that runs, or can come back, use what goes?
    Uses,
    /// Is there all that the new code needs, once the pending migrations ran?
    Columns,
    /// Was the deploy before seen live?
    Confirmed,
    /// Is what the deploy waits for so, in the live database?
    Holds,
    /// Have the processes of older releases ended?
    Workers,
    /// Is nobody else migrating?
    Alone,
    /// Is no transaction open on the tables for long?
    Quiet,
    /// Is `current` a link that can be swapped?
    Swap,
}

impl Question {
    pub const ALL: [Self; 12] = [
        Self::Plans,
        Self::Pending,
        Self::Phase,
        Self::Findings,
        Self::Uses,
        Self::Columns,
        Self::Confirmed,
        Self::Holds,
        Self::Workers,
        Self::Alone,
        Self::Quiet,
        Self::Swap,
    ];

    /// `G01` to `G12`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Plans => "G01",
            Self::Pending => "G02",
            Self::Phase => "G03",
            Self::Findings => "G04",
            Self::Uses => "G05",
            Self::Columns => "G06",
            Self::Confirmed => "G07",
            Self::Holds => "G08",
            Self::Workers => "G09",
            Self::Alone => "G10",
            Self::Quiet => "G11",
            Self::Swap => "G12",
        }
    }

    /// The question that goes by that code, in either case.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|question| question.code().eq_ignore_ascii_case(code))
    }

    /// What it is called when it stands in the way.
    pub fn obstacle(self) -> &'static str {
        match self {
            Self::Plans => "bad-plan",
            Self::Pending => "pending-unclear",
            Self::Phase => "out-of-phase",
            Self::Findings => "finding",
            Self::Uses => "still-used",
            Self::Columns => "column-missing",
            Self::Confirmed => "not-confirmed",
            Self::Holds => "hold-not-met",
            Self::Workers => "old-workers",
            Self::Alone => "busy",
            Self::Quiet => "long-transaction",
            Self::Swap => "not-a-link",
        }
    }

    /// What is asked, for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Plans => "the plans can be read",
            Self::Pending => "what is pending is known",
            Self::Phase => "the pending migrations are of one deploy",
            Self::Findings => "no rule finds harm for the code that runs now",
            Self::Uses => "no code that can run uses what goes",
            Self::Columns => "the new code finds what it needs",
            Self::Confirmed => "the deploy before was seen live",
            Self::Holds => "what the deploy waits for is so",
            Self::Workers => "no process of an older release runs",
            Self::Alone => "nobody else migrates",
            Self::Quiet => "no transaction is open for long",
            Self::Swap => "`current` can be swapped",
        }
    }

    /// Whether an answer that is not known may be let through with a warning: what code might do, and what an
    /// application's own database user may not see. Everything else that is not known refuses.
    pub fn may_be_unknown(self) -> bool {
        matches!(self, Self::Uses | Self::Columns | Self::Workers | Self::Quiet)
    }
}

impl fmt::Display for Question {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}
