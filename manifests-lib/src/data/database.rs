//! Databases that a service cannot tell apart: a MySQL container or Aurora.

mod aurora;
mod mysql_container;

pub use aurora::{Aurora, AuroraEndpoint};
pub use mysql_container::MysqlContainer;

use crate::data::secret::SecretKey;
use crate::data::secret_store::ClusterSecretStore;
use crate::model::component::Component;
use crate::model::label::SelectorLabels;
use crate::model::origin::Origin;
use crate::values::{Name, Port};
use crate::workload::{StatefulSetHandle, Variable};

/// Where MySQL listens.
const MYSQL: Port = port!(3306);

/// A MySQL 8.0 database of one component, wherever it runs.
#[derive(Clone, Debug)]
pub enum Database {
    /// In the cluster, for laptops.
    MysqlContainer(MysqlContainer),
    /// Aurora MySQL 3, with credentials from this store.
    Aurora(Aurora, ClusterSecretStore),
}

/// A database that belongs to a component: its address and credentials as environment variables.
#[derive(Clone)]
pub struct DatabaseHandle {
    host: String,
    port: Port,
    database: Name,
    user: SecretKey,
    password: SecretKey,
    container: Option<StatefulSetHandle>,
}

impl Component {
    /// Gives the component a database of its own: a container admits no other component, Aurora nobody without credentials.
    ///
    /// Objects are named `<bundle>-db-<kind>`. Aurora becomes a ServiceEntry and an ExternalSecret; a container becomes a
    /// StatefulSet, a headless Service, an ExternalSecret and two password generators.
    #[track_caller]
    #[must_use = "give its address and credentials to a container"]
    pub fn database(&self, database: &Database) -> DatabaseHandle {
        let origin = Origin::here();
        let component = self.sibling(name!("db"));
        match database {
            Database::MysqlContainer(container) => container.add_to(&component, self, origin),
            Database::Aurora(aurora, store) => aurora.add_to(&component, store, origin),
        }
    }
}

impl DatabaseHandle {
    /// The host, under the variable's name that the service reads.
    #[must_use]
    pub fn host(&self, variable: &str) -> Variable {
        Variable::from_handle(variable, &self.host)
    }

    /// The port.
    #[must_use]
    pub fn port(&self, variable: &str) -> Variable {
        Variable::from_handle(variable, self.port.to_string())
    }

    /// The name of the database.
    #[must_use]
    pub fn name(&self, variable: &str) -> Variable {
        Variable::from_handle(variable, &self.database)
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

    /// Keeps the selector of a database's StatefulSet that a cluster already has; Aurora has none. The rule is `app` and
    /// `component`.
    pub fn stateful_set_selector(&self, labels: SelectorLabels) {
        if let Some(stateful_set) = &self.container {
            stateful_set.selector(labels);
        }
    }
}
