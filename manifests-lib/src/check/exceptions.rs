//! Security exceptions: each is declared with a reason, and is needed.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1 as core;

use super::workload::Workload;
use super::{Mistake, overrides};
use crate::model::error::BuildError;
use crate::model::label::Labels;
use crate::model::resource::Resource;
use crate::model::rule::Rule;
use crate::workload::escapes::{Escapes, Extent, escapes};
use crate::workload::{Allowance, SecurityException};

/// What a container is allowed beyond the rule, by its name as exceptions have it.
pub(super) type Allowed = (String, Escapes);

/// What the containers of an object are allowed beyond the rule.
pub(super) fn of_object(resource: &Resource) -> Result<Vec<Allowed>, Mistake> {
    let workload = Workload::of(resource);
    let whole = workload.and_then(|it| Some((it.pods()?, it.annotations())));
    let of = |pods: &core::PodSpec, annotations: Option<&Labels>, extent| {
        let containers = pods.containers.iter().chain(pods.init_containers.iter().flatten());
        let named = containers.filter_map(|container| {
            let escapes = escapes(pods, annotations, container, extent);
            let object = || resource.metadata().name.as_deref().unwrap_or_default();
            (!escapes.is_empty()).then(|| (format!("{}/{}", object(), container.name), escapes))
        });
        named.collect()
    };
    if let Some((pods, annotations)) = whole {
        return Ok(of(pods, annotations, Extent::Whole));
    }
    let pods = overrides::pods(resource)?;
    Ok(pods.map(|pods| of(&pods, None, Extent::Part)).unwrap_or_default())
}

/// What a container of an object is allowed beyond the rule without a reason.
pub(super) fn undeclared(allowed: &[Allowed], exceptions: &[SecurityException]) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    for (container, escapes) in allowed {
        let declared = |allowance: Allowance| {
            exceptions.iter().any(|it| it.container == *container && it.allows == allowance)
        };
        let name = container.rsplit('/').next().unwrap_or_default();
        for (allowance, fields) in escapes.iter().filter(|(allowance, _)| !declared(**allowance)) {
            mistakes.push(Mistake::new(
                Rule::UndeclaredSecurityException,
                format!(
                    "container {name} {allowance} ({}), and no line says why: remove what allows it, or declare \
                     Allowance::{allowance:?} with its reason (ContainerHandle::allow, Bundle::allow)",
                    fields.join(", ")
                ),
            ));
        }
    }
    mistakes
}

/// Exceptions of a bundle that say no reason or that none of its containers needs.
pub(super) fn idle(allowed: &[Allowed], exceptions: &[SecurityException]) -> Vec<BuildError> {
    let needed: BTreeSet<(&str, Allowance)> = allowed
        .iter()
        .flat_map(|(container, escapes)| {
            escapes.keys().map(|allowance| (container.as_str(), *allowance))
        })
        .collect();
    let mut errors = Vec::new();
    for exception in exceptions {
        let SecurityException { origin, container, allows, reason } = exception;
        if reason.trim().is_empty() {
            errors.push(BuildError::new(
                Rule::MissingReason,
                *origin,
                format!(
                    "container {container} {allows}, and the reason is empty: say why, for those who review what may do more than others"
                ),
            ));
        }
        if !needed.contains(&(container.as_str(), *allows)) {
            errors.push(BuildError::new(
                Rule::UnusedSecurityException,
                *origin,
                format!(
                    "no container {container} of the bundle {allows}: whatever does so later would pass unseen; remove the exception, or \
                     correct the names"
                ),
            ));
        }
    }
    errors
}
