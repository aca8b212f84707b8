//! Whether a semicolon ends the statement, or stands in the body of a trigger, procedure, function or event.
//!
//! Takes the statement's words as they come. A body begins with BEGIN (PostgreSQL: BEGIN ATOMIC) or another compound
//! statement, and every compound statement and CASE has its END.

use crate::engine::Engine;

/// What the words of a statement so far say about its body.
#[derive(Debug)]
pub(super) struct Routine {
    engine: Engine,
    header: Header,
    /// How many ENDs are missing.
    depth: usize,
    words: usize,
    previous: Previous,
    copies: Copies,
}

#[derive(Debug, PartialEq, Eq)]
enum Header {
    /// It may yet turn out to create a routine.
    Open,
    Routine,
    /// PostgreSQL's CREATE RULE, whose actions may stand in brackets with semicolons between them.
    Rule,
    Other,
}

/// What stands before the next word, as far as that decides its meaning.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
enum Previous {
    Begin,
    BeginNot,
    End,
    /// A statement may begin here: after `;`, THEN, DO and the like.
    StatementStart,
    From,
    Else,
}

/// COPY … FROM stdin, whose rows follow the statement.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
enum Copies {
    No,
    Copy,
    FromInput,
}

impl Routine {
    pub(super) fn new(engine: Engine) -> Self {
        let copies = Copies::No;
        Self { engine, header: Header::Open, depth: 0, words: 0, previous: Previous::StatementStart, copies }
    }

    /// Whether a semicolon here would stand inside of a body.
    pub(super) fn is_open(&self) -> bool {
        self.depth > 0
    }

    pub(super) fn copies_from_input(&self) -> bool {
        self.copies == Copies::FromInput
    }

    pub(super) fn other(&mut self, symbol: char) {
        match (&self.header, symbol) {
            (Header::Rule, '(') => self.depth += 1,
            (Header::Rule, ')') => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        self.previous = match symbol {
            ';' | ':' => Previous::StatementStart,
            // The parameters of a procedure end where its body may begin.
            ')' if self.header == Header::Routine && self.depth == 0 => Previous::StatementStart,
            _ => Previous::Else,
        };
        if symbol == '(' && self.header == Header::Open {
            self.header = Header::Other;
        }
    }

    pub(super) fn word(&mut self, word: &str) {
        let word = Word(word);
        self.words += 1;
        self.read_header(word);
        self.read_copy(word);
        self.read_body(word);
        self.previous = match self.previous {
            Previous::Begin if word.is("not") => Previous::BeginNot,
            _ if word.is("begin") => Previous::Begin,
            _ if word.is("end") => Previous::End,
            _ if word.is("from") => Previous::From,
            _ if word.is_any(&["then", "else", "do", "loop", "repeat", "row"]) => Previous::StatementStart,
            _ => Previous::Else,
        };
    }

    fn read_header(&mut self, word: Word<'_>) {
        if self.header != Header::Open {
            return;
        }
        if self.words == 1 {
            if !word.is("create") {
                self.header = Header::Other;
            }
        } else if word.is_any(&["trigger", "procedure", "proc", "function", "event", "package"]) {
            self.header = Header::Routine;
        } else if word.is("rule") {
            self.header = Header::Rule;
        } else if self.words > 12
            || word.is_any(&["table", "index", "view", "database", "schema", "user", "role", "type"])
        {
            self.header = Header::Other;
        }
    }

    fn read_copy(&mut self, word: Word<'_>) {
        self.copies = match self.copies {
            Copies::No if self.words == 1 && word.is("copy") && self.engine == Engine::Postgresql => Copies::Copy,
            Copies::Copy if self.previous == Previous::From && word.is("stdin") => Copies::FromInput,
            unchanged => unchanged,
        };
    }

    fn read_body(&mut self, word: Word<'_>) {
        if word.is("atomic") && matches!(self.previous, Previous::Begin | Previous::BeginNot) && self.depth == 0 {
            self.depth = 1;
        } else if self.header == Header::Rule
            || self.depth == 0 && (self.header != Header::Routine || self.engine == Engine::Postgresql)
        {
            // No body has begun.
        } else if self.previous == Previous::End {
            // END IF, END LOOP, END CASE: the END has counted.
        } else if word.is("end") {
            self.depth = self.depth.saturating_sub(1);
        } else if word.is("begin") || word.is("case") && self.depth > 0 || self.begins_compound(word) {
            self.depth += 1;
        }
    }

    /// `IF(` is a function, and `FOR EACH ROW` no loop: only where a statement may begin does the word begin one.
    fn begins_compound(&self, word: Word<'_>) -> bool {
        let is_at_statement = matches!(self.previous, Previous::StatementStart | Previous::Begin);
        is_at_statement
            && self.engine != Engine::Postgresql
            && word.is_any(&["if", "case", "loop", "repeat", "while", "for"])
    }
}

#[derive(Clone, Copy)]
struct Word<'a>(&'a str);

impl Word<'_> {
    fn is(self, word: &str) -> bool {
        self.0.eq_ignore_ascii_case(word)
    }

    fn is_any(self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(word))
    }
}
