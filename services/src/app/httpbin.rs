//! Httpbin: answers with the request that it got, reached from outside.

use manifests_lib::prelude::*;

use super::shared::NAMESPACE;
use crate::environment::Environment;
use crate::infra::istio;
use crate::node_group;

const PORT: Port = port!(8080);

pub(crate) fn bundle(env: &Environment) -> (Bundle, IngressPort) {
    let httpbin = Bundle::new(name!("httpbin"), &NAMESPACE, &env.name);
    let app = httpbin.app();

    let deployment = app.deployment(Deployment { replicas: env.replicas, on: &node_group::APP });
    deployment.selector(SelectorLabels::App);
    let container = deployment.container(Container {
        name: name!("httpbin"),
        image: PublicImage {
            repository: repository!("kennethreitz/httpbin"),
            // The publisher has no releases: the content of `latest` since 2018.
            version: Version::Digest(digest!(
                "sha256:599fe5e5073102dbb0ee3dbb65f049dab44fa9fc251f6835c9990f8fb196a72b"
            )),
        }
        .into(),
        port: PORT,
        resources: Resources { cpu: millicores(50), memory: mebibytes(128) },
        user: uid!(65532),
        probe: Probe::Http(url_path!("/status/200")),
    });
    // The image's own command binds port 80, which only root may.
    let address = format!("0.0.0.0:{PORT}");
    container.command(["gunicorn", "-b", &address, "httpbin:app", "-k", "gevent"]);
    container.env([plain!("WORKON_HOME", "/tmp")]);
    container.empty_dir(path!("/tmp"), mebibytes(64));

    let service = container.expose(Expose { port: port!(50003), protocol: Protocol::Http });
    service.selector(SelectorLabels::App);
    service.slo(Slo {
        availability: slo_target!(990),
        latency: Latency { target: slo_target!(950), within: LatencyBound::Milliseconds500 },
    });
    let ingress_port = app.gateway_route(
        &service,
        GatewayRoute { gateway: &istio::INGRESS, node_port: node_port!(30003) },
    );
    (httpbin, ingress_port)
}
