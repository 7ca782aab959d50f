//! Addresses inside the cluster that stand in a text: they work for components that have declared the call.

use k8s_openapi::api::core::v1 as core;

use crate::model::component::Component;
use crate::model::error::BuildError;
use crate::model::origin::Origin;
use crate::model::rule::Rule;

/// Addresses in a finished container that its component does not call.
pub(super) fn uncalled(
    component: &Component,
    container: &core::Container,
    origin: Origin,
) -> Vec<BuildError> {
    let arguments = container.command.iter().chain(&container.args).flatten();
    let values = container.env.iter().flatten().filter_map(|variable| variable.value.as_ref());
    let (bundle, name) = (&component.bundle.name, component.name());
    let mut hosts: Vec<String> = arguments
        .chain(values)
        .flat_map(|text| component.conventions().hosts_inside(text))
        .filter(|host| !component.bundle.knows_host(name, host))
        .collect();
    hosts.sort();
    hosts.dedup();
    let refused = hosts.into_iter().map(|host| {
        let message = format!(
            "container {} has the address {host} in its arguments or variables, and {bundle}-{name} declares no call to it: it would be \
             refused at run time; ask for the address at the component {bundle}-{name} (`calls`)",
            container.name
        );
        BuildError::new(Rule::AddressAsText, origin, message)
    });
    refused.collect()
}

/// Addresses in the files of a component that no component of its bundle calls.
pub(super) fn uncalled_in_files<'a>(
    component: &Component,
    files: impl Iterator<Item = &'a str>,
    origin: Origin,
) -> Vec<BuildError> {
    let bundle = &component.bundle;
    let mut hosts: Vec<String> = files
        .flat_map(|text| component.conventions().hosts_inside(text))
        .filter(|host| !bundle.knows_host(component.name(), host) && !bundle.sends_to_host(host))
        .collect();
    hosts.sort();
    hosts.dedup();
    let refused = hosts.into_iter().map(|host| {
        let message = format!(
            "a file has the address {host} in it, and no component of {} declares a call to it: it would be refused at run time; ask \
             for the address at the component that reads the file (`calls`)",
            bundle.name
        );
        BuildError::new(Rule::AddressAsText, origin, message)
    });
    refused.collect()
}
