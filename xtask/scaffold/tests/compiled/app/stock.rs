//! Stock: reachable only inside the mesh.

use manifests_lib::prelude::*;

use super::shared;
use crate::site::{Kind, Site};

/// What differs between environments.
#[derive(Debug)]
pub struct Settings<K: Kind> {
    /// Its image.
    pub image: K::Image,
}

pub(crate) fn bundle<K: Kind>(team: &Team, site: &Site, settings: Settings<K>) -> Service<Http> {
    let Settings { image } = settings;
    let app = shared::app(team, name!("stock"));

    let server = app.deployment(site.replicas).container(Container {
        name: name!("stock"),
        image: image.into(),
        probe: Probe::Tcp,
        port: port!(8080),
        resources: Resources { cpu: millicores(100), memory: mebibytes(128) },
        user: uid!(65532),
    });

    let service = server.expose_http(port!(80));
    service.mesh_route();
    service
}
