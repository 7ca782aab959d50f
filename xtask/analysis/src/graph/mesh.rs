//! The mesh of Istio: what its objects name, route, admit and encrypt.
//!
//! Upstream: <https://istio.io/latest/docs/reference/config/>

pub mod authorization;
mod configuration;
mod destinations;
mod hosts;
pub mod membership;
pub mod mutual_tls;
mod references;
pub mod routes;
pub mod visibility;
pub mod waypoints;

use std::collections::HashMap;

pub use configuration::Configuration;
pub use destinations::{Destination, Layer};
pub use hosts::{Host, full, overlap, service_of};
pub(super) use references::references;

use crate::objects::{Object, Objects, text};

/// The group of what routes.
pub const ROUTING: &str = "networking.istio.io";
/// The group of what admits.
pub const SECURITY: &str = "security.istio.io";
/// The group of what observes.
pub const TELEMETRY: &str = "telemetry.istio.io";

/// Ends the host of every Service.
const DOMAIN: &str = ".svc.cluster.local";
/// Begins every principal of this mesh.
const TRUST: &str = "cluster.local/ns/";

/// What the mesh is configured with, and what is in force in each namespace; read once.
#[derive(Debug)]
pub(super) struct Mesh<'a> {
    /// `meshConfig`, as often as it is found.
    configurations: Vec<Configuration<'a>>,
    root_namespace: String,
    authorization_policies: ByNamespace<'a>,
    peer_authentications: ByNamespace<'a>,
}

/// Objects of a kind by their namespace.
type ByNamespace<'a> = HashMap<&'a str, Vec<&'a Object>>;

fn by_namespace<'a>(objects: &'a Objects, group: &str, kind: &str) -> ByNamespace<'a> {
    let mut by_namespace = ByNamespace::new();
    for object in objects.of_kind(group, kind) {
        by_namespace.entry(object.namespace()).or_default().push(object);
    }
    by_namespace
}

impl<'a> Mesh<'a> {
    pub(super) fn of(objects: &'a Objects) -> Self {
        let configurations = configuration::configurations(objects);
        let mut roots = configurations.iter().filter_map(|mesh| text(&mesh.value["rootNamespace"]));
        let root_namespace = roots.next().unwrap_or("istio-system").to_owned();
        Self {
            configurations,
            root_namespace,
            authorization_policies: by_namespace(objects, SECURITY, "AuthorizationPolicy"),
            peer_authentications: by_namespace(objects, SECURITY, "PeerAuthentication"),
        }
    }
}
