//! Orchestrator: FastAPI, runs a checkout as a saga over account, customer and order.

use manifests_lib::prelude::*;

use super::shared::{self, CHECKOUT};
use crate::site::{Kind, Site};

const PORT: Port = port!(8000);

/// What differs between environments.
#[derive(Debug)]
pub struct Settings<K: Kind> {
    /// Image of FastAPI.
    pub image: K::Image,
    /// Public host: `https://<host>/checkout`. `host!("api.example.com")`.
    pub host: Host,
}

/// The services that the orchestrator calls.
pub(crate) struct Calls<'a> {
    pub(crate) account: &'a Service<Http>,
    pub(crate) customer: &'a Service<Http>,
    pub(crate) order: &'a Service<Http>,
    pub(crate) rabbitmq: &'a Rabbitmq,
}

pub(crate) fn bundle<K: Kind>(
    team: &Team,
    site: &Site,
    settings: Settings<K>,
    calls: &Calls<'_>,
    public: &PublicEntrance,
) {
    let Settings { image, host } = settings;
    let app = shared::app(team, name!("orchestrator"));
    let saga = app.saga(Saga {
        rabbitmq: calls.rabbitmq,
        steps: [name!("account"), name!("customer"), name!("order")].into(),
    });

    let deployment = app.deployment(site.replicas);
    deployment.selector(SelectorLabels::AppEnvironment);
    let fastapi = deployment.container(Container {
        name: name!("fastapi"),
        image: image.into(),
        port: PORT,
        resources: Resources { cpu: millicores(100), memory: mebibytes(384) },
        user: uid!(65532),
        probe: Probe::Tcp,
    });
    fastapi.env([
        app.calls(calls.account).url("ACCOUNT_URL"),
        app.calls(calls.customer).url("CUSTOMER_URL"),
        app.calls(calls.order).url("ORDER_URL"),
        saga.host("RABBITMQ_HOST"),
        saga.port("RABBITMQ_PORT"),
        saga.virtual_host("RABBITMQ_VHOST"),
        saga.exchange("RABBITMQ_EXCHANGE"),
        saga.user("RABBITMQ_USERNAME"),
        saga.password("RABBITMQ_PASSWORD"),
        saga.ca_certificate("RABBITMQ_CA_CERTIFICATE"),
        // The production image binds 127.0.0.1, where neither probes nor the proxy reach it.
        plain!("GUNICORN_CMD_ARGS", format!("--bind=0.0.0.0:{PORT}")),
    ]);
    // Gunicorn's workers send heartbeats by touching a file.
    fastapi.empty_dir(path!("/tmp"), mebibytes(64));
    let names = LocalVolumeNames {
        volume: name!("orchestrator-persistent-volume"),
        claim: name!("orchestrator-host-path-persistent-volume-claim"),
    };
    site.mount_sources_named(names, &app, [&fastapi], path!("/var/www/orchestrator"));

    let service = fastapi.expose_http(port!(50004));
    service.selector(SelectorLabels::App);
    service.slo(CHECKOUT);
    public.route(
        &service,
        Route {
            name: name!("checkout"),
            host,
            path: url_path!("/checkout"),
            node_port: node_port!(30004),
        },
    );
}
