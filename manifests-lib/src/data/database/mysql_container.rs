//! MySQL in a container: a laptop's stand-in for Aurora.

use std::collections::BTreeMap;

use super::{DatabaseHandle, MYSQL};
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
use crate::values::{Bytes, Name, PublicImage, Seconds, mebibytes, seconds};
use crate::workload::{Container, NodeGroup, Probe, Resources, VolumeClaimTemplate, Workload};

/// MySQL in a container, one per database, on a volume that outlives it.
///
/// Becomes a StatefulSet of one pod in the mesh, a headless Service that only the owning component may call, and
/// passwords that External Secrets generates once and never changes, as the data keeps them.
///
/// Upstream: <https://hub.docker.com/_/mysql>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MysqlContainer {
    /// Image of MySQL 8.4, whose options it is started with. It upgrades the data of 8.0 at its first start.
    /// `public_image!("mysql:8.4.11@sha256:…")`.
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

/// Succeeds once the server answers, even where it refuses the user, and fails during the first start, which listens at no address. A
/// probe by TCP would come from the sidecar's address, which the clients of the mesh have, too, and which the server blocks after 100
/// connections without a login.
///
/// Upstream: <https://dev.mysql.com/doc/refman/8.4/en/mysqladmin.html>, <https://dev.mysql.com/doc/refman/8.4/en/host-cache.html>
const PING: &[&str] = &["mysqladmin", "--host=127.0.0.1", "ping"];

/// How long MySQL may take to initialise an empty volume, or to recover a large one.
const SLOWEST_START: Seconds = seconds(900);

impl MysqlContainer {
    pub(super) fn add_to(self, owner: &Component, origin: Origin) -> DatabaseHandle {
        let Self { image, on, resources, storage, storage_class } = self;
        let component = &owner.of_database(&on);
        let database = component.bundle.name.clone();
        let secret = passwords(component, origin, &database);
        let stateful_set = component.stateful_set_at(origin, 1);
        // The image's own mysql user.
        let user = uid!(999);
        let data = stateful_set.volume_claim_template_at(
            origin,
            VolumeClaimTemplate {
                name: name!("data"),
                size: storage,
                storage_class,
                owner: user.clone(),
            },
        );
        let mysql = stateful_set.pod().container(
            origin,
            Container {
                name: name!("mysql"),
                image: image.into(),
                port: MYSQL,
                resources,
                user,
                probe: Probe::Exec(PING),
            },
        );
        // What Aurora MySQL 3 creates users with, and every client understands.
        mysql.arguments([
            "--mysql-native-password=ON",
            "--authentication-policy=*:mysql_native_password",
        ]);
        // A first start that is cut off leaves a database without users, which no later start repairs.
        mysql.startup_time(SLOWEST_START);
        mysql.env_at(
            origin,
            [
                plain!("MYSQL_DATABASE", &database),
                // Root enters from inside the container only.
                plain!("MYSQL_ROOT_HOST", "localhost"),
                secret.key("username").variable("MYSQL_USER"),
                secret.key("password").variable("MYSQL_PASSWORD"),
                secret.key("root-password").variable("MYSQL_ROOT_PASSWORD"),
            ],
        );
        mysql.mount_at(origin, &data, path!("/var/lib/mysql"));
        mysql.empty_dir_at(origin, path!("/tmp"), mebibytes(256));
        mysql.empty_dir_at(origin, path!("/var/run/mysqld"), mebibytes(16));
        let service: Service<Tcp> = mysql.expose_at(origin, MYSQL);
        stateful_set.governed_by(&service);
        let mutual_tls = mesh::require_mutual_tls(origin, service.state());
        let (host, port) = service.admit(owner, origin).into_parts();
        DatabaseHandle {
            host,
            port,
            user: secret.key("username").only_for(owner, origin),
            password: secret.key("password").only_for(owner, origin),
            database,
            container: Some(stateful_set),
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
