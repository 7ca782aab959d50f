//! Helloworld: a page that shows which pod answered, reachable from outside.

use manifests_lib::prelude::*;

use super::shared::{self, DEMO};

/// What differs between environments.
#[derive(Debug)]
pub struct Settings {
    /// Public host.
    pub host: Host,
}

pub(crate) fn bundle(team: &Team, settings: Settings, public: &PublicEntrance) {
    let Settings { host } = settings;
    let app = shared::app(team, name!("helloworld"));

    let deployment = app.deployment(3);
    deployment.selector(SelectorLabels::App);
    let server = deployment.container(Container {
        name: name!("helloworld"),
        image: public_image(repository!("paulbouwer/hello-kubernetes"), tag!("1.10")).into(),
        port: port!(8080),
        resources: Resources { cpu: millicores(50), memory: mebibytes(128) },
        user: uid!(1000),
        probe: Probe::Http(url_path!("/")),
    });
    // The image's own command is npm, which needs as much memory as the server and writes a cache.
    server.command(["node", "server.js"]);

    let service = server.expose_http(port!(50002));
    service.selector(SelectorLabels::App);
    service.slo(DEMO);
    public.route(
        &service,
        Route { name: name!("hello"), host, path: url_path!("/"), node_port: node_port!(30002) },
    );
}
