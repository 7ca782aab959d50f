//! What differs between engines of databases.

use std::fmt;

use crate::model::rule::Rule;
use crate::values::{Name, Port};

/// An engine of databases: what a service speaks with its database.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no engine of databases",
    label = "neither `Mysql` nor `Postgres`",
    note = "write `Database<Mysql>` or `Database<Postgres>`"
)]
pub trait Engine: sealed::Sealed + fmt::Debug + Clone + 'static {
    /// What is known of it.
    #[doc(hidden)]
    const KIND: EngineKind;
}

/// MySQL 8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mysql;

/// PostgreSQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Postgres;

impl Engine for Mysql {
    const KIND: EngineKind = EngineKind::Mysql;
}

impl Engine for Postgres {
    const KIND: EngineKind = EngineKind::Postgres;
}

/// The engines, where what is done differs.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EngineKind {
    Mysql,
    Postgres,
}

impl EngineKind {
    /// Where it listens.
    pub(super) const fn port(self) -> Port {
        match self {
            Self::Mysql => port!(3306),
            Self::Postgres => port!(5432),
        }
    }

    /// Databases that every server has by itself.
    fn own_databases(self) -> &'static [&'static str] {
        match self {
            Self::Mysql => &["mysql", "sys"],
            Self::Postgres => &["postgres", "rdsadmin", "template0", "template1"],
        }
    }

    /// The user that may do everything.
    pub(super) fn root(self) -> &'static str {
        match self {
            Self::Mysql => "root",
            Self::Postgres => "postgres",
        }
    }

    /// What it allows for the name of a user.
    ///
    /// Upstream: <https://dev.mysql.com/doc/refman/8.4/en/user-names.html>,
    /// <https://www.postgresql.org/docs/current/limits.html>
    fn longest_user(self) -> usize {
        match self {
            Self::Mysql => 32,
            Self::Postgres => 63,
        }
    }

    /// Why it does not take a name for a database and, in a container, for its user.
    pub(super) fn refused_name(self, name: &Name, is_user: bool) -> Option<String> {
        let text = name.as_str();
        if self.own_databases().contains(&text) {
            return Some(format!("{self} has a database {name} of its own"));
        }
        if is_user { self.refused_user(name) } else { None }
    }

    /// Why it does not take a name for a user.
    pub(super) fn refused_user(self, name: &Name) -> Option<String> {
        let (text, longest) = (name.as_str(), self.longest_user());
        if text == self.root() {
            return Some(format!(
                "the image of {self} takes no user {text}, which it makes itself"
            ));
        }
        (text.len() > longest).then(|| {
            format!(
                "{self} takes {longest} characters for the name of a user, and {name} has {}",
                text.len()
            )
        })
    }

    /// The rule that such names break.
    pub(super) const NAMES: Rule = Rule::InvalidDatabaseName;
}

impl fmt::Display for EngineKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Mysql => "MySQL",
            Self::Postgres => "PostgreSQL",
        })
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Mysql {}
    impl Sealed for super::Postgres {}
}
