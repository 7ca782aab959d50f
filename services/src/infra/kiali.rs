//! Kiali: shows the mesh, its traffic and what is wrong with its configuration. It changes nothing: that is up to Git.

use helm_values::kiali_server as chart;
use k8s_openapi::api::{
    apps::v1 as apps, core::v1 as core, networking::v1 as networking, rbac::v1 as rbac,
};
use manifests_lib::data::{GeneratedSecret, SecretKey, SecretSource, SecretValue};
use manifests_lib::delivery::Chart;
use manifests_lib::model::{Bundle, GroupKind, Namespace};
use manifests_lib::network::ServiceRef;
use manifests_lib::observability::{Scheme, WebUi};
use manifests_lib::values::Name;
use manifests_lib::{name, port};
use serde_json::json;

use super::prometheus::{self, dashboards};
use super::{istio, jaeger, nginx};
use crate::environment::Environment;
use crate::node_group;

/// Where Kiali runs: beside the control plane, whose configuration it reads.
pub(crate) const NAMESPACE: Namespace = istio::SYSTEM;

/// `app.kubernetes.io/name` of its pods.
pub(crate) const APP_NAME: Name = name!("kiali");

/// The web UI.
const WEB_UI: WebUi = WebUi {
    name: name!("kiali"),
    service: ServiceRef { name: name!("kiali"), namespace: NAMESPACE, port: port!(20001) },
    scheme: Scheme::Http,
    local_port: port!(20001),
};

/// How people log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Login {
    /// Not at all: whoever reaches it sees everything.
    Anonymous,
    /// By the token of a ServiceAccount, whose rights then hold: `kubectl create token`.
    Token,
}

pub(crate) fn bundle(env: &Environment) -> Bundle {
    let kiali = Bundle::new(name!("kiali"), &NAMESPACE, &env.name);
    let signing_key = kiali.app().secret(SecretValue {
        key: name!("signing-key"),
        // Nobody needs to know it: people log in again when it changes.
        source: &SecretSource::Generated(GeneratedSecret { length: 32 }),
    });
    kiali.chart(Chart {
        release: name!("kiali"),
        values: values(env, &signing_key),
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
    nginx::web_ui(env, &kiali, &WEB_UI);
    kiali
}

fn values(env: &Environment, signing_key: &SecretKey) -> chart::Values {
    let strategy = match env.kiali {
        Login::Anonymous => "anonymous",
        Login::Token => "token",
    };
    chart::Values {
        auth: Some(chart::Auth { strategy: Some(strategy.to_owned()), ..chart::Auth::default() }),
        deployment: Some(chart::Deployment {
            node_selector: Some(node_group::SYSTEM.node_selector()),
            image_pull_policy: Some("IfNotPresent".to_owned()),
            view_only_mode: Some(true),
            ..chart::Deployment::default()
        }),
        clustering: Some(chart::Clustering {
            // There is one cluster.
            autodetect_secrets: Some(chart::ClusteringAutodetectSecrets {
                enabled: Some(false),
                label: None,
            }),
            ..chart::Clustering::default()
        }),
        external_services: Some(external_services(env)),
        login_token: Some(chart::LoginToken {
            // The chart's default is another text each time that it is rendered.
            signing_key: Some(format!(
                "secret:{}:{}",
                signing_key.secret_name(),
                signing_key.key()
            )),
        }),
        server: Some(chart::Server {
            port: Some(WEB_UI.service.port.into()),
            ..chart::Server::default()
        }),
        ..chart::Values::default()
    }
}

/// Where Kiali reads, and where its links lead.
fn external_services(env: &Environment) -> chart::ExternalServices {
    let domain = env.internal_domain.as_ref();
    chart::ExternalServices {
        prometheus: Some(chart::ExternalServicesPrometheus {
            url: Some(prometheus::PROMETHEUS.service.http_url()),
            ..chart::ExternalServicesPrometheus::default()
        }),
        grafana: Some(chart::ExternalServicesGrafana {
            enabled: Some(true),
            internal_url: Some(prometheus::GRAFANA.service.http_url()),
            external_url: Some(prometheus::GRAFANA.url(domain)),
            dashboards: Some(vec![json!({
                "name": dashboards::REQUESTS,
                "variables": { "service": dashboards::SERVICE.url_parameter() },
            })]),
            ..chart::ExternalServicesGrafana::default()
        }),
        tracing: Some(chart::ExternalServicesTracing {
            enabled: Some(true),
            provider: Some("jaeger".to_owned()),
            internal_url: Some(jaeger::WEB_UI.service.http_url()),
            external_url: Some(jaeger::WEB_UI.url(domain)),
            use_grpc: Some(false),
            ..chart::ExternalServicesTracing::default()
        }),
        ..chart::ExternalServices::default()
    }
}
