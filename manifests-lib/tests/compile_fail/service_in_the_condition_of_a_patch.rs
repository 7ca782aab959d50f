use k8s_openapi::api::core::v1;
use manifests_lib::model::Bundle;
use manifests_lib::network::{Http, Service};

fn example(bundle: &Bundle, service: Service<Http>) {
    bundle.patch_where(
        move |other: &v1::Service| other.metadata.namespace.as_deref() != Some(service.namespace().name().as_str()),
        |_| {},
    );
}

fn main() {}
