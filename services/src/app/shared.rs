//! What all microservices share: their namespace, mutual TLS, and the rule that nobody may call anybody.

use manifests_lib::prelude::*;

use crate::environment::Environment;
use crate::infra::{istio, prometheus};

/// Where every microservice runs.
pub(crate) const NAMESPACE: Namespace = Namespace::new(name!("services"));

pub(crate) fn bundle(env: &Environment) -> Bundle {
    let shared = Bundle::new(name!("app-shared"), &NAMESPACE, &env.name);
    shared.create_namespace(
        &NAMESPACE,
        &NamespaceRules {
            injection: Injection::Revision(istio::REVISION),
            pod_security: PodSecurity::Baseline,
        },
    );
    shared.strict_mutual_tls();
    shared.deny_by_default(&MetricsScraper {
        namespace: &prometheus::NAMESPACE,
        app_name: prometheus::APP_NAME,
    });
    // Three Aurora clusters listen on 3306: without a name to tell them apart, they would share one listener.
    shared.capture_dns();
    shared
}
