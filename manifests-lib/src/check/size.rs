//! What etcd and the API server take at most.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1 as core;

use super::Mistake;
use super::forms;
use crate::model::resource::Resource;
use crate::model::rule::Rule;

/// What all values of a ConfigMap or Secret may have together, in bytes.
///
/// Upstream: <https://kubernetes.io/docs/concepts/configuration/configmap/#motivation>
pub const CONFIGURATION: usize = 1 << 20;

/// What all annotations of an object may have, keys included, in bytes.
///
/// Upstream: `TotalAnnotationSizeLimitB` of apimachinery
pub const ANNOTATIONS: usize = 256 << 10;

/// What etcd takes in one request, and with it the longest object, in bytes.
///
/// Upstream: <https://etcd.io/docs/v3.6/dev-guide/limit/>
pub const OBJECT: usize = 3 << 19;

/// An object that etcd would not take.
pub(super) fn too_large(resource: &Resource) -> Option<Mistake> {
    // A ConfigMap has its own limit, which is lower.
    let (size, limit, what) = if let Some(config_map) = resource.get::<core::ConfigMap>() {
        let text = config_map.data.iter().flatten().map(|(_, value)| value.len());
        let binary = config_map.binary_data.iter().flatten().map(|(_, value)| value.0.len());
        (text.chain(binary).sum(), CONFIGURATION, "the values of a ConfigMap")
    } else {
        (resource.text_size(), OBJECT, "an object")
    };
    (size > limit).then(|| {
        Mistake::new(
            Rule::ObjectTooLarge,
            format!(
                "the API server would refuse {size} bytes: {what} may have {limit}; split it, or put the data into an image or a volume"
            ),
        )
    })
}

/// Keys of a ConfigMap that the API server would refuse.
pub(super) fn data_keys(config_map: &core::ConfigMap) -> Vec<Mistake> {
    let empty = BTreeMap::new();
    let data = config_map.data.as_ref().unwrap_or(&empty);
    let binary = config_map.binary_data.iter().flatten().map(|(key, _)| key);
    let mut mistakes = Vec::new();
    for key in data.keys().chain(binary.clone()) {
        if !forms::data_key(key.as_bytes()) {
            mistakes.push(Mistake::new(
                Rule::InvalidDataKey,
                format!(
                    "data: the API server would refuse the key {key:?}: it has 1 to 253 of letters, digits, '-', '_' and '.', and is \
                     neither '.' nor begins with '..'; rename it"
                ),
            ));
        }
    }
    for key in binary.filter(|key| data.contains_key(*key)) {
        mistakes.push(Mistake::new(
            Rule::InvalidDataKey,
            format!("the key {key:?} is in data and in binaryData: the API server would refuse it; remove one"),
        ));
    }
    mistakes
}
