use k8s_openapi::api::core::v1::PodSpec;
use manifests_lib::model::Bundle;

fn adds(bundle: &Bundle) {
    bundle.add(PodSpec::default());
}

fn main() {}
