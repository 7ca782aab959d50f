//! Account: Gin, reached only inside the mesh.

use manifests_lib::prelude::*;

use super::shared::NAMESPACE;
use crate::environment::Environment;
use crate::node_group;

pub(crate) fn bundle(env: &Environment) -> (Bundle, Service) {
    let account = Bundle::new(name!("account"), &NAMESPACE, &env.name);
    let app = account.app();
    let database = app.database(&env.databases.account);

    let deployment = app.deployment(Deployment { replicas: env.replicas, on: &node_group::APP });
    let gin = deployment.container(Container {
        name: name!("gin"),
        image: env.images.account.clone(),
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
    if let Some(sources) = &env.source_mounts {
        let volume = app.local_volume(LocalVolume {
            path: sources.directory.join(account.name()),
            size: gibibytes(2),
            on: &node_group::APP,
        });
        gin.mount(&volume, path!("/go/src"));
    }

    let service = gin.expose(Expose { port: port!(50000), protocol: Protocol::Http });
    service.slo(Slo {
        availability: slo_target!(995),
        latency: Latency { target: slo_target!(990), within: LatencyBound::Milliseconds500 },
    });
    app.mesh_route(&service);
    (account, service)
}
