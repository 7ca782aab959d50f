//! What a bundle consists of, as far as others have to know it.

use std::collections::{BTreeMap, BTreeSet};

use custom_resources::rabbitmq::v1beta1::RabbitmqCluster;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1 as apiextensions;
use serde_json::Value;

use crate::check;
use crate::delivery::chart::SourceFrom;
use crate::model::group_kind::GroupKind;
use crate::model::origin::Origin;
use crate::model::resource::Resource;
use crate::platform::BuiltBundle;

impl BuiltBundle {
    /// Every kind of object that the bundle deploys, with the first line that asks for it.
    #[must_use]
    pub fn kinds(&self) -> BTreeMap<GroupKind, Origin> {
        let mut kinds = BTreeMap::new();
        for resource in &self.resources {
            kinds.entry(resource.kind()).or_insert(resource.origin());
        }
        for source in &self.sources {
            for kind in &source.kinds {
                kinds.entry(*kind).or_insert(source.origin);
            }
            if !source.crd_groups.is_empty() {
                kinds
                    .entry(GroupKind::of::<apiextensions::CustomResourceDefinition>())
                    .or_insert(source.origin);
            }
        }
        kinds
    }

    /// Every namespace that the bundle deploys to, with the first line that asks for it.
    #[must_use]
    pub fn namespaces(&self) -> BTreeMap<String, Origin> {
        let mut namespaces = BTreeMap::new();
        for resource in &self.resources {
            if let Some(namespace) = resource.object_ref().namespace {
                namespaces.entry(namespace).or_insert(resource.origin());
            }
        }
        for source in &self.sources {
            for namespace in [&source.namespace].into_iter().chain(&source.other_namespaces) {
                namespaces.entry(namespace.to_string()).or_insert(source.origin);
            }
        }
        namespaces
    }

    /// Every storage class that its claims and the values of its charts name.
    pub(super) fn storage_classes(&self) -> BTreeSet<String> {
        let mut classes = BTreeSet::new();
        for resource in &self.resources {
            classes.extend(claimed_by(resource).into_iter().cloned());
        }
        for source in &self.sources {
            if let SourceFrom::Chart { values, .. } = &source.from {
                find_storage_classes(values, &mut classes);
            }
        }
        classes
    }
}

/// The storage classes of an object's claims.
fn claimed_by(resource: &Resource) -> Vec<&String> {
    if let Some(claim) = resource.get::<core::PersistentVolumeClaim>() {
        let spec = claim.spec.as_ref();
        return spec.and_then(|spec| spec.storage_class_name.as_ref()).into_iter().collect();
    }
    let of_pods = check::claims(resource);
    if !of_pods.is_empty() {
        return of_pods.into_iter().filter_map(|claim| claim.storage_class_name.as_ref()).collect();
    }
    let rabbitmq = resource.get::<RabbitmqCluster>().and_then(|cluster| cluster.spec.as_ref());
    let persistence = rabbitmq.and_then(|spec| spec.persistence.as_ref());
    persistence
        .and_then(|persistence| persistence.storage_class_name.as_ref())
        .into_iter()
        .collect()
}

/// Claims of charts, whatever the chart calls what holds them: the values of all call it `storageClassName`.
fn find_storage_classes(json: &Value, classes: &mut BTreeSet<String>) {
    match json {
        Value::Object(fields) => {
            for (key, value) in fields {
                match value {
                    Value::String(class) if key == "storageClassName" => {
                        classes.insert(class.clone());
                    }
                    _ => find_storage_classes(value, classes),
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                find_storage_classes(item, classes);
            }
        }
        _ => {}
    }
}
