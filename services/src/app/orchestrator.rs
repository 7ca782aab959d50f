//! Orchestrator: FastAPI, carries a checkout through account, customer and order.

use manifests_lib::prelude::*;

use super::shared::NAMESPACE;
use crate::environment::Environment;
use crate::infra::istio;
use crate::node_group;

const PORT: Port = port!(8000);

/// What the orchestrator calls.
pub(crate) struct Calls<'a> {
    pub(crate) account: &'a Service,
    pub(crate) customer: &'a Service,
    pub(crate) order: &'a Service,
    pub(crate) broker: &'a RabbitmqHandle,
}

pub(crate) fn bundle(env: &Environment, calls: &Calls<'_>) -> (Bundle, IngressPort) {
    let orchestrator = Bundle::new(name!("orchestrator"), &NAMESPACE, &env.name);
    let app = orchestrator.app();

    let saga = app.saga(Saga {
        broker: calls.broker,
        steps: vec![name!("account"), name!("customer"), name!("order")],
    });

    let deployment = app.deployment(Deployment { replicas: env.replicas, on: &node_group::APP });
    deployment.selector(SelectorLabels::AppEnvironment);
    let fastapi = deployment.container(Container {
        name: name!("fastapi"),
        image: env.images.orchestrator.clone(),
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
        // The production image binds 127.0.0.1, where no probe and no proxy reaches it.
        plain!("GUNICORN_CMD_ARGS", format!("--bind=0.0.0.0:{PORT}")),
    ]);
    // Gunicorn's workers prove that they live by touching a file.
    fastapi.empty_dir(path!("/tmp"), mebibytes(64));
    if let Some(sources) = &env.source_mounts {
        let names = LocalVolumeNames {
            volume: name!("orchestrator-persistent-volume"),
            claim: name!("orchestrator-host-path-persistent-volume-claim"),
        };
        let volume = app.local_volume_named(
            names,
            LocalVolume {
                path: sources.directory.join(orchestrator.name()),
                size: gibibytes(2),
                on: &node_group::APP,
            },
        );
        fastapi.mount(&volume, path!("/var/www/orchestrator"));
    }

    let service = fastapi.expose(Expose { port: port!(50004), protocol: Protocol::Http });
    service.selector(SelectorLabels::App);
    service.slo(Slo {
        availability: slo_target!(990),
        latency: Latency { target: slo_target!(950), within: LatencyBound::Milliseconds2500 },
    });
    let ingress_port = app.gateway_route(
        &service,
        GatewayRoute { gateway: &istio::INGRESS, node_port: node_port!(30004) },
    );
    (orchestrator, ingress_port)
}
