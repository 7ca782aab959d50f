//! The CRDs of the Gateway API, which NGINX and Istio build on.

use k8s_openapi::api::admissionregistration::v1 as admission;
use manifests_lib::delivery::Kustomization;
use manifests_lib::model::{GroupKind, Namespace};
use manifests_lib::prelude::*;
use manifests_lib::{git_commit, git_url, relative_path};

use super::shared::Infra;

pub(crate) fn bundle(infra: &Infra) {
    let gateway_api = infra.bundle(name!("gateway-api"), &Namespace::KUBE_SYSTEM);
    gateway_api.kustomization(Kustomization {
        repository: git_url!("https://github.com/kubernetes-sigs/gateway-api.git"),
        release: tag!("v1.5.1"),
        commit: git_commit!("e7677b70ae75d14a4448fba94870e7deea6cf0ad"),
        path: relative_path!("config/crd"),
        images: Vec::new(),
        exclude: Vec::new(),
        pod_patch: None,
        kinds: vec![
            // The policy rejects CRDs of an older release or of the experimental channel.
            GroupKind::of::<admission::ValidatingAdmissionPolicy>(),
            GroupKind::of::<admission::ValidatingAdmissionPolicyBinding>(),
        ],
        crd_groups: vec!["gateway.networking.k8s.io"],
    });
}
