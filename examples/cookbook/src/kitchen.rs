//! What recipes share: the namespace, the nodes, a container without anything of its own, and what the platform around them has.

use manifests_lib::cluster::ApiServer;
use manifests_lib::data::cache::Cache;
use manifests_lib::data::database::{Database, Postgres};
use manifests_lib::data::{CredentialsSource, SecretSource};
use manifests_lib::model::Namespace;
use manifests_lib::network::mesh::IngressGateway;
use manifests_lib::prelude::*;
use manifests_lib::workload::NodeGroup;

/// The namespace of all recipes.
pub(crate) const SHOP: Namespace = Namespace::new(name!("shop"));

/// The nodes of all recipes.
pub(crate) const NODES: NodeGroup =
    NodeGroup { label: label_key!("node.kubernetes.io/nodegroup"), value: name!("shop") };

/// Where requests from outside enter the mesh.
pub(crate) const INGRESS: IngressGateway = IngressGateway {
    name: name!("ingress-gateway"),
    namespace: Namespace::new(name!("istio-ingress")),
    selector: name!("ingress"),
};

/// Where requests leave the mesh.
pub(crate) const EGRESS: EgressGateway = EgressGateway {
    name: name!("egress-gateway"),
    namespace: Namespace::new(name!("istio-egress")),
    selector: name!("egress"),
};

/// What a recipe may take: the team that it is for, and what the platform around it has.
pub(crate) struct Kitchen {
    pub(crate) team: Team,
    /// The public gateway.
    pub(crate) entrance: PublicEntrance,
    /// The way to hosts outside.
    pub(crate) egress: EgressGateway,
    pub(crate) rabbitmq: Rabbitmq,
    pub(crate) api_server: ApiServer,
    /// A database of this name: a container on a laptop, Aurora in production.
    pub(crate) postgres: fn(Name) -> Database<Postgres>,
    /// Who reads the database of another service.
    pub(crate) reader: CredentialsSource,
    /// A cache: a container on a laptop, `ElastiCache` in production.
    pub(crate) cache: Cache,
    /// Where a secret comes from: generated on a laptop, AWS Secrets Manager in production.
    pub(crate) license: SecretSource,
    pub(crate) storage_class: Name,
}

const IMAGE: PublicImage = public_image!(
    "ghcr.io/mccutchen/go-httpbin:2.25.0@sha256:20739736d4eb8dc1b998dff701f437b8bd62dcc46492bd0d861e89890ca36500"
);

const BUSYBOX: PublicImage = public_image!(
    "busybox:1.38.0@sha256:fd8d9aa63ba2f0982b5304e1ee8d3b90a210bc1ffb5314d980eb6962f1a9715d"
);

// begin: helpers
/// A container that speaks HTTP on port 8080.
pub(crate) fn web() -> Container {
    Container {
        name: name!("server"),
        image: IMAGE.into(),
        port: port!(8080),
        resources: Resources { cpu: millicores(50), memory: mebibytes(64) },
        user: uid!(65532),
        probe: Probe::Http(url_path!("/status/200")),
    }
}

/// A container that listens on no port.
pub(crate) fn worker() -> PortlessContainer {
    let Container { image, resources, user, .. } = web();
    PortlessContainer { name: name!("worker"), image, resources, user }
}

/// A container that runs to its end before the others start.
pub(crate) fn first() -> InitContainer {
    InitContainer {
        name: name!("first"),
        image: BUSYBOX.into(),
        resources: Resources { cpu: millicores(10), memory: mebibytes(16) },
        user: uid!(65532),
    }
}
// end: helpers
