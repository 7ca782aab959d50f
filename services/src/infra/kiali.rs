//! Kiali: shows the mesh, its traffic and what is wrong with its configuration. It changes nothing: that is up to Git.

use std::fmt::Debug;

use helm_values::{HelmChart, kiali_server as chart};
use k8s_openapi::api::{
    apps::v1 as apps, core::v1 as core, networking::v1 as networking, rbac::v1 as rbac,
};
use manifests_lib::data::GeneratedSecret;
use manifests_lib::delivery::Chart;
use manifests_lib::model::{GroupKind, Namespace};
use manifests_lib::network::gateway_api::InternalAccess;
use manifests_lib::network::{ToolPods, ToolPort, ToolService, network_policy};
use manifests_lib::observability::{WebUiHandle, WebUiSpec, grafana};
use manifests_lib::prelude::*;
use serde_json::json;

use super::shared::Infra;
use crate::node_group;
use crate::site::{Aws, Laptop};

/// Where the web UI listens.
const PORT: Port = port!(20001);

/// What differs between environments.
#[derive(Debug)]
pub struct Settings<K: Logins> {
    /// How people log in.
    pub login: K::Login,
}

/// How people may log in in a kind of place.
pub trait Logins {
    /// How they log in.
    type Login: Into<Login> + Debug;
}

/// How people log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Login {
    /// Not at all.
    Anonymous,
    /// By the token of a ServiceAccount.
    Token,
}

/// Not at all: whoever reaches the web UI sees everything.
#[derive(Debug)]
pub struct Anonymous;

/// By the token of a ServiceAccount, whose rights then hold: `kubectl create token`.
#[derive(Debug)]
pub struct Token;

impl Logins for Laptop {
    type Login = Anonymous;
}

impl Logins for Aws {
    type Login = Token;
}

impl From<Anonymous> for Login {
    fn from(Anonymous: Anonymous) -> Self {
        Self::Anonymous
    }
}

impl From<Token> for Login {
    fn from(Token: Token) -> Self {
        Self::Token
    }
}

/// Where Kiali reads, and where its links lead.
pub(crate) struct Sources<'a> {
    /// The API of Prometheus.
    pub(crate) prometheus: &'a ToolPort,
    pub(crate) grafana: &'a WebUiHandle,
    /// The dashboard of a service's requests.
    pub(crate) requests: &'a grafana::Dashboard,
    pub(crate) jaeger: &'a WebUiHandle,
}

/// Kiali runs beside the control plane, whose configuration it reads: in `namespace`.
pub(crate) fn bundle<K: Logins>(
    infra: &Infra,
    settings: Settings<K>,
    namespace: &Namespace,
    sources: &Sources<'_>,
    internal: &InternalAccess,
) {
    let Settings { login } = settings;
    let kiali = infra.bundle(name!("kiali"), namespace);
    let pods = kiali.tool_pods(&network_policy::APP_NAME, &name!("kiali"));
    let signing_key = kiali.app(&node_group::SYSTEM).secret(SecretValue {
        key: name!("signing-key"),
        // Nobody needs to know it: people log in again when it changes.
        source: GeneratedSecret { length: 32 }.into(),
    });
    let signing_key = format!("secret:{}:{}", signing_key.secret_name(&kiali), signing_key.key());
    kiali.chart(Chart {
        release: name!("kiali"),
        values: values(login.into(), signing_key, &pods, sources),
        kinds: vec![
            GroupKind::of::<apps::Deployment>(),
            GroupKind::of::<core::ConfigMap>(),
            GroupKind::of::<core::Service>(),
            GroupKind::of::<core::ServiceAccount>(),
            GroupKind::of::<networking::NetworkPolicy>(),
            GroupKind::of::<rbac::ClusterRole>(),
            GroupKind::of::<rbac::ClusterRoleBinding>(),
        ],
        crd_groups: vec![],
    });
    let port = ToolService { name: name!("kiali"), port: PORT, target_port: PORT };
    internal.web_ui(WebUiSpec {
        name: name!("kiali"),
        port: &pods.port(port),
        local_port: port!(20001),
    });
}

fn values(
    login: Login,
    signing_key: String,
    pods: &ToolPods,
    sources: &Sources<'_>,
) -> chart::Values {
    let strategy = match login {
        Login::Anonymous => "anonymous",
        Login::Token => "token",
    };
    let Sources { prometheus, grafana, requests, jaeger } = sources;
    chart::Values::with(|values| {
        values.auth.strategy = Some(strategy.to_owned());
        values.deployment.node_selector = Some(node_group::SYSTEM.node_selector());
        values.deployment.image_pull_policy = Some("IfNotPresent".to_owned());
        values.deployment.view_only_mode = Some(true);
        // There is one cluster.
        values.clustering.autodetect_secrets.enabled = Some(false);
        // The chart's default is another text each time that it is rendered.
        values.login_token.signing_key = Some(signing_key);
        values.server.port = Some(PORT.into());

        // Where Kiali reads, and where its links lead.
        let services = &mut values.external_services;
        services.prometheus.url = Some(pods.calls(prometheus).http_url());
        services.grafana.enabled = Some(true);
        services.grafana.internal_url = Some(pods.calls(grafana.port()).http_url());
        services.grafana.external_url = Some(grafana.url());
        services.grafana.dashboards = Some(vec![json!({
            "name": requests.title,
            "variables": { "service": requests.variable.url_parameter() },
        })]);
        services.tracing.enabled = Some(true);
        services.tracing.provider = Some("jaeger".to_owned());
        services.tracing.internal_url = Some(pods.calls(jaeger.port()).http_url());
        services.tracing.external_url = Some(jaeger.url());
        services.tracing.use_grpc = Some(false);
    })
}
