//! What all microservices share: their namespace and nodes, mutual TLS, the rule that nobody may call anybody, and the
//! tiers of service level objectives.

use manifests_lib::model::{Component, Injection, Namespace, NamespaceRules, PodSecurity};
use manifests_lib::prelude::*;

use crate::node_group;

/// Where every microservice runs.
const NAMESPACE: Namespace = Namespace::new(name!("services"));

/// What customers meet on every visit.
pub(crate) const CORE: Slo = Slo {
    availability: slo_target!(995),
    latency: Latency { target: slo_target!(990), within: LatencyBound::Milliseconds500 },
};

/// What carries a request through several services.
pub(crate) const CHECKOUT: Slo = Slo {
    availability: slo_target!(990),
    latency: Latency { target: slo_target!(950), within: LatencyBound::Milliseconds2500 },
};

/// What shows that the platform works.
pub(crate) const DEMO: Slo = Slo {
    availability: slo_target!(990),
    latency: Latency { target: slo_target!(950), within: LatencyBound::Milliseconds500 },
};

pub(crate) fn bundle(team: &Team, revision: &Name, prometheus: &Prometheus) {
    let shared = team.bundle(name!("app-shared"), &NAMESPACE);
    shared.create_namespace(
        &NAMESPACE,
        &NamespaceRules {
            injection: Injection::Revision(revision.clone()),
            pod_security: PodSecurity::Baseline,
        },
    );
    shared.strict_mutual_tls();
    shared.deny_by_default(prometheus);
    // Three Aurora clusters listen on 3306: without a name to tell them apart, they would share one listener.
    shared.capture_dns();
}

/// The component `app` of a microservice's own bundle, on the nodes for microservices.
#[track_caller]
pub(crate) fn app(team: &Team, name: Name) -> Component {
    team.bundle(name, &NAMESPACE).app(&node_group::APP)
}
