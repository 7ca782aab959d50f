//! Account: Gin, reachable only inside the mesh.

use manifests_lib::prelude::*;

use super::shared::{self, CORE};
use crate::site::{Kind, Site};

/// What differs between environments.
#[derive(Debug)]
pub struct Settings<K: Kind> {
    /// Image of Gin.
    pub image: K::Image,
    /// The database of accounts.
    pub database: K::Database,
}

pub(crate) fn bundle<K: Kind>(team: &Team, site: &Site, settings: Settings<K>) -> Service<Http> {
    let Settings { image, database } = settings;
    let app = shared::app(team, name!("account"));
    let database = app.database(database);

    let gin = app.deployment(site.replicas).container(Container {
        name: name!("gin"),
        image: image.into(),
        port: port!(8080),
        resources: Resources { cpu: millicores(100), memory: mebibytes(128) },
        user: uid!(65532),
        probe: Probe::Tcp,
    });
    gin.env([
        database.host("DB_HOST"),
        database.port("DB_PORT"),
        database.name("DB_DATABASE"),
        database.user("DB_USER"),
        database.password("DB_PASSWORD"),
    ]);
    site.mount_sources(&app, [&gin], path!("/go/src"));

    let service = gin.expose_http(port!(50000));
    service.slo(CORE);
    service.mesh_route();
    service
}
