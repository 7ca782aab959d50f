//! Compares the storage classes that the platform asks for with those that the cluster has.

use std::collections::BTreeSet;

use custom_resources::rabbitmq::v1beta1::RabbitmqCluster;
use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::api::storage::v1::StorageClass;
use manifests_lib::cluster::Cluster;
use manifests_lib::model::Resource;
use manifests_lib::platform::BuiltPlatform;

/// A sentence for each object that asks for a storage class that neither the cluster nor the platform has.
pub(super) fn unknown_classes(platform: &BuiltPlatform, cluster: &Cluster) -> Vec<String> {
    let own =
        platform.resources().filter_map(|it| it.get::<StorageClass>()?.metadata.name.as_deref());
    let of_cluster = cluster.storage_classes.iter().map(|class| class.name.as_str());
    let known: BTreeSet<&str> = own.chain(of_cluster).collect();
    let mut sentences = Vec::new();
    for resource in platform.resources() {
        // An empty name asks for a volume without a class.
        let asked = storage_classes(resource).into_iter().filter(|class| !class.is_empty());
        for class in asked.filter(|class| !known.contains(class)) {
            sentences.push(format!(
                "{}: {} asks for the storage class {class}, which the cluster does not have: its pods would stay Pending; name one of {}",
                resource.origin(),
                resource.object_ref(),
                known.iter().copied().collect::<Vec<_>>().join(", ")
            ));
        }
    }
    sentences
}

/// The storage classes that an object asks for.
fn storage_classes(resource: &Resource) -> Vec<&str> {
    if let Some(core::PersistentVolumeClaim { spec: Some(spec), .. }) = resource.get() {
        return spec.storage_class_name.as_deref().into_iter().collect();
    }
    if let Some(apps::StatefulSet { spec: Some(spec), .. }) = resource.get() {
        let claims = spec.volume_claim_templates.iter().flatten();
        return claims.filter_map(|it| it.spec.as_ref()?.storage_class_name.as_deref()).collect();
    }
    let Some(RabbitmqCluster { spec: Some(spec), .. }) = resource.get() else {
        return Vec::new();
    };
    let disk = spec.persistence.as_ref();
    disk.and_then(|disk| disk.storage_class_name.as_deref()).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use manifests_lib::model::{Namespace, named};
    use manifests_lib::name;
    use manifests_lib::values::{Name, gibibytes};
    use manifests_lib::workload::volume_claim;

    use super::*;
    use crate::small;

    /// What is wrong with a claim of this class, beside a class that the platform itself has.
    fn asks_for(class: &Name) -> Vec<String> {
        let platform = small::platform();
        let store =
            platform.team(name!("store")).bundle(name!("store"), &Namespace::new(name!("shop")));
        store.add(core::PersistentVolumeClaim {
            metadata: named("data"),
            spec: Some(volume_claim(gibibytes(1), class)),
            status: None,
        });
        store.add(StorageClass {
            metadata: named("own"),
            provisioner: "example.com/disk".to_owned(),
            ..StorageClass::default()
        });
        unknown_classes(&platform.build().expect("a platform that can be built"), &small::nodes())
    }

    #[test]
    fn a_storage_class_that_nobody_has_is_named() {
        let [sentence] = asks_for(&name!("fast")).try_into().expect("one sentence");
        let asks = "PersistentVolumeClaim shop/data asks for the storage class fast, which the cluster does not have: its pods would stay \
                    Pending; name one of local-path, own, standard";
        assert!(sentence.ends_with(asks), "{sentence}");
    }

    #[test]
    fn a_storage_class_of_the_cluster_or_the_platform_is_known() {
        for class in [name!("standard"), name!("own")] {
            assert_eq!(asks_for(&class), Vec::<String>::new());
        }
    }
}
