//! Order: Lumen behind nginx in one pod, reached only inside the mesh.

use manifests_lib::prelude::*;

use super::shared::NAMESPACE;
use crate::environment::Environment;
use crate::node_group;

pub(crate) fn bundle(env: &Environment) -> (Bundle, Service) {
    let order = Bundle::new(name!("order"), &NAMESPACE, &env.name);
    let app = order.app();
    let database = app.database(&env.databases.order);
    database.stateful_set_selector(SelectorLabels::AppComponentEnvironment);
    let app_key =
        app.secret(SecretValue { key: name!("app-key"), source: &env.secrets.order_app_key });

    let deployment = app.deployment(Deployment { replicas: env.replicas, on: &node_group::APP });
    let lumen = deployment.container(Container {
        name: name!("lumen"),
        image: env.images.order_lumen.clone(),
        // php-fpm: nginx reaches it at localhost:9000 by FastCGI.
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
        // Its default is a file below the sources, which are read-only.
        plain!("LOG_CHANNEL", "stderr"),
    ]);
    lumen.empty_dir(path!("/tmp"), mebibytes(64));
    let nginx = deployment.container(Container {
        name: name!("nginx"),
        image: env.images.order_nginx.clone(),
        port: port!(8080),
        resources: Resources { cpu: millicores(50), memory: mebibytes(64) },
        user: uid!(101),
        probe: Probe::Tcp,
    });
    nginx.empty_dir(path!("/var/cache/nginx"), mebibytes(64));
    nginx.empty_dir(path!("/var/run"), mebibytes(1));
    if let Some(sources) = &env.source_mounts {
        let volume = app.local_volume(LocalVolume {
            path: sources.directory.join(order.name()),
            size: gibibytes(2),
            on: &node_group::APP,
        });
        lumen.mount(&volume, path!("/var/www/order"));
        nginx.mount(&volume, path!("/var/www/order"));
    }

    let service = nginx.expose(Expose { port: port!(50005), protocol: Protocol::Http });
    service.slo(Slo {
        availability: slo_target!(995),
        latency: Latency { target: slo_target!(990), within: LatencyBound::Milliseconds500 },
    });
    app.mesh_route(&service);
    (order, service)
}
