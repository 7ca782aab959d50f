//! Grafana: dashboards of what Prometheus has measured.

use std::collections::BTreeMap;

use helm_values::kube_prometheus_stack as chart;
use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use manifests_lib::model::Bundle;
use manifests_lib::values::{Bytes, Port, gibibytes, mebibytes, millicores};
use manifests_lib::workload::Resources;
use manifests_lib::{name, port};

use super::dashboards;
use super::stack::small;
use crate::environment::Environment;
use crate::node_group;

/// Where it listens in its pod; its Service has another port.
pub(super) const POD_PORT: Port = port!(3000);

/// Volume of its database: users, and dashboards that people have made.
const VOLUME: Bytes = gibibytes(2);

/// The values; the login joins the bundle.
pub(super) fn values(prometheus: &Bundle, env: &Environment) -> chart::Grafana {
    let credentials = prometheus.component(name!("grafana")).credentials(&env.grafana_login);
    chart::Grafana {
        node_selector: Some(node_group::SYSTEM.node_selector()),
        resources: Some(Resources { cpu: millicores(50), memory: mebibytes(384) }.requirements()),
        admin: Some(chart::GrafanaAdmin {
            existing_secret: Some(credentials.password.secret_name().to_owned()),
            user_key: Some(credentials.user.key().to_owned()),
            password_key: Some(credentials.password.key().to_owned()),
        }),
        persistence: Some(chart::GrafanaPersistence {
            enabled: Some(true),
            size: Some(Quantity::from(VOLUME).0),
            storage_class_name: Some(String::from(&env.storage_class)),
            ..chart::GrafanaPersistence::default()
        }),
        // Two pods cannot share the volume.
        deployment_strategy: Some(apps::DeploymentStrategy {
            type_: Some("Recreate".to_owned()),
            rolling_update: None,
        }),
        // The pod's fsGroup gives it the volume; the chart's init container would do it as root.
        init_chown_data: Some(chart::GrafanaInitChownData {
            enabled: Some(false),
            ..chart::GrafanaInitChownData::default()
        }),
        // Otherwise the sidecars may read the Secrets of the whole cluster.
        rbac: Some(chart::GrafanaRbac { namespaced: Some(true), ..chart::GrafanaRbac::default() }),
        sidecar: Some(sidecars()),
        service: Some(chart::GrafanaService {
            port: Some(super::GRAFANA.service.port.into()),
            ..chart::GrafanaService::default()
        }),
        grafana_ini: Some(settings(env)),
        ..chart::Grafana::default()
    }
}

/// They load dashboards and data sources from ConfigMaps of Grafana's own namespace.
fn sidecars() -> chart::GrafanaSidecar {
    let namespace = Some(super::NAMESPACE.to_string().into());
    chart::GrafanaSidecar {
        resources: Some(small(mebibytes(128))),
        dashboards: Some(chart::GrafanaSidecarDashboards {
            search_namespace: namespace.clone(),
            ..chart::GrafanaSidecarDashboards::default()
        }),
        datasources: Some(chart::GrafanaSidecarDatasources {
            uid: Some(dashboards::DATA_SOURCE.to_string()),
            search_namespace: namespace,
            ..chart::GrafanaSidecarDatasources::default()
        }),
        ..chart::GrafanaSidecar::default()
    }
}

/// Grafana tells nobody outside that it exists. Whoever reaches it may look, as in Prometheus itself, so that Kiali finds the
/// dashboards that it links to without a password; to change something one logs in.
fn settings(env: &Environment) -> chart::GrafanaIni {
    chart::GrafanaIni {
        auth_anonymous: Some(chart::GrafanaIniAuthAnonymous {
            enabled: Some(true),
            org_role: Some("Viewer".to_owned()),
        }),
        server: Some(chart::GrafanaIniServer {
            root_url: Some(super::GRAFANA.url(env.internal_domain.as_ref())),
            ..chart::GrafanaIniServer::default()
        }),
        analytics: Some(chart::GrafanaIniAnalytics { check_for_updates: Some(false) }),
        additional: BTreeMap::from([(
            "news".to_owned(),
            serde_json::json!({ "news_feed_enabled": false }),
        )]),
        ..chart::GrafanaIni::default()
    }
}
