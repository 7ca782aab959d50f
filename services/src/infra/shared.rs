//! The namespaces of the infrastructure; each has its one owner here.

use manifests_lib::model::{Bundle, Injection, NamespaceRules, PodSecurity};
use manifests_lib::name;

use super::{
    cert_manager, external_secrets, fluentbit, istio, jaeger, nginx, prometheus, rabbitmq,
};
use crate::deploy::argocd;
use crate::environment::Environment;

pub(crate) fn bundle(env: &Environment) -> Bundle {
    let shared = Bundle::new(name!("infra-shared"), &argocd::KUBE_SYSTEM, &env.name);
    let outside_the_mesh =
        |pod_security| NamespaceRules { injection: Injection::None, pod_security };
    let gateways = NamespaceRules {
        injection: Injection::Revision(istio::REVISION),
        pod_security: PodSecurity::Baseline,
    };
    // The network plugin writes on the nodes.
    shared.create_namespace(&istio::SYSTEM, &outside_the_mesh(PodSecurity::Privileged));
    shared.create_namespace(&istio::INGRESS.namespace, &gateways);
    shared.create_namespace(&istio::EGRESS.namespace, &gateways);
    shared.create_namespace(&jaeger::NAMESPACE, &outside_the_mesh(PodSecurity::Restricted));
    // It reads the logs of the node.
    shared.create_namespace(&fluentbit::NAMESPACE, &outside_the_mesh(PodSecurity::Privileged));
    // The node exporter reads the node.
    shared.create_namespace(&prometheus::NAMESPACE, &outside_the_mesh(PodSecurity::Privileged));
    shared
        .create_namespace(&external_secrets::NAMESPACE, &outside_the_mesh(PodSecurity::Restricted));
    shared.create_namespace(&cert_manager::NAMESPACE, &outside_the_mesh(PodSecurity::Restricted));
    shared.create_namespace(&nginx::NAMESPACE, &outside_the_mesh(PodSecurity::Restricted));
    shared.create_namespace(&rabbitmq::OPERATORS, &outside_the_mesh(PodSecurity::Restricted));
    shared.create_namespace(&rabbitmq::NAMESPACE, &outside_the_mesh(PodSecurity::Restricted));
    shared
}
