//! Customer: FastAPI, reachable from outside and inside the mesh.

use manifests_lib::prelude::*;

use super::shared::{self, CORE};
use crate::site::{Kind, Site};

/// What differs between environments.
#[derive(Debug)]
pub struct Settings<K: Kind> {
    /// Image of FastAPI.
    pub image: K::Image,
    /// The database of customers.
    pub database: K::Database,
    /// Public host: `https://<host>/customers`. `host!("api.example.com")`.
    pub host: Host,
}

pub(crate) fn bundle<K: Kind>(
    team: &Team,
    site: &Site,
    settings: Settings<K>,
    public: &PublicEntrance,
) -> Service<Http> {
    let Settings { image, database, host } = settings;
    let app = shared::app(team, name!("customer"));
    let database = app.database(database);

    let fastapi = app.deployment(site.replicas).container(Container {
        name: name!("fastapi"),
        image: image.into(),
        port: port!(8000),
        resources: Resources { cpu: millicores(100), memory: mebibytes(384) },
        user: uid!(65532),
        probe: Probe::Tcp,
    });
    fastapi.env([
        // The image ships mysqlclient and no other driver.
        plain!("DB_DRIVER", "mysql+mysqldb"),
        database.host("DB_HOST"),
        database.name("DB_DATABASE"),
        database.user("DB_USER"),
        database.password("DB_PASSWORD"),
    ]);
    // Gunicorn's workers send heartbeats by touching a file.
    fastapi.empty_dir(path!("/tmp"), mebibytes(64));
    site.mount_sources(&app, [&fastapi], path!("/var/www/customer"));

    let service = fastapi.expose_http(port!(50001));
    service.slo(CORE);
    public.route(
        &service,
        Route {
            name: name!("customers"),
            host,
            path: url_path!("/customers"),
            node_port: node_port!(30001),
        },
    );
    service
}
