//! Databases that a service cannot tell apart: a MySQL container or Aurora.

mod aurora;
mod mysql_container;

pub use aurora::{Aurora, AuroraEndpoint};
pub use mysql_container::MysqlContainer;

use custom_resources::external_secrets::generators::v1alpha1 as generators;
use custom_resources::external_secrets::v1 as external_secrets;
use custom_resources::istio::networking::v1 as istio;
use custom_resources::istio::security::v1 as security;
use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::api::networking::v1 as networking;

use crate::data::secret::SecretKey;
use crate::model::component::Component;
use crate::model::error::BuildError;
use crate::model::label::SelectorLabels;
use crate::model::made_for::MadeFor;
use crate::model::origin::Origin;
use crate::model::patch::{Made, patchable};
use crate::model::rule::Rule;
use crate::values::{Name, Port};
use crate::workload::{NodeGroup, StatefulSet, Variable};

/// Where MySQL listens.
const MYSQL: Port = port!(3306);

/// A MySQL 8.0 database of one component, wherever it runs.
#[derive(Clone, Debug)]
pub enum Database {
    /// In the cluster, for laptops.
    MysqlContainer(MysqlContainer),
    /// Aurora MySQL 3.
    Aurora(Aurora),
}

/// A database that belongs to a component: its address and credentials as environment variables.
#[derive(Clone)]
pub struct DatabaseHandle {
    host: String,
    port: Port,
    database: Name,
    user: SecretKey,
    password: SecretKey,
    container: Option<StatefulSet>,
    made_for: MadeFor,
    made: Made,
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
        made: apps::StatefulSet, core::Service, core::ServiceAccount, external_secrets::ExternalSecret,
            generators::Password, istio::DestinationRule, istio::ServiceEntry, istio::Sidecar,
            networking::NetworkPolicy, security::AuthorizationPolicy;
    }
}

impl Component {
    /// Gives the component a database of its own: a container admits no other component, Aurora nobody without credentials.
    ///
    /// Objects are named `<bundle>-db-<kind>`. Aurora becomes a ServiceEntry and an ExternalSecret; a container becomes a
    /// StatefulSet, a headless Service, an ExternalSecret and two password generators.
    #[track_caller]
    #[must_use = "give its address and credentials to a container"]
    pub fn database(&self, database: impl Into<Database>) -> DatabaseHandle {
        self.database_at(Origin::here(), database.into())
    }

    fn database_at(&self, origin: Origin, database: Database) -> DatabaseHandle {
        let (name, is_user, way_out) = match &database {
            Database::MysqlContainer(_) => {
                (&self.bundle.name, true, "it is the bundle's: give the bundle another name")
            }
            Database::Aurora(aurora) => (&aurora.database, false, "name another database"),
        };
        if let Some(why) = refused_name(name, is_user) {
            let message = format!("{why}: {way_out}");
            self.bundle.error(BuildError::new(Rule::InvalidDatabaseName, origin, message));
        }
        match database {
            Database::MysqlContainer(container) => container.add_to(self, origin),
            Database::Aurora(aurora) => aurora.add_to(self, origin),
        }
    }

    /// The component that a database of this one is made of.
    fn of_database(&self, nodes: &NodeGroup) -> Self {
        self.sibling(name!("db"), nodes)
    }
}

/// Databases that every MySQL has by itself.
const OF_MYSQL: [&str; 2] = ["mysql", "sys"];

/// What MySQL allows for the name of a user.
///
/// Upstream: <https://dev.mysql.com/doc/refman/8.4/en/user-names.html>
const LONGEST_USER: usize = 32;

/// Why MySQL does not take a name for a database and, in a container, for its user.
fn refused_name(name: &Name, is_user: bool) -> Option<String> {
    let text = name.as_str();
    if OF_MYSQL.contains(&text) {
        return Some(format!("MySQL has a database {name} of its own"));
    }
    if is_user && text == "root" {
        return Some("the image of MySQL takes no user root, which it makes itself".to_owned());
    }
    (is_user && text.len() > LONGEST_USER).then(|| {
        format!(
            "MySQL takes {LONGEST_USER} characters for the name of a user, and {name} has {}",
            text.len()
        )
    })
}

impl From<MysqlContainer> for Database {
    fn from(container: MysqlContainer) -> Self {
        Self::MysqlContainer(container)
    }
}

impl From<Aurora> for Database {
    fn from(aurora: Aurora) -> Self {
        Self::Aurora(aurora)
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

    fn variable(&self, name: &str, value: impl Into<String>) -> Variable {
        Variable::from_handle(name, value, self.made_for.clone())
    }

    /// Its StatefulSet, where it is a container; Aurora has none.
    #[must_use]
    pub fn container(&self) -> Option<&StatefulSet> {
        self.container.as_ref()
    }

    /// Keeps the selector of a database's StatefulSet that a cluster already has; Aurora has none. The rule is `app` and
    /// `component`.
    pub fn stateful_set_selector(&self, labels: SelectorLabels) {
        if let Some(stateful_set) = &self.container {
            stateful_set.selector(labels);
        }
    }
}
