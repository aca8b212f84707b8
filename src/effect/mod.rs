//! What a change does on an engine and version: what it locks, whom that keeps waiting, and for how long.

/// A change's effect on the engine at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// In the engine's words: `ACCESS EXCLUSIVE`, `SHARE ROW EXCLUSIVE`, … (PostgreSQL), `NONE`, `SHARED`, `EXCLUSIVE` (MySQL
    /// family, as the LOCK= that it needs).
    pub lock: String,
    /// What other sessions cannot do meanwhile.
    pub blocks: Blocks,
    pub lasts: Lasts,
    pub algorithm: Option<Algorithm>,
    /// Whether every row is written anew.
    pub rewrites: bool,
    /// Whether every row is read.
    pub scans: bool,
    /// Whether it may run inside a transaction.
    pub in_transaction: bool,
    /// The engine's error, if it will not do it.
    pub refused: Option<String>,
    /// What it locks besides the table it names.
    pub others: Vec<OtherTable>,
    pub certainty: Certainty,
    /// What would decide it, where it is not known.
    pub hangs_on: Vec<String>,
    /// One sentence for people: what the engine does.
    pub says: String,
    /// Where that is written, or was measured.
    pub source: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Blocks {
    pub reads: bool,
    pub writes: bool,
}

/// How long a lock is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lasts {
    Moment,
    /// While all rows are read.
    Scan,
    IndexBuild,
    /// While all rows are written.
    Rebuild,
}

/// How the MySQL family does it, from the lightest to the heaviest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Algorithm {
    Instant,
    Nocopy,
    Inplace,
    Copy,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherTable {
    pub table: String,
    pub lock: String,
    pub blocks: Blocks,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// No entry says what the engine does.
    Unknown,
    /// Something that decides is not known: the worst that may be.
    Assumed,
    Known,
}
