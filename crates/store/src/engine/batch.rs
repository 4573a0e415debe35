//! A change as data: statements and what must hold for them. Data and not a closure, so that a queue
//! can gather several into one commit and any engine can carry them out. Knows no engine.

use super::{Sql, Value};

/// Names a guard, so that the caller knows which of its rules was missed. A `const` of the caller.
pub type GuardTag = &'static str;

/// What must hold for a statement; else the whole batch is rolled back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// Nothing: any number of rows. A violated constraint is an error of the program.
    None,
    /// Exactly one row is changed. A violated unique, primary-key or check constraint counts as missed
    /// too.
    One(GuardTag),
    /// No unique or primary-key constraint is violated; any number of rows.
    Unique(GuardTag),
}

/// One statement of a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// The text.
    pub sql: &'static Sql,
    /// `?1` first.
    pub params: Vec<Value>,
    /// What must hold.
    pub guard: Guard,
}

impl Statement {
    /// A statement without a guard.
    #[must_use]
    pub fn new(sql: &'static Sql, params: impl Into<Vec<Value>>) -> Self {
        Self {
            sql,
            params: params.into(),
            guard: Guard::None,
        }
    }

    /// The same with [`Guard::One`].
    #[must_use]
    pub fn one(self, tag: GuardTag) -> Self {
        Self {
            guard: Guard::One(tag),
            ..self
        }
    }

    /// The same with [`Guard::Unique`].
    #[must_use]
    pub fn unique(self, tag: GuardTag) -> Self {
        Self {
            guard: Guard::Unique(tag),
            ..self
        }
    }
}

/// One transaction: its statements are carried out in order, all or none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    statements: Vec<Statement>,
}

impl Batch {
    /// An empty batch.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a statement at the end.
    pub fn push(&mut self, statement: Statement) -> &mut Self {
        self.statements.push(statement);
        self
    }

    /// Adds the statements of another batch at the end.
    pub fn append(&mut self, other: Self) -> &mut Self {
        self.statements.extend(other.statements);
        self
    }

    /// The statements, in order.
    #[must_use]
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }
}

impl From<Vec<Statement>> for Batch {
    fn from(statements: Vec<Statement>) -> Self {
        Self { statements }
    }
}
