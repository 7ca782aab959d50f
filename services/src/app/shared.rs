//! What all microservices share: their namespace and nodes, mutual TLS, the default deny policies and the SLO tiers.

use manifests_lib::model::{Component, Injection, Namespace, NamespaceRules, PodSecurity};
use manifests_lib::prelude::*;

use crate::node_group;

/// The namespace of all microservices.
const NAMESPACE: Namespace = Namespace::new(name!("services"));

/// SLO of the services that every customer visit needs.
pub(crate) const CORE: Slo = Slo {
    availability: slo_target!(995),
    latency: Latency { target: slo_target!(990), within: LatencyBound::Milliseconds500 },
};

/// SLO of requests that pass through several services.
pub(crate) const CHECKOUT: Slo = Slo {
    availability: slo_target!(990),
    latency: Latency { target: slo_target!(950), within: LatencyBound::Milliseconds2500 },
};

/// SLO of the demo services.
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
            pod_security: PodSecurity::Restricted,
        },
    );
    shared.strict_mutual_tls();
    shared.deny_by_default(prometheus);
    // Three Aurora clusters listen on 3306: without host names to tell them apart, they would share one listener.
    shared.capture_dns();
}

/// The component `app` of a microservice's own bundle, on the nodes for microservices.
#[track_caller]
pub(crate) fn app(team: &Team, name: Name) -> Component {
    let bundle = team.bundle(name, &NAMESPACE);
    accept_passwords_by_hand(&bundle);
    accept_databases_of_the_place(&bundle);
    bundle.app(&node_group::APP)
}

/// One line for all microservices, of which only some have a database.
fn accept_databases_of_the_place(bundle: &Bundle) {
    bundle.accept(
        CheckRule::WORKLOAD_OF_ONE_ENVIRONMENT,
        "the kind of place chooses the database: a container on a laptop, Aurora on AWS",
    );
}

/// One line for all microservices, of which only some have passwords.
fn accept_passwords_by_hand(bundle: &Bundle) {
    bundle.accept(
        CheckRule::ROTATED_VARIABLE,
        "images read passwords once: who rotates one restarts the pods while the old one still works",
    );
}
