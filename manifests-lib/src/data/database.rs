//! Databases that a service cannot tell apart: a container or Aurora, of one engine.

mod aurora;
mod connection;
mod container;
mod engine;
mod users;

pub use aurora::{AuroraEndpoint, AuroraMysql, AuroraPostgres};
pub use connection::Dialect;
pub use container::{MysqlContainer, PostgresContainer};
pub use engine::{Engine, Mysql, Postgres};
pub use users::Rights;

use std::marker::PhantomData;
use std::rc::Rc;

use custom_resources::external_secrets::generators::v1alpha1 as generators;
use custom_resources::external_secrets::v1 as external_secrets;
use custom_resources::istio::networking::v1 as istio;
use custom_resources::istio::security::v1 as security;
use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::api::networking::v1 as networking;

use self::aurora::{AuroraDatabase, AuroraServer};
use self::connection::Parts;
use self::container::{ContainerDatabase, ContainerServer};
use self::engine::EngineKind;
use crate::data::encryption::CaFile;
use crate::data::login::with_login;
use crate::data::secret::SecretKey;
use crate::model::component::Component;
use crate::model::error::BuildError;
use crate::model::label::SelectorLabels;
use crate::model::made_for::MadeFor;
use crate::model::origin::Origin;
use crate::model::patch::{Made, patchable};
use crate::model::rule::Rule;
use crate::values::{Name, Port};
use crate::workload::{StatefulSet, Variable};

/// A database of an engine, wherever it runs: what a service asks of the place it runs in, as `impl Into<Database<Postgres>>`.
///
/// A [`MysqlContainer`] or an [`AuroraMysql`] is one of [`Mysql`], a [`PostgresContainer`] or an [`AuroraPostgres`] one of
/// [`Postgres`].
#[derive(Clone, Debug)]
pub struct Database<E> {
    place: Place,
    engine: PhantomData<E>,
}

#[derive(Clone, Debug)]
enum Place {
    Container(ContainerDatabase),
    Aurora(AuroraDatabase),
}

/// A database that belongs to a component: its address and credentials as environment variables.
#[derive(Clone)]
pub struct DatabaseHandle {
    /// Whose variables these are.
    reader: Component,
    /// What its own objects are named after.
    component: Component,
    engine: EngineKind,
    host: String,
    port: Port,
    database: Name,
    user: SecretKey,
    password: SecretKey,
    /// By what clients check the server; none where they ask for no TLS.
    ca: Option<CaFile>,
    server: Server,
    made_for: MadeFor,
    made: Made,
}

/// What several users have in common.
#[derive(Clone)]
enum Server {
    Container(Rc<ContainerServer>),
    Aurora(Rc<AuroraServer>),
}

patchable! {
    /// Aurora has a ServiceEntry and an ExternalSecret, a [container](Self::container) all others and no ServiceEntry:
    ///
    /// ```
    /// # use k8s_openapi::api::core::v1 as core;
    /// # use manifests_lib::data::database::DatabaseHandle;
    /// # fn example(database: &DatabaseHandle) {
    /// if database.container().is_some() {
    ///     database.patch(|service: &mut core::Service| {
    ///         service.spec.get_or_insert_default().publish_not_ready_addresses = Some(true);
    ///     });
    /// }
    /// # }
    /// ```
    ///
    DatabaseHandle {
        made: apps::StatefulSet, core::ConfigMap, core::Service, core::ServiceAccount,
            external_secrets::ExternalSecret, generators::Password, istio::DestinationRule, istio::ServiceEntry,
            istio::Sidecar, networking::NetworkPolicy, security::AuthorizationPolicy;
    }
}

impl Component {
    /// Gives the component a database of its own: a container admits no other component, Aurora nobody without credentials.
    ///
    /// Objects are named `<bundle>-db-<kind>`. Aurora becomes a ServiceEntry, an ExternalSecret and, with TLS, a ConfigMap of
    /// CAs; a container becomes a StatefulSet, a headless Service, an ExternalSecret and two password generators. A container
    /// speaks no TLS itself: the mesh encrypts what is sent to it, and refuses whoever is not of the mesh. Without a mesh it is sent in
    /// plain text.
    #[track_caller]
    #[must_use = "give its address and credentials to a container"]
    pub fn database<E: Engine>(&self, database: impl Into<Database<E>>) -> DatabaseHandle {
        let name = self.bundle.name.clone();
        self.database_at(Origin::here(), name!("db"), name, database.into())
    }

    /// Gives the component another database beside its [first](Self::database): `database_named(name!("audit"), database)`.
    ///
    /// Objects are named `<bundle>-db-<name>-<kind>`; in a container, database and user have the name.
    #[track_caller]
    #[must_use = "give its address and credentials to a container"]
    pub fn database_named<E: Engine>(
        &self,
        name: Name,
        database: impl Into<Database<E>>,
    ) -> DatabaseHandle {
        let component = name!("db").with_suffix(name.as_str());
        self.database_at(Origin::here(), component, name, database.into())
    }

    /// `of` is what a container calls its database and user.
    fn database_at<E: Engine>(
        &self,
        origin: Origin,
        component: Name,
        of: Name,
        database: Database<E>,
    ) -> DatabaseHandle {
        let (name, is_user, way_out) = match &database.place {
            Place::Container(_) if component == name!("db") => {
                (&of, true, "it is the bundle's: give the bundle another name")
            }
            Place::Container(_) => (&of, true, "name another database"),
            Place::Aurora(aurora) => (&aurora.database, false, "name another database"),
        };
        if let Some(why) = E::KIND.refused_name(name, is_user) {
            let message = format!("{why}: {way_out}");
            self.bundle.error(BuildError::new(EngineKind::NAMES, origin, message));
        }
        match database.place {
            Place::Container(container) => container.add_to(self, origin, component, of, E::KIND),
            Place::Aurora(aurora) => aurora.add_to(self, origin, component, E::KIND),
        }
    }
}

impl DatabaseHandle {
    /// The host, under the variable's name that the service reads.
    #[must_use]
    pub fn host(&self, variable: &str) -> Variable {
        self.variable(variable, &self.host)
    }

    /// The port.
    #[must_use]
    pub fn port(&self, variable: &str) -> Variable {
        self.variable(variable, self.port.to_string())
    }

    /// The name of the database.
    #[must_use]
    pub fn name(&self, variable: &str) -> Variable {
        self.variable(variable, &self.database)
    }

    /// The user, from the database's Secret.
    #[must_use]
    pub fn user(&self, variable: &str) -> Variable {
        self.user.variable(variable)
    }

    /// The password, from the database's Secret.
    #[must_use]
    pub fn password(&self, variable: &str) -> Variable {
        self.password.variable(variable)
    }

    /// How much the client checks, in the engine's own words: `verify-full` or `disable` of PostgreSQL (`PGSSLMODE`),
    /// `VERIFY_IDENTITY` or `DISABLED` of MySQL.
    ///
    /// Upstream: <https://www.postgresql.org/docs/current/libpq-ssl.html>,
    /// <https://dev.mysql.com/doc/refman/8.4/en/connection-options.html#option_general_ssl-mode>
    #[must_use]
    pub fn ssl_mode(&self, variable: &str) -> Variable {
        let mode = match (self.engine, &self.ca) {
            (EngineKind::Mysql, Some(_)) => "VERIFY_IDENTITY",
            (EngineKind::Mysql, None) => "DISABLED",
            (EngineKind::Postgres, Some(_)) => "verify-full",
            (EngineKind::Postgres, None) => "disable",
        };
        self.variable(variable, mode)
    }

    /// Path of the file with the CAs by which the client checks the server (`PGSSLROOTCERT`): whichever container takes the
    /// variable has the file. Empty where the client asks for no TLS, which libpq reads as none.
    #[must_use]
    pub fn ca_file(&self, variable: &str) -> Variable {
        let path = self.ca.as_ref().map(|ca| ca.path.clone()).unwrap_or_default();
        self.variable(variable, path).about(self.ca.clone())
    }

    /// The connection as a URL, such as `postgres://$(…):$(…)@host:5432/web?sslmode=verify-full&sslrootcert=/etc/ca/db/ca.pem`.
    ///
    /// User and password are variables before it, `<variable>_USER` and `<variable>_PASSWORD`, which Kubernetes puts into it when
    /// the container starts: no password stands in the manifest. Where they come from AWS Secrets Manager, they are there with
    /// all characters escaped that mean something in a URL. The container gets the file of CAs. Which drivers read what it says of
    /// TLS is said at [`Dialect::Url`]: those of Node read none of it for MySQL.
    ///
    /// Upstream: <https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/>
    #[must_use]
    #[track_caller]
    pub fn url(&self, variable: &str) -> Variable {
        self.string_at(Origin::here(), variable, Dialect::Url)
    }

    /// The same in another dialect: `connection_string("DATABASE_URL", Dialect::Jdbc)`.
    ///
    /// The build reports what the dialect cannot say.
    #[must_use]
    #[track_caller]
    pub fn connection_string(&self, variable: &str, dialect: Dialect) -> Variable {
        self.string_at(Origin::here(), variable, dialect)
    }

    fn string_at(&self, origin: Origin, variable: &str, dialect: Dialect) -> Variable {
        let escape = dialect.escape();
        let [user, password] = [&self.user, &self.password].map(|key| key.escaped(escape));
        let string = with_login(variable, &user, &password, &self.made_for, |user, password| {
            let string = dialect.write(&Parts {
                engine: self.engine,
                host: &self.host,
                port: self.port,
                database: &self.database,
                user,
                password,
                ca: self.ca.as_ref().map(|ca| ca.path.as_str()),
            });
            if string.is_none() {
                let message = format!("{dialect:?} of {} {}", self.engine, dialect.refusal());
                let rule = Rule::InvalidConnectionString;
                self.reader.bundle.error(BuildError::new(rule, origin, message));
            }
            string.unwrap_or_default()
        });
        string.about(self.ca.clone())
    }

    fn variable(&self, name: &str, value: impl Into<String>) -> Variable {
        Variable::from_handle(name, value, self.made_for.clone())
    }

    /// Its StatefulSet, where it is a container; Aurora has none.
    #[must_use]
    pub fn container(&self) -> Option<&StatefulSet> {
        match &self.server {
            Server::Container(container) => Some(&container.stateful_set),
            Server::Aurora(_) => None,
        }
    }

    /// Keeps the selector of a database's StatefulSet that a cluster already has; Aurora has none. The rule is `app` and
    /// `component`.
    pub fn stateful_set_selector(&self, labels: SelectorLabels) {
        if let Some(stateful_set) = self.container() {
            stateful_set.selector(labels);
        }
    }
}
