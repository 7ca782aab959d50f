//! Grafana: dashboards of Prometheus' metrics.

use helm_values::kube_prometheus_stack as chart;
use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use manifests_lib::data::Credentials;
use manifests_lib::prelude::*;
use manifests_lib::values::Bytes;

use super::context::{Context, NAMESPACE, low_cpu};
use super::dashboards;
use crate::node_group;

/// Volume of its database: users, and dashboards made in the web UI.
const VOLUME: Bytes = gibibytes(2);

pub(super) fn values(
    grafana: &mut chart::Grafana,
    context: &Context<'_>,
    credentials: &Credentials,
) {
    let Context { site, bundle, .. } = context;
    let Credentials { user, password } = credentials;
    // Three times the chart's own example. The chart tells Go what it may take.
    let resources = Resources { cpu: millicores(50), memory: mebibytes(384) };
    grafana.node_selector = Some(node_group::SYSTEM.node_selector());
    grafana.resources = Some(resources.requirements());
    grafana.admin.existing_secret = Some(password.secret_name(bundle).to_owned());
    grafana.admin.user_key = Some(user.key().to_owned());
    grafana.admin.password_key = Some(password.key().to_owned());
    grafana.persistence.enabled = Some(true);
    grafana.persistence.size = Some(Quantity::from(VOLUME).0);
    grafana.persistence.storage_class_name = Some(String::from(&site.storage_class));
    // Two pods cannot share the volume.
    grafana.deployment_strategy =
        Some(apps::DeploymentStrategy { type_: Some("Recreate".to_owned()), rolling_update: None });
    // The pod's fsGroup makes the volume writable; the chart's init container would do that as root.
    grafana.init_chown_data.enabled = Some(false);
    // Otherwise the sidecars may read every Secret of the cluster.
    grafana.rbac.namespaced = Some(true);
    grafana.service.port = Some(context.grafana.port().number().into());

    // The sidecars load dashboards and data sources from ConfigMaps of Grafana's own namespace.
    let namespace = Some(NAMESPACE.to_string().into());
    // The chart's own example is 100 MiB.
    grafana.sidecar.resources = Some(low_cpu(mebibytes(128)).requirements());
    grafana.sidecar.dashboards.search_namespace.clone_from(&namespace);
    grafana.sidecar.datasources.uid = Some(dashboards::DATA_SOURCE.to_string());
    grafana.sidecar.datasources.search_namespace = namespace;

    // Viewing needs no login, as in Prometheus itself: Kiali looks up dashboards without a password. Changes need a login.
    let ini = &mut grafana.grafana_ini;
    ini.auth_anonymous.enabled = Some(true);
    ini.auth_anonymous.org_role = Some("Viewer".to_owned());
    ini.server.root_url = Some(context.grafana.url());
    // No requests to grafana.com.
    ini.analytics.check_for_updates = Some(false);
    ini.additional.insert("news".to_owned(), serde_json::json!({ "news_feed_enabled": false }));
}
