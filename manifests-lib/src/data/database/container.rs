//! Databases in containers: a laptop's stand-in for Aurora.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::rc::Rc;

use super::engine::EngineKind;
use super::users::Users;
use super::{Database, DatabaseHandle, Mysql, Place, Postgres, Server};
use crate::data::secret::{self, GeneratedText, Secret};
use crate::model::component::Component;
use crate::model::made_for::MadeFor;
use crate::model::origin::Origin;
use crate::network::callable::Callable;
use crate::network::mesh;
use crate::network::protocol::Tcp;
use crate::network::service::Service;
use crate::plain;
use crate::uid;
use crate::values::{AbsolutePath, Bytes, Name, PublicImage, Seconds, mebibytes, seconds};
use crate::workload::{
    Container, ContainerHandle, NodeGroup, Probe, Resources, StatefulSet, User, Variable,
    VolumeClaimTemplate, WithPort, Workload,
};

/// MySQL in a container, one per database, on a volume that outlives it.
///
/// Becomes a StatefulSet of one pod, a headless Service that only the owning component may call, and passwords that External
/// Secrets generates once and never changes, as the data keeps them. The mesh encrypts what is sent to it; without a mesh,
/// passwords and data cross the cluster's network in plain text, and the network alone says who connects.
///
/// Upstream: <https://hub.docker.com/_/mysql>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MysqlContainer {
    /// Image of MySQL 8.4, whose options it is started with. It upgrades the data of 8.0 at its first start.
    /// `public_image!("…")`.
    pub image: PublicImage,
    /// Nodes that it runs on: `NodeGroup { label, value }`.
    pub on: NodeGroup,
    /// CPU and memory: `Resources { cpu: millicores(100), memory: mebibytes(128) }`.
    pub resources: Resources,
    /// Size of the data volume: `gibibytes(5)`.
    pub storage: Bytes,
    /// Storage class of the data volume: `Minikube::LOCAL_PATH`.
    pub storage_class: Name,
}

/// PostgreSQL in a container, one per database, on a volume that outlives it.
///
/// Becomes a StatefulSet of one pod, a headless Service that only the owning component may call, a ConfigMap with the script of
/// its first start, and passwords that External Secrets generates once and never changes, as the data keeps them. The mesh
/// encrypts what is sent to it; without a mesh, passwords and data cross the cluster's network in plain text, and the network
/// alone says who connects. The owner has the database and everything in it, and is no superuser, as with Aurora.
///
/// Upstream: <https://hub.docker.com/_/postgres>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostgresContainer {
    /// Image of PostgreSQL 14 or later that is built on Debian. Another major version does not read the data of this one.
    /// `public_image!("…")`.
    pub image: PublicImage,
    /// Nodes that it runs on: `NodeGroup { label, value }`.
    pub on: NodeGroup,
    /// CPU and memory: `Resources { cpu: millicores(100), memory: mebibytes(128) }`.
    pub resources: Resources,
    /// Size of the data volume: `gibibytes(5)`.
    pub storage: Bytes,
    /// Storage class of the data volume: `Minikube::LOCAL_PATH`.
    pub storage_class: Name,
}

// The structs are written out, so that their documentation stands where pages look for it.
macro_rules! containers {
    ($($container:ident of $engine:ident)*) => {
        $(
            impl From<$container> for Database<$engine> {
                fn from(container: $container) -> Self {
                    let $container { image, on, resources, storage, storage_class } = container;
                    let container = ContainerDatabase { image, on, resources, storage, storage_class };
                    Self { place: Place::Container(container), engine: PhantomData }
                }
            }
        )*
    };
}

containers! {
    MysqlContainer of Mysql
    PostgresContainer of Postgres
}

/// A database in a container, of whichever engine.
#[derive(Clone, Debug)]
pub(super) struct ContainerDatabase {
    image: PublicImage,
    on: NodeGroup,
    resources: Resources,
    storage: Bytes,
    storage_class: Name,
}

/// What the users of a database in a container have in common.
pub(super) struct ContainerServer {
    pub(super) stateful_set: StatefulSet,
    pub(super) container: ContainerHandle<WithPort>,
    pub(super) service: Service<Tcp>,
    pub(super) users: Rc<Users>,
}

/// How long a database may take to initialise an empty volume, or to recover a large one.
const SLOWEST_START: Seconds = seconds(900);

/// What differs between the images of engines.
struct Engine {
    name: Name,
    /// The image's own user.
    user: User,
    /// Succeeds once the server answers, even where it refuses the user, and fails during the first start, which listens at no
    /// address.
    ping: &'static [&'static str],
    arguments: &'static [&'static str],
    data: AbsolutePath,
    /// Folders that it writes to beside its data, and how many MiB.
    folders: [(AbsolutePath, u32); 2],
}

impl Engine {
    fn of(engine: EngineKind) -> Self {
        match engine {
            EngineKind::Mysql => Self {
                name: name!("mysql"),
                user: uid!(999),
                // A probe by TCP would come from the sidecar's address, which the clients of the mesh have, too, and which the
                // server blocks after 100 connections without a login.
                ping: &["mysqladmin", "--host=127.0.0.1", "ping"],
                // What Aurora MySQL 3 creates users with, and every client understands.
                arguments: &[
                    "--mysql-native-password=ON",
                    "--authentication-policy=*:mysql_native_password",
                ],
                data: path!("/var/lib/mysql"),
                folders: [(path!("/tmp"), 256), (path!("/var/run/mysqld"), 16)],
            },
            EngineKind::Postgres => Self {
                name: name!("postgres"),
                user: uid!(999),
                ping: &["pg_isready", "--host=127.0.0.1", "--username=postgres"],
                arguments: &[],
                // Where releases of the image keep data by themselves differs, and 18 refuses the place of 17.
                data: path!("/data"),
                folders: [(path!("/tmp"), 256), (path!("/var/run/postgresql"), 16)],
            },
        }
    }
}

/// What the image reads at its first start.
fn variables(engine: EngineKind, database: &Name, secret: &Secret) -> Vec<Variable> {
    let key = |key: &str, variable: &str| secret.key(key).variable(variable);
    match engine {
        EngineKind::Mysql => vec![
            plain!("MYSQL_DATABASE", database),
            // Root enters from inside the container only.
            plain!("MYSQL_ROOT_HOST", "localhost"),
            key("username", "MYSQL_USER"),
            key("password", "MYSQL_PASSWORD"),
            key("root-password", "MYSQL_ROOT_PASSWORD"),
        ],
        EngineKind::Postgres => vec![
            // A volume may have a folder of its file system, beside which no data is initialised.
            plain!("PGDATA", "/data/pgdata"),
            key("root-password", "POSTGRES_PASSWORD"),
            key("password", "OWNER_PASSWORD"),
        ],
    }
}

impl ContainerDatabase {
    pub(super) fn add_to(
        self,
        owner: &Component,
        origin: Origin,
        component: Name,
        database: Name,
        engine: EngineKind,
    ) -> DatabaseHandle {
        let Self { image, on, resources, storage, storage_class } = self;
        let component = &owner.sibling(component, &on);
        let secret = passwords(component, origin, &database);
        let Engine { name, user, ping, arguments, data: folder, folders } = Engine::of(engine);
        let users = Users::of(component, origin, engine, database.clone());
        let stateful_set = component.stateful_set_at(origin, 1);
        let data = stateful_set.volume_claim_template_at(
            origin,
            VolumeClaimTemplate {
                name: name!("data"),
                size: storage,
                storage_class,
                owner: user.clone(),
            },
        );
        let container = stateful_set.pod().container(
            origin,
            Container {
                name,
                image: image.into(),
                port: engine.port(),
                resources,
                user,
                probe: Probe::Exec(ping),
            },
        );
        if !arguments.is_empty() {
            container.arguments(arguments.iter().copied());
        }
        // A first start that is cut off leaves a database without users, which no later start repairs.
        container.startup_time(SLOWEST_START);
        container.env_at(origin, variables(engine, &database, &secret));
        container.mount_at(origin, &data, folder);
        for (folder, size) in folders {
            container.empty_dir_at(origin, folder, mebibytes(size));
        }
        if engine == EngineKind::Postgres {
            users.mount(origin, &container);
        }
        let service: Service<Tcp> = container.expose_at(origin, engine.port());
        stateful_set.governed_by(&service);
        let mutual_tls = mesh::require_mutual_tls(origin, &service.state());
        let (host, port) = service.admit(owner, origin).into_parts();
        DatabaseHandle {
            reader: owner.clone(),
            component: component.clone(),
            engine,
            host,
            port,
            user: secret.key("username").only_for(owner, origin),
            password: secret.key("password").only_for(owner, origin),
            database,
            ca: None,
            server: Server::Container(Rc::new(ContainerServer {
                stateful_set,
                container,
                service,
                users,
            })),
            made_for: MadeFor::component(owner, origin),
            made: secret.made.through(&mutual_tls),
        }
    }
}

/// The user, and the generated passwords of the user and of root.
fn passwords(component: &Component, origin: Origin, user: &Name) -> Secret {
    let text = |generator: &str, key: &str| GeneratedText {
        generator: component.object_name(generator),
        key: key.to_owned(),
        length: 32,
    };
    let texts = vec![text("root-password", "root-password"), text("user-password", "password")];
    let known = BTreeMap::from([("username".to_owned(), user.to_string())]);
    secret::generated(component, origin, texts, known)
}
