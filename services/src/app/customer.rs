//! Customer: FastAPI, reached from outside and inside the mesh.

use manifests_lib::prelude::*;

use super::shared::NAMESPACE;
use crate::environment::Environment;
use crate::infra::istio;
use crate::node_group;

pub(crate) fn bundle(env: &Environment) -> (Bundle, Service, IngressPort) {
    let customer = Bundle::new(name!("customer"), &NAMESPACE, &env.name);
    let app = customer.app();
    let database = app.database(&env.databases.customer);

    let deployment = app.deployment(Deployment { replicas: env.replicas, on: &node_group::APP });
    let fastapi = deployment.container(Container {
        name: name!("fastapi"),
        image: env.images.customer.clone(),
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
    // Gunicorn's workers prove that they live by touching a file.
    fastapi.empty_dir(path!("/tmp"), mebibytes(64));
    if let Some(sources) = &env.source_mounts {
        let volume = app.local_volume(LocalVolume {
            path: sources.directory.join(customer.name()),
            size: gibibytes(2),
            on: &node_group::APP,
        });
        fastapi.mount(&volume, path!("/var/www/customer"));
    }

    let service = fastapi.expose(Expose { port: port!(50001), protocol: Protocol::Http });
    service.slo(Slo {
        availability: slo_target!(995),
        latency: Latency { target: slo_target!(990), within: LatencyBound::Milliseconds500 },
    });
    let ingress_port = app.gateway_route(
        &service,
        GatewayRoute { gateway: &istio::INGRESS, node_port: node_port!(30001) },
    );
    (customer, service, ingress_port)
}
