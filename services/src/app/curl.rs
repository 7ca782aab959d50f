//! Curl: a shell for trying out the mesh and its egress gateway.

use manifests_lib::prelude::*;

use super::shared;

pub(crate) fn bundle(team: &Team, egress: &EgressGateway) {
    let app = shared::app(team, name!("curl"));

    let deployment = app.deployment(1);
    deployment.selector(SelectorLabels::App);
    let curl = deployment.portless_container(PortlessContainer {
        name: name!("curl"),
        image: public_image(repository!("curlimages/curl"), tag!("8.5.0")).into(),
        resources: Resources { cpu: millicores(10), memory: mebibytes(32) },
        user: uid!(100),
    });
    curl.command(["sleep", "infinity"]);

    app.egress(Egress { host: host!("httpbin.org"), port: port!(80), through: egress })
        .service_entry_named(name!("curl-service-entry"));
}
