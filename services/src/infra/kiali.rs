//! Kiali: shows the mesh, its traffic and what is wrong with its configuration. It changes nothing: that is up to Git.

use helm_values::{HelmChart, kiali_server as chart};
use k8s_openapi::api::{
    apps::v1 as apps, core::v1 as core, networking::v1 as networking, rbac::v1 as rbac,
};
use manifests_lib::{
    Bundle, Chart, Dashboard, GeneratedSecret, Kind, Name, Namespace, Scheme, SecretKey,
    SecretSource, SecretText, ToolService, name, port,
};
use serde_json::json;

use super::prometheus::{self, pages};
use super::{istio, jaeger, nginx};
use crate::environment::Environment;
use crate::node_group;

/// Where Kiali runs: beside the control plane, whose configuration it reads.
pub(crate) const NAMESPACE: Namespace = istio::SYSTEM;

/// `app.kubernetes.io/name` of its pods.
pub(crate) const APP_NAME: Name = name!("kiali");

/// The page.
const DASHBOARD: Dashboard = Dashboard {
    name: name!("kiali"),
    service: ToolService { name: name!("kiali"), namespace: NAMESPACE, port: port!(20001) },
    scheme: Scheme::Http,
    local_port: port!(20001),
};

/// How people log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Login {
    /// Not at all: whoever reaches the page sees everything.
    Anonymous,
    /// By the token of a ServiceAccount, whose rights then hold: `kubectl create token`.
    Token,
}

pub(crate) fn bundle(env: &Environment) -> Bundle {
    let kiali = Bundle::new(name!("kiali"), &NAMESPACE, &env.name);
    let signing_key = kiali.app().secret(SecretText {
        key: name!("signing-key"),
        // Nobody needs to know it: people log in again when it changes.
        source: &SecretSource::Generated(GeneratedSecret { length: 32 }),
    });
    kiali.chart(Chart {
        release: name!("kiali"),
        values: values(env, &signing_key),
        kinds: vec![
            Kind::of::<apps::Deployment>(),
            Kind::of::<core::ConfigMap>(),
            Kind::of::<core::Service>(),
            Kind::of::<core::ServiceAccount>(),
            Kind::of::<networking::NetworkPolicy>(),
            Kind::of::<rbac::ClusterRole>(),
            Kind::of::<rbac::ClusterRoleBinding>(),
        ],
        installs: vec![],
    });
    nginx::dashboard(env, &kiali, &DASHBOARD);
    kiali
}

fn values(env: &Environment, signing_key: &SecretKey) -> chart::Values {
    let strategy = match env.kiali {
        Login::Anonymous => "anonymous",
        Login::Token => "token",
    };
    let signing_key = format!("secret:{}:{}", signing_key.secret_name(), signing_key.key());
    let domain = env.internal_domain.as_ref();
    chart::Values::with(|values| {
        values.auth.strategy = Some(strategy.to_owned());
        values.deployment.node_selector = Some(node_group::SYSTEM.node_selector());
        values.deployment.image_pull_policy = Some("IfNotPresent".to_owned());
        values.deployment.view_only_mode = Some(true);
        // There is one cluster.
        values.clustering.autodetect_secrets.enabled = Some(false);
        // The chart's default is another text each time that it is rendered.
        values.login_token.signing_key = Some(signing_key);
        values.server.port = Some(DASHBOARD.service.port.into());

        // Where Kiali reads, and where its links lead.
        let services = &mut values.external_services;
        services.prometheus.url = Some(prometheus::PROMETHEUS.service.http_url());
        services.grafana.enabled = Some(true);
        services.grafana.internal_url = Some(prometheus::GRAFANA.service.http_url());
        services.grafana.external_url = Some(prometheus::GRAFANA.url(domain));
        services.grafana.dashboards = Some(vec![json!({
            "name": pages::REQUESTS,
            "variables": { "service": pages::SERVICE.url_parameter() },
        })]);
        services.tracing.enabled = Some(true);
        services.tracing.provider = Some("jaeger".to_owned());
        services.tracing.internal_url = Some(jaeger::DASHBOARD.service.http_url());
        services.tracing.external_url = Some(jaeger::DASHBOARD.url(domain));
        services.tracing.use_grpc = Some(false);
    })
}
