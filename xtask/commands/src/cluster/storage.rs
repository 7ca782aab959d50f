//! Compares the storage classes that the platform asks for with those that the cluster has.

use std::collections::BTreeSet;

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
    let asked = platform.claimed_storage_classes().filter(|(_, class)| !class.is_empty());
    let unknown = asked.filter(|(_, class)| !known.contains(class));
    let sentence = |(resource, class): (&Resource, &str)| {
        format!(
            "{}: {} asks for the storage class {class}, which the cluster does not have: its pods would stay Pending; name one of {}",
            resource.origin(),
            resource.object_ref(),
            known.iter().copied().collect::<Vec<_>>().join(", ")
        )
    };
    unknown.map(sentence).collect()
}

#[cfg(test)]
mod tests {
    use k8s_openapi::api::core::v1 as core;
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
