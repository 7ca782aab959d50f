//! Addresses of components' Services in finished pods, where nobody has looked yet: in pods that this library did not build, and in what
//! patches have changed. Nobody admits pods of no component, nor those of one without the call.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1 as core;

use super::workload::Workload;
use crate::model::bundle::BundleState;
use crate::model::error::BuildError;
use crate::model::facts::Facts;
use crate::model::origin::Origin;
use crate::model::resource::Resource;
use crate::model::rule::Rule;
use crate::network::outbound::is_below;
use crate::workload::addresses::hosts_inside;

/// The host of a component's Service, which admits only components that call it.
pub(crate) struct ServedHost(pub(crate) String);

/// Addresses in the pods of a bundle's finished objects, and in the ConfigMaps of the bundle that these read, where they are those of no
/// component that calls them. What a component's own workload runs and mounts is looked at where it is built, container by container, and
/// here only if a patch has changed it since: `when_built` has the number of patches that each object had then.
pub(crate) fn uncalled(
    bundle: &BundleState,
    declared: &Facts,
    resources: &[Resource],
    when_built: &[usize],
) -> Vec<BuildError> {
    let all = || {
        let all = resources.iter().zip(when_built);
        all.map(|(resource, built)| (resource, resource.patched().len() == *built))
    };
    let config_maps: Vec<_> = all()
        .filter_map(|(made, is_as_built)| Some((made, is_as_built, made.get::<core::ConfigMap>()?)))
        .collect();
    let conventions = &bundle.place.conventions;
    let mut errors = Vec::new();
    for (resource, is_as_built) in all() {
        let Some(workload) = Workload::of(resource) else { continue };
        let namespace = resource.metadata().namespace.as_deref();
        let labels =
            workload.labels().filter(|_| namespace == Some(bundle.namespace.name().as_str()));
        let component = labels.and_then(|it| conventions.component_of(&bundle.name, it));
        let is_known =
            is_as_built && component.as_ref().is_some_and(|component| bundle.is_running(component));
        let is_uncalled = |host: &String| {
            declared.all::<ServedHost>().iter().any(|ServedHost(known)| is_below(host, known))
                && component.as_ref().is_none_or(|component| !bundle.knows_host(component, host))
        };
        let mut refuse = |what: &str, related: Vec<Origin>| {
            let message = format!(
                "{}: {what}, and its pods are of no component of {} that declares a call to it: it would be refused at run time; run it as \
                 a workload of a component that calls it (`calls`), or give its pods the labels and the ServiceAccount of one that does",
                resource.object_ref(),
                bundle.name
            );
            let error = BuildError::new(Rule::AddressAsText, resource.origin(), message);
            errors.push(error.related(related));
        };
        for container in workload.containers().filter(|_| !is_known) {
            let (name, hosts) = (&container.name, hosts_inside(conventions, container));
            for host in hosts.iter().filter(|host| is_uncalled(host)) {
                let what =
                    format!("container {name} has the address {host} in its commands or variables");
                refuse(&what, resource.patched().to_vec());
            }
        }
        for (made, is_as_built, config_map) in &config_maps {
            let metadata = &config_map.metadata;
            if metadata.namespace.as_deref() != namespace || (is_known && *is_as_built) {
                continue;
            }
            let name = metadata.name.as_deref().unwrap_or_default();
            for (key, text) in config_map.data.iter().flatten() {
                if !reads(&workload, name, key) {
                    continue;
                }
                let hosts: BTreeSet<String> = conventions.hosts_inside(text).into_iter().collect();
                for host in hosts.iter().filter(|host| is_uncalled(host)) {
                    let what =
                        format!("the key {key} of ConfigMap {name} has the address {host} in it");
                    let lines = [made.origin()].into_iter().chain(made.patched().iter().copied());
                    refuse(&what, lines.collect());
                }
            }
        }
    }
    errors
}

/// Whether pods have what stands under a key of a ConfigMap: as a variable, or as a file.
fn reads(workload: &Workload<'_>, config_map: &str, key: &str) -> bool {
    let variables = |container: &core::Container| {
        let all = container.env_from.iter().flatten().filter_map(|it| it.config_map_ref.as_ref());
        let each = container.env.iter().flatten().filter_map(|it| it.value_from.as_ref());
        let mut each = each.filter_map(|it| it.config_map_key_ref.as_ref());
        all.into_iter().any(|it| it.name == config_map)
            || each.any(|it| it.name == config_map && it.key == key)
    };
    let volumes = || workload.pods().into_iter().flat_map(|pods| pods.volumes.iter().flatten());
    let is_seen = |name: &str, items: Option<&Vec<core::KeyToPath>>, sub_path: Option<&str>| {
        let path = match items {
            None => Some(key),
            Some(items) => items.iter().find(|it| it.key == key).map(|it| it.path.as_str()),
        };
        name == config_map && path.is_some_and(|path| sub_path.is_none_or(|only| only == path))
    };
    let files = |container: &core::Container| {
        container.volume_mounts.iter().flatten().any(|mount| {
            let sub_path = mount.sub_path.as_deref();
            volumes().filter(|volume| volume.name == mount.name).any(|volume| {
                let own = volume.config_map.as_ref();
                let sources = volume.projected.iter().flat_map(|it| it.sources.iter().flatten());
                let mut projected = sources.filter_map(|source| source.config_map.as_ref());
                own.is_some_and(|it| is_seen(&it.name, it.items.as_ref(), sub_path))
                    || projected.any(|it| is_seen(&it.name, it.items.as_ref(), sub_path))
            })
        })
    };
    workload.containers().any(|container| variables(container) || files(container))
}
