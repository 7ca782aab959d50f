//! Curl: a shell from which to try the mesh, and the one way out of it.

use manifests_lib::prelude::*;

use super::shared::NAMESPACE;
use crate::environment::Environment;
use crate::infra::istio;
use crate::node_group;

pub(crate) fn bundle(env: &Environment) -> Bundle {
    let curl = Bundle::new(name!("curl"), &NAMESPACE, &env.name);
    let app = curl.app();

    let deployment = app.deployment(Deployment { replicas: 1, on: &node_group::APP });
    deployment.selector(SelectorLabels::App);
    let container = deployment.portless_container(PortlessContainer {
        name: name!("curl"),
        image: PublicImage {
            repository: repository!("curlimages/curl"),
            version: Version::Tag(tag!("8.5.0")),
        }
        .into(),
        resources: Resources { cpu: millicores(10), memory: mebibytes(32) },
        user: uid!(100),
    });
    container.command(["sleep", "infinity"]);

    app.egress(Egress { host: host!("httpbin.org"), port: port!(80), through: &istio::EGRESS })
        .service_entry_named(name!("curl-service-entry"));
    curl
}
