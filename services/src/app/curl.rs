//! Curl: a shell for trying out the mesh and its egress gateway.

use manifests_lib::prelude::*;

use super::shared;

const IMAGE: PublicImage = public_image!(
    "curlimages/curl:8.22.0@sha256:58adaa4e8dca9c988bae2aba4ab3434a0bb2da16bbe3f92dec39ec7785166777"
);

pub(crate) fn bundle(team: &Team, egress: &EgressGateway) {
    let app = shared::app(team, name!("curl"));

    let deployment = app.deployment(1);
    deployment.selector(SelectorLabels::App);
    let curl = deployment.portless_container(PortlessContainer {
        name: name!("curl"),
        image: IMAGE.into(),
        resources: Resources { cpu: millicores(10), memory: mebibytes(32) },
        user: uid!(65532),
    });
    curl.command(["sleep", "infinity"]);

    let httpbin = app.external_service(ExternalService {
        host: host!("httpbin.org"),
        port: port!(80),
        protocol: Http,
        way: Way::Through(egress),
    });
    httpbin.names_without_host();
    httpbin.service_entry_named(name!("curl-service-entry"));
    let _ = app.calls(&httpbin);
}
