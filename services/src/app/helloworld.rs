//! Helloworld: a page that shows which pod answered, reached from outside.

use manifests_lib::prelude::*;

use super::shared::NAMESPACE;
use crate::environment::Environment;
use crate::infra::istio;
use crate::node_group;

pub(crate) fn bundle(env: &Environment) -> (Bundle, IngressPort) {
    let helloworld = Bundle::new(name!("helloworld"), &NAMESPACE, &env.name);
    let app = helloworld.app();

    let deployment = app.deployment(Deployment { replicas: 3, on: &node_group::APP });
    deployment.selector(SelectorLabels::App);
    let container = deployment.container(Container {
        name: name!("helloworld"),
        image: PublicImage {
            repository: repository!("paulbouwer/hello-kubernetes"),
            version: Version::Tag(tag!("1.10")),
        }
        .into(),
        port: port!(8080),
        resources: Resources { cpu: millicores(50), memory: mebibytes(128) },
        user: uid!(1000),
        probe: Probe::Http(url_path!("/")),
    });
    // The image's own command is npm, which takes as much memory as the server and writes a cache.
    container.command(["node", "server.js"]);

    let service = container.expose(Expose { port: port!(50002), protocol: Protocol::Http });
    service.selector(SelectorLabels::App);
    service.slo(Slo {
        availability: slo_target!(990),
        latency: Latency { target: slo_target!(950), within: LatencyBound::Milliseconds500 },
    });
    let ingress_port = app.gateway_route(
        &service,
        GatewayRoute { gateway: &istio::INGRESS, node_port: node_port!(30002) },
    );
    (helloworld, ingress_port)
}
