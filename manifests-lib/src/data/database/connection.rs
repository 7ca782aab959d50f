//! A connection string of a database, as one variable.

use super::engine::EngineKind;
use crate::data::secret::Escape;
use crate::values::{Name, Port};

/// How a program wants to be told where its database is. User and password stand in it by reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// `postgres://…` and `mysql://…`, as most drivers and psql take them.
    ///
    /// What it says of TLS to MySQL (`ssl-mode`, `ssl-ca`) is read by sqlx and MySQL Shell. Others ignore it and connect in plain
    /// text, such as mysql2 and mysqljs of Node: take the [file of CAs](super::DatabaseHandle::ca_file) for the settings of such a
    /// driver, and let the server refuse plain text (`require_secure_transport`).
    ///
    /// Upstream: <https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS>,
    /// <https://dev.mysql.com/doc/refman/8.4/en/connecting-using-uri-or-key-value-pairs.html>
    Url,
    /// The same behind the name of dialect and driver: `Dialect::SqlAlchemy("postgresql+psycopg")`.
    ///
    /// By TLS to MySQL the driver is `pymysql` or `mysqldb`, each of which is told to check the server's name; the build reports
    /// others, which read no such setting from a URL.
    ///
    /// Upstream: <https://docs.sqlalchemy.org/en/20/core/engines.html#database-urls>,
    /// <https://docs.sqlalchemy.org/en/20/dialects/mysql.html>
    SqlAlchemy(&'static str),
    /// `jdbc:postgresql://…`, and `jdbc:mysql://…`, which takes no CA as PEM. Upstream:
    /// <https://jdbc.postgresql.org/documentation/use/>
    Jdbc,
    /// `Host=…;Username=…`, as Npgsql and MySqlConnector take it. Upstream:
    /// <https://www.npgsql.org/doc/connection-string-parameters.html>
    DotNet,
}

/// What a connection string is made of.
pub(super) struct Parts<'a> {
    pub(super) engine: EngineKind,
    pub(super) host: &'a str,
    pub(super) port: Port,
    pub(super) database: &'a Name,
    /// Names of the variables that hold user and password.
    pub(super) user: &'a str,
    pub(super) password: &'a str,
    /// Path of the file with CAs; without it there is no TLS.
    pub(super) ca: Option<&'a str>,
}

impl Dialect {
    /// What a user and a password go through, so that each of their characters stands for itself.
    pub(super) fn escape(self) -> Escape {
        match self {
            Self::Url | Self::SqlAlchemy(_) | Self::Jdbc => Escape::Url,
            Self::DotNet => Escape::SingleQuoted,
        }
    }

    /// What stands in the way of TLS, and the way out, where a dialect cannot [say](Self::write) it.
    pub(super) fn refusal(self) -> &'static str {
        match self {
            Self::SqlAlchemy(_) => {
                "tells the driver of no CA, or of none by which it checks the name of the server: name `mysql+pymysql` or \
                 `mysql+mysqldb`, or give the program host, port, name, user, password and the file of CAs as variables of their own"
            }
            Self::Url | Self::Jdbc | Self::DotNet => {
                "takes no CA as PEM: the program would not trust the server; give it a store of keys with the CA, and host, port, \
                 name, user and password as variables of their own"
            }
        }
    }

    /// The string; `None` where the dialect cannot say it.
    pub(super) fn write(self, parts: &Parts<'_>) -> Option<String> {
        let Parts { engine, host, port, database, user, password, ca } = *parts;
        let authority = format!("$({user}):$({password})@{host}:{port}/{database}");
        Some(match (self, engine) {
            (Self::Url, EngineKind::Postgres) => {
                format!("postgres://{authority}{}", libpq(ca, "?"))
            }
            (Self::Url, EngineKind::Mysql) => {
                let tls = ca.map(|ca| format!("?ssl-mode=VERIFY_IDENTITY&ssl-ca={ca}"));
                format!("mysql://{authority}{}", tls.unwrap_or_default())
            }
            (Self::SqlAlchemy(driver), EngineKind::Postgres) => {
                format!("{driver}://{authority}{}", libpq(ca, "?"))
            }
            (Self::SqlAlchemy(driver), EngineKind::Mysql) => {
                let tls = match ca {
                    Some(ca) => format!("?ssl_ca={ca}&{}", checked_by(driver)?),
                    None => String::new(),
                };
                format!("{driver}://{authority}{tls}")
            }
            (Self::Jdbc, EngineKind::Postgres) => format!(
                "jdbc:postgresql://{host}:{port}/{database}?user=$({user})&password=$({password}){}",
                libpq(ca, "&")
            ),
            // Connector/J reads CAs from key stores of Java alone.
            (Self::Jdbc, EngineKind::Mysql) if ca.is_some() => return None,
            (Self::Jdbc, EngineKind::Mysql) => {
                format!(
                    "jdbc:mysql://{host}:{port}/{database}?user=$({user})&password=$({password})"
                )
            }
            (Self::DotNet, EngineKind::Postgres) => {
                let tls = match ca {
                    Some(ca) => format!("SSL Mode=VerifyFull;Root Certificate={ca}"),
                    None => "SSL Mode=Disable".to_owned(),
                };
                format!(
                    "Host={host};Port={port};Database={database};Username='$({user})';Password='$({password})';{tls}"
                )
            }
            (Self::DotNet, EngineKind::Mysql) => {
                let tls = ca.map(|ca| format!(";SslMode=VerifyFull;SslCa={ca}"));
                format!(
                    "Server={host};Port={port};Database={database};User ID='$({user})';Password='$({password})'{}",
                    tls.unwrap_or_default()
                )
            }
        })
    }
}

/// How a driver of MySQL below `SQLAlchemy` is told to check the name of the server; `None` of those that cannot be told by a URL.
fn checked_by(driver: &str) -> Option<&'static str> {
    match driver.split_once('+').map(|(_, driver)| driver) {
        // SQLAlchemy's own choice where none is named.
        None | Some("mysqldb") => Some("ssl_mode=VERIFY_IDENTITY"),
        Some("pymysql") => Some("ssl_check_hostname=true"),
        Some(_) => None,
    }
}

/// What drivers of PostgreSQL take for TLS: some ask for it by themselves, so that its absence is said, too.
fn libpq(ca: Option<&str>, separator: &str) -> String {
    match ca {
        Some(ca) => format!("{separator}sslmode=verify-full&sslrootcert={ca}"),
        None => format!("{separator}sslmode=disable"),
    }
}
