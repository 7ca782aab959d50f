//! Helloworld: a page that shows which pod answered, reachable from outside.

use manifests_lib::prelude::*;

use super::shared::{self, DEMO};

const IMAGE: PublicImage = public_image!(
    "nginxinc/nginx-unprivileged:1.30.5-alpine-slim@sha256:3af0c10d960cc2502427fe1219c52989d309e7d65596869c60a34fd2fa2406f0"
);

/// Writes the page, then becomes the server.
const PAGE_AND_SERVER: &str = r#"echo "<!doctype html><title>Hello</title><h1>Hello, world!</h1><p>$HOSTNAME answered.</p>" > /usr/share/nginx/html/index.html
exec nginx -g "daemon off;"
"#;

/// What differs between environments.
#[derive(Debug)]
pub struct Settings {
    /// Public host: `host!("hello.example.com")`.
    pub host: Host,
}

pub(crate) fn bundle(team: &Team, settings: Settings, public: &PublicEntrance) {
    let Settings { host } = settings;
    let app = shared::app(team, name!("helloworld"));

    let deployment = app.deployment(3);
    deployment.selector(SelectorLabels::App);
    let server = deployment.container(Container {
        name: name!("helloworld"),
        image: IMAGE.into(),
        port: port!(8080),
        resources: Resources { cpu: millicores(50), memory: mebibytes(64) },
        user: uid!(65532),
        probe: Probe::Http(url_path!("/")),
    });
    // The image serves what is in this folder.
    server.empty_dir(path!("/usr/share/nginx/html"), mebibytes(1));
    server.empty_dir(path!("/tmp"), mebibytes(64));
    server.command(["sh", "-c", PAGE_AND_SERVER]);

    let service = server.expose_http(port!(50002));
    service.selector(SelectorLabels::App);
    service.slo(DEMO);
    public.route(
        &service,
        Route { name: name!("hello"), host, path: url_path!("/"), node_port: node_port!(30002) },
    );
}
