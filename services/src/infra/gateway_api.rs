//! The CRDs of the Gateway API, which NGINX and Istio build on.

use k8s_openapi::api::admissionregistration::v1 as admission;
use manifests_lib::delivery::Kustomization;
use manifests_lib::model::{Bundle, GroupKind};
use manifests_lib::{git_url, name, relative_path, tag};

use crate::deploy::argocd;
use crate::environment::Environment;

pub(crate) fn bundle(env: &Environment) -> Bundle {
    let gateway_api = Bundle::new(name!("gateway-api"), &argocd::KUBE_SYSTEM, &env.name);
    gateway_api.kustomization(Kustomization {
        repository: git_url!("https://github.com/kubernetes-sigs/gateway-api.git"),
        release: tag!("v1.5.1"),
        path: relative_path!("config/crd"),
        images: Vec::new(),
        exclude: Vec::new(),
        pod_patch: None,
        kinds: vec![
            // The policy refuses CRDs of an older release or of the experimental channel.
            GroupKind::of::<admission::ValidatingAdmissionPolicy>(),
            GroupKind::of::<admission::ValidatingAdmissionPolicyBinding>(),
        ],
        crd_groups: vec!["gateway.networking.k8s.io"],
    });
    gateway_api
}
