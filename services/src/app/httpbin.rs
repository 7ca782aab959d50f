//! Httpbin: answers with the request it received, reachable from outside.

use manifests_lib::prelude::*;

use super::shared::{self, DEMO};
use crate::site::Site;

const IMAGE: PublicImage = public_image!(
    "ghcr.io/mccutchen/go-httpbin:2.25.0@sha256:20739736d4eb8dc1b998dff701f437b8bd62dcc46492bd0d861e89890ca36500"
);

const PORT: Port = port!(8080);

/// What differs between environments.
#[derive(Debug)]
pub struct Settings {
    /// Public host: `host!("httpbin.example.com")`.
    pub host: Host,
}

pub(crate) fn bundle(team: &Team, site: &Site, settings: Settings, public: &PublicEntrance) {
    let Settings { host } = settings;
    let app = shared::app(team, name!("httpbin"));

    let deployment = app.deployment(site.replicas);
    deployment.selector(SelectorLabels::App);
    let server = deployment.container(Container {
        name: name!("httpbin"),
        image: IMAGE.into(),
        port: PORT,
        resources: Resources { cpu: millicores(50), memory: mebibytes(128) },
        user: uid!(65532),
        probe: Probe::Http(url_path!("/status/200")),
    });
    server.env([
        plain!("PORT", PORT.to_string()),
        // Everybody may call it: it redirects to no other site, and keeps to itself who is who in the mesh.
        plain!("ALLOWED_REDIRECT_DOMAINS", &host),
        plain!("EXCLUDE_HEADERS", "x-envoy-*,x-forwarded-client-cert"),
    ]);

    let service = server.expose_http(port!(50003));
    service.selector(SelectorLabels::App);
    service.slo(DEMO);
    public.route(
        &service,
        Route { name: name!("httpbin"), host, path: url_path!("/"), node_port: node_port!(30003) },
    );
}
