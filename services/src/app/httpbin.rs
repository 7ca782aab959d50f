//! Httpbin: answers with the request it received, reachable from outside.

use manifests_lib::prelude::*;

use super::shared::{self, DEMO};
use crate::site::Site;

const PORT: Port = port!(8080);

/// What differs between environments.
#[derive(Debug)]
pub struct Settings {
    /// Public host.
    pub host: Host,
}

pub(crate) fn bundle(team: &Team, site: &Site, settings: Settings, public: &PublicEntrance) {
    let Settings { host } = settings;
    let app = shared::app(team, name!("httpbin"));

    let deployment = app.deployment(site.replicas);
    deployment.selector(SelectorLabels::App);
    let server = deployment.container(Container {
        name: name!("httpbin"),
        image: public_image(
            repository!("kennethreitz/httpbin"),
            // The publisher has no releases: this is the content of `latest` since 2018.
            digest!("sha256:599fe5e5073102dbb0ee3dbb65f049dab44fa9fc251f6835c9990f8fb196a72b"),
        )
        .into(),
        port: PORT,
        resources: Resources { cpu: millicores(50), memory: mebibytes(128) },
        user: uid!(65532),
        probe: Probe::Http(url_path!("/status/200")),
    });
    // The image's own command binds port 80, which only root may do.
    let address = format!("0.0.0.0:{PORT}");
    server.command(["gunicorn", "-b", &address, "httpbin:app", "-k", "gevent"]);
    server.env([plain!("WORKON_HOME", "/tmp")]);
    server.empty_dir(path!("/tmp"), mebibytes(64));

    let service = server.expose_http(port!(50003));
    service.selector(SelectorLabels::App);
    service.slo(DEMO);
    public.route(
        &service,
        Route { name: name!("httpbin"), host, path: url_path!("/"), node_port: node_port!(30003) },
    );
}
