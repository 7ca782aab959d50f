//! Kiali: shows the mesh, its traffic and mistakes in its configuration. It is read-only: changes are made in Git.

use std::fmt::Debug;

use helm_values::{HelmChart, kiali_server as chart};
use k8s_openapi::api::{apps::v1 as apps, core::v1 as core, rbac::v1 as rbac};
use manifests_lib::data::GeneratedSecret;
use manifests_lib::delivery::Chart;
use manifests_lib::model::{GroupKind, Namespace};
use manifests_lib::network::gateway_api::InternalAccess;
use manifests_lib::network::{ToolPods, ToolPort, ToolService, network_policy};
use manifests_lib::observability::{WebUiHandle, WebUiRequests, WebUiSpec, grafana};
use manifests_lib::prelude::*;
use serde_json::json;

use super::shared::Infra;
use crate::node_group;
use crate::site::{Aws, Laptop};

/// Port of the web UI.
const PORT: Port = port!(20001);

/// What differs between environments.
#[derive(Debug)]
pub struct Settings<K: Logins> {
    /// Login method.
    pub login: K::Login,
}

/// The login method of each kind of place.
pub trait Logins {
    /// Its login method.
    type Login: Into<Login> + Debug;
}

/// Login method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Login {
    /// No login.
    Anonymous,
    /// Token of a ServiceAccount.
    Token,
}

/// No login: whoever reaches the web UI sees everything.
#[derive(Debug)]
pub struct Anonymous;

/// Token of a ServiceAccount, whose rights then apply: `kubectl create token`.
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

/// The tools that Kiali reads and links to.
pub(crate) struct Sources<'a> {
    /// The API of Prometheus.
    pub(crate) prometheus: &'a ToolPort,
    pub(crate) grafana: &'a WebUiHandle,
    /// Dashboard of the requests to a service.
    pub(crate) requests: &'a grafana::Dashboard,
    pub(crate) jaeger: &'a WebUiHandle,
}

/// `namespace` is that of the control plane, whose configuration Kiali reads.
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
        // Nobody needs to know it; when it changes, users log in again.
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
            GroupKind::of::<rbac::ClusterRole>(),
            GroupKind::of::<rbac::ClusterRoleBinding>(),
        ],
        crd_groups: vec![],
    });
    let port = ToolService { name: name!("kiali"), port: PORT, target_port: PORT };
    internal.web_ui(WebUiSpec {
        name: name!("kiali"),
        port: &pods.port(port),
        requests: WebUiRequests::All,
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
        // It would admit everybody.
        values.deployment.network_policy.enabled = Some(false);
        // The chart's own defaults, said here so that Go is told the limit.
        let resources = Resources { cpu: millicores(10), memory: mebibytes(64) };
        let resources = resources.of_go_up_to(mebibytes(1024));
        values.deployment.resources = Some(resources.requirements());
        values.deployment.custom_envs = Some(vec![resources.variable()]);
        // The mesh has one cluster.
        values.clustering.autodetect_secrets.enabled = Some(false);
        // By default the chart generates a new key on each rendering.
        values.login_token.signing_key = Some(signing_key);
        values.server.port = Some(PORT.into());

        // The tools that Kiali reads and links to.
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
