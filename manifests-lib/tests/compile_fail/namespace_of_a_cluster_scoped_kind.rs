use k8s_openapi::api::core::v1::PersistentVolume;
use manifests_lib::model::{Bundle, Namespace};

fn adds(bundle: &Bundle, volume: PersistentVolume, namespace: &Namespace) {
    bundle.add(volume).namespace(namespace);
}

fn main() {}
