//! What custom resources change of the pods that their operators write.

use custom_resources::rabbitmq::v1beta1::{RabbitmqCluster, TemplateSpec};
use k8s_openapi::api::core::v1 as core;

use super::Mistake;
use crate::model::resource::Resource;
use crate::model::rule::Rule;

/// The changes of an object to pods of an operator, where it makes any.
pub(super) fn pods(resource: &Resource) -> Result<Option<core::PodSpec>, Mistake> {
    // Its schema is that of a PodSpec, but where it takes any JSON.
    let read = |template| serde_json::from_value(serde_json::to_value(template)?);
    template(resource).map(read).transpose().map_err(|error: serde_json::Error| {
        Mistake::new(
            Rule::InvalidPodOverride,
            format!(
                "what it changes of its pods is no PodSpec ({error}): the API server would refuse it, and what it allows cannot be \
                 judged; correct it"
            ),
        )
    })
}

fn template(resource: &Resource) -> Option<&TemplateSpec> {
    let spec = resource.get::<RabbitmqCluster>()?.spec.as_ref()?;
    let stateful_set = spec.override_.as_ref()?.stateful_set.as_ref()?.spec.as_ref()?;
    stateful_set.template.as_ref()?.spec.as_ref()
}
