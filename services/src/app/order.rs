//! Order: Lumen behind nginx in one pod, reachable only inside the mesh.

use manifests_lib::prelude::*;

use super::shared::{self, CORE};
use crate::site::{Kind, Site};

/// What differs between environments.
#[derive(Debug)]
pub struct Settings<K: Kind> {
    /// Image of Lumen (php-fpm).
    pub lumen: K::Image,
    /// Image of nginx, which receives the requests.
    pub nginx: K::Image,
    /// Lumen's encryption key: 32 characters.
    pub app_key: K::Secret,
    /// The database of orders.
    pub database: K::Database,
}

pub(crate) fn bundle<K: Kind>(team: &Team, site: &Site, settings: Settings<K>) -> Service<Http> {
    let Settings { lumen, nginx, app_key, database } = settings;
    let app = shared::app(team, name!("order"));
    let database = app.database(database);
    database.stateful_set_selector(SelectorLabels::AppComponentEnvironment);
    let app_key = app.secret(SecretValue { key: name!("app-key"), source: app_key.into() });

    let deployment = app.deployment(site.replicas);
    let lumen = deployment.container(Container {
        name: name!("lumen"),
        image: lumen.into(),
        // php-fpm: nginx connects to it at localhost:9000 by FastCGI.
        port: port!(9000),
        resources: Resources { cpu: millicores(100), memory: mebibytes(256) },
        user: uid!(33),
        probe: Probe::Tcp,
    });
    lumen.env([
        plain!("DB_CONNECTION", "mysql"),
        database.host("DB_HOST"),
        database.port("DB_PORT"),
        database.name("DB_DATABASE"),
        database.user("DB_USERNAME"),
        database.password("DB_PASSWORD"),
        app_key.variable("APP_KEY"),
        // The default is a file below the sources, which are read-only.
        plain!("LOG_CHANNEL", "stderr"),
    ]);
    lumen.empty_dir(path!("/tmp"), mebibytes(64));
    let nginx = deployment.container(Container {
        name: name!("nginx"),
        image: nginx.into(),
        port: port!(8080),
        resources: Resources { cpu: millicores(50), memory: mebibytes(64) },
        user: uid!(101),
        probe: Probe::Tcp,
    });
    nginx.empty_dir(path!("/var/cache/nginx"), mebibytes(64));
    nginx.empty_dir(path!("/var/run"), mebibytes(1));
    site.mount_sources(&app, [&lumen, &nginx], path!("/var/www/order"));

    let service = nginx.expose_http(port!(50005));
    service.slo(CORE);
    service.mesh_route();
    service
}
