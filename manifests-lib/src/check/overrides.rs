//! What custom resources change of the pods that their operators write.

use custom_resources::rabbitmq::v1beta1::RabbitmqCluster;
use k8s_openapi::api::core::v1 as core;

use crate::model::resource::Resource;

/// The changes of an object to pods of an operator, as far as it makes any.
pub(super) fn pods(resource: &Resource) -> Option<core::PodSpec> {
    let spec = resource.get::<RabbitmqCluster>()?.spec.as_ref()?;
    let stateful_set = spec.override_.as_ref()?.stateful_set.as_ref()?.spec.as_ref()?;
    let template = stateful_set.template.as_ref()?.spec.as_ref()?;
    // Its schema is that of a PodSpec.
    serde_json::from_value(serde_json::to_value(template).ok()?).ok()
}
