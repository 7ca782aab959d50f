use k8s_openapi::api::core::v1::{ConfigMap, Service};
use manifests_lib::model::Bundle;

fn example(bundle: &Bundle) {
    let other = bundle.clone();
    bundle.patch(move |_: &mut Service| drop(other.add(ConfigMap::default())));
}

fn main() {}
