//! Addresses inside the cluster that stand in a text: they work for components that have declared the call.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::core::v1 as core;

use crate::model::component::Component;
use crate::model::conventions::Conventions;
use crate::model::error::BuildError;
use crate::model::origin::Origin;
use crate::model::rule::Rule;
use crate::values::FileName;
use crate::workload::mount::Mount;
use crate::workload::volume::PodVolumeSource;

/// Addresses in a finished container that its component does not call.
pub(super) fn uncalled(
    component: &Component,
    container: &core::Container,
    origin: Origin,
) -> Vec<BuildError> {
    let (bundle, name) = (&component.bundle.name, component.name());
    let mut hosts = hosts_inside(component.conventions(), container);
    hosts.retain(|host| !component.bundle.knows_host(name, host));
    let refused = hosts.into_iter().map(|host| {
        let message = format!(
            "container {} has the address {host} in its commands or variables, and {bundle}-{name} declares no call to it: it would be \
             refused at run time; ask for the address at the component {bundle}-{name} (`calls`)",
            container.name
        );
        BuildError::new(Rule::AddressAsText, origin, message)
    });
    refused.collect()
}

/// The hosts inside the cluster that stand in what runs in a container and in its variables.
pub(crate) fn hosts_inside(
    conventions: &Conventions,
    container: &core::Container,
) -> BTreeSet<String> {
    let values = container.env.iter().flatten().filter_map(|variable| variable.value.as_ref());
    commands(container).chain(values).flat_map(|text| conventions.hosts_inside(text)).collect()
}

/// What runs in a container: its program, and what the kubelet starts beside it.
fn commands(container: &core::Container) -> impl Iterator<Item = &String> {
    let core::Container { lifecycle, liveness_probe, readiness_probe, startup_probe, .. } =
        container;
    let hooks = lifecycle.iter().flat_map(|hooks| [&hooks.post_start, &hooks.pre_stop]).flatten();
    let probes = [liveness_probe, readiness_probe, startup_probe].into_iter().flatten();
    let beside = hooks.filter_map(|hook| hook.exec.as_ref());
    let beside = beside.chain(probes.filter_map(|probe| probe.exec.as_ref()));
    let program = container.command.iter().chain(&container.args).flatten();
    program.chain(beside.flat_map(|started| started.command.iter().flatten()))
}

/// Addresses in the files that a component mounts and that it does not call.
pub(super) fn uncalled_in_files(component: &Component, mounts: &[Mount]) -> Vec<BuildError> {
    let (bundle, name) = (&component.bundle.name, component.name());
    let mut uncalled = BTreeMap::new();
    for mount in mounts {
        let PodVolumeSource::ConfigMap { name: files, addresses, made_for, .. } =
            &mount.volume.source
        else {
            continue;
        };
        let is_seen =
            |file: &FileName| mount.file.as_ref().is_none_or(|only| only == file.as_str());
        for (file, host) in addresses {
            if is_seen(file) && !component.bundle.knows_host(name, host) {
                uncalled.entry((files, file, host)).or_insert((mount.origin, made_for.origin()));
            }
        }
    }
    let refused = uncalled.into_iter().map(|((files, file, host), (mounted_at, made_at))| {
        let message = format!(
            "the file {file} of {files} has the address {host} in it, and {bundle}-{name}, which mounts it, declares no call to it: it would \
             be refused at run time; ask for the address at the component {bundle}-{name} (`calls`)"
        );
        BuildError::new(Rule::AddressAsText, mounted_at, message).related([made_at])
    });
    refused.collect()
}
