//! Valkey in a container: a laptop's stand-in for ElastiCache.

use std::collections::BTreeMap;

use super::{CacheHandle, REDIS};
use crate::data::secret::{self, GeneratedText};
use crate::model::component::Component;
use crate::model::made_for::MadeFor;
use crate::model::origin::Origin;
use crate::network::callable::Callable;
use crate::network::mesh;
use crate::network::protocol::Tcp;
use crate::network::service::Service;
use crate::uid;
use crate::values::{Bytes, Name, PublicImage};
use crate::workload::{Container, NodeGroup, Probe, Resources, VolumeClaimTemplate, Workload};

/// Valkey in a container, which speaks the protocol of Redis.
///
/// Becomes a StatefulSet of one pod, a headless Service that only the owning component may call, and a password that External Secrets
/// generates once. The mesh encrypts what is sent to it; without a mesh, the password and keys cross the cluster's network in plain
/// text, and the network alone says who connects.
///
/// Upstream: <https://hub.docker.com/r/valkey/valkey>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValkeyContainer {
    /// Image of Valkey 8 or later that is built on Debian: `public_image!("valkey/valkey:8.1.4@sha256:…")`.
    pub image: PublicImage,
    /// Nodes that it runs on: `NodeGroup { label, value }`.
    pub on: NodeGroup,
    /// CPU and memory, of which keys get a part: `Resources { cpu: millicores(100), memory: mebibytes(128) }`.
    pub resources: Resources,
    /// What outlives the pod: `Persistence::None`.
    pub persistence: Persistence,
}

/// What of a cache outlives its pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Persistence {
    /// Nothing. Keys get three quarters of the memory; where it is full, those that were not read for longest go.
    None,
    /// All but the last second, on a volume. Keys get half of the memory, as copies of it are written; where it is full, writing
    /// fails.
    Volume {
        /// Size of the volume: `gibibytes(1)`.
        size: Bytes,
        /// Storage class of the volume: `Minikube::LOCAL_PATH`.
        storage_class: Name,
    },
}

/// Fails where the server answers with an error: while it reads its volume, it does.
const PING: &[&str] = &["valkey-cli", "-e", "ping"];

impl Persistence {
    /// The file of configuration, which the shell completes with the password.
    fn configuration(&self, memory: Bytes) -> String {
        let memory = u64::from(memory.as_mebibytes());
        let (memory, rest) = match self {
            Self::None => (memory * 3 / 4, "maxmemory-policy allkeys-lru\nsave \"\"\n"),
            Self::Volume { .. } => {
                (memory / 2, "maxmemory-policy noeviction\ndir /data\nappendonly yes\n")
            }
        };
        format!("requirepass $VALKEYCLI_AUTH\nmaxmemory {memory}mb\n{rest}")
    }
}

impl ValkeyContainer {
    pub(super) fn add_to(self, owner: &Component, origin: Origin, component: Name) -> CacheHandle {
        let Self { image, on, resources, persistence } = self;
        let component = &owner.sibling(component, &on);
        let secret = secret::generated(
            component,
            origin,
            vec![GeneratedText {
                generator: component.object_name("password"),
                key: "password".to_owned(),
                length: 32,
            }],
            BTreeMap::from([("username".to_owned(), "default".to_owned())]),
        );
        let stateful_set = component.stateful_set_at(origin, 1);
        // The image's own valkey user.
        let user = uid!(999);
        let valkey = stateful_set.pod().container(
            origin,
            Container {
                name: name!("valkey"),
                image: image.into(),
                port: REDIS,
                resources,
                user: user.clone(),
                probe: Probe::Exec(PING),
            },
        );
        // By its input: arguments are read by whoever lists processes.
        let configuration = persistence.configuration(resources.memory);
        let script =
            format!("exec valkey-server - <<CONFIGURATION\n{configuration}CONFIGURATION\n");
        valkey.command(["sh", "-c", &script]);
        valkey.env_at(origin, [secret.key("password").variable("VALKEYCLI_AUTH")]);
        if let Persistence::Volume { size, storage_class } = persistence {
            let claim =
                VolumeClaimTemplate { name: name!("data"), size, storage_class, owner: user };
            let data = stateful_set.volume_claim_template_at(origin, claim);
            valkey.mount_at(origin, &data, path!("/data"));
        }
        let service: Service<Tcp> = valkey.expose_at(origin, REDIS);
        stateful_set.governed_by(&service);
        let mutual_tls = mesh::require_mutual_tls(origin, &service.state());
        let (host, _) = service.admit(owner, origin).into_parts();
        CacheHandle {
            host,
            user: secret.key("username").only_for(owner, origin),
            password: secret.key("password").only_for(owner, origin),
            by_tls: false,
            container: Some(stateful_set),
            made_for: MadeFor::component(owner, origin),
            made: secret.made.through(&mutual_tls),
        }
    }
}
