//! Addresses of components' Services in pods that this library did not build: nobody admits pods of no component.

use super::workload::Workload;
use crate::model::bundle::BundleState;
use crate::model::error::BuildError;
use crate::model::facts::Facts;
use crate::model::resource::Resource;
use crate::model::rule::Rule;
use crate::network::outbound::is_below;
use crate::workload::addresses::hosts_inside;

/// The host of a component's Service, which admits only components that call it.
pub(crate) struct ServedHost(pub(crate) String);

/// Addresses in the pods of a bundle's finished objects, where they are those of no component that calls them. The pods of a component's
/// own workload are looked at where they are built, container by container.
pub(crate) fn uncalled(
    bundle: &BundleState,
    declared: &Facts,
    resources: &[Resource],
) -> Vec<BuildError> {
    let mut errors = Vec::new();
    for resource in resources {
        let Some(workload) = Workload::of(resource) else { continue };
        let is_near =
            resource.metadata().namespace.as_deref() == Some(bundle.namespace.name().as_str());
        let labels = workload.labels().filter(|_| is_near);
        let component =
            labels.and_then(|it| bundle.place.conventions.component_of(&bundle.name, it));
        if component.as_ref().is_some_and(|component| bundle.is_running(component)) {
            continue;
        }
        for container in workload.containers() {
            let mut hosts = hosts_inside(&bundle.place.conventions, container);
            if hosts.is_empty() {
                continue;
            }
            let served = declared.all::<ServedHost>();
            hosts.retain(|host| {
                served.iter().any(|ServedHost(known)| is_below(host, known))
                    && component.as_ref().is_none_or(|it| !bundle.knows_host(it, host))
            });
            errors.extend(hosts.into_iter().map(|host| {
                let message = format!(
                    "{}: container {} has the address {host} in its commands or variables, and its pods are of no component of {} that \
                     declares a call to it: it would be refused at run time; run it as a workload of a component that calls it \
                     (`calls`), or give its pods the labels and the ServiceAccount of one that does",
                    resource.object_ref(),
                    container.name,
                    bundle.name
                );
                BuildError::new(Rule::AddressAsText, resource.origin(), message)
                    .related(resource.patched().to_vec())
            }));
        }
    }
    errors
}
