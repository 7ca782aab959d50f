//! What the API server takes and a cluster cannot do well with: ports that the mesh's proxy has, images that change unseen.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::core::v1 as core;

use super::properties::{Pinned, pinned};
use super::workload::Workload;
use crate::model::error::BuildError;
use crate::model::namespace::REVISION;
use crate::model::origin::Origin;
use crate::model::resource::Resource;
use crate::model::rule::Rule;
use crate::network::mesh::is_of_proxy;
use crate::values::Image;

/// Containers of the mesh that listen where their proxy does.
pub(crate) fn ports_of_proxies<'a>(
    resources: impl Iterator<Item = &'a Resource> + Clone,
) -> Vec<BuildError> {
    let in_mesh: BTreeMap<String, Origin> = resources
        .clone()
        .filter_map(|resource| {
            let labels = resource.get::<core::Namespace>()?.metadata.labels.as_ref()?;
            let name = resource.object_ref().name;
            labels.contains_key(REVISION).then_some((name, resource.origin()))
        })
        .collect();
    let mut errors = Vec::new();
    for resource in resources {
        let object = resource.object_ref();
        let namespace = object.namespace.as_deref().unwrap_or_default();
        let Some(declared) = in_mesh.get(namespace) else {
            continue;
        };
        let Some(workload) = Workload::of(resource).filter(|it| !it.is_outside_mesh()) else {
            continue;
        };
        for container in workload.containers().filter(|it| it.name != "istio-proxy") {
            let ports = container.ports.iter().flatten().map(|port| port.container_port);
            errors.extend(ports.filter(|port| is_of_proxy(*port)).map(|port| {
                BuildError::new(
                    Rule::ProxyPort,
                    resource.origin(),
                    format!(
                        "{object}: container {} listens on port {port}, and in the namespace {namespace} each pod has a proxy of the \
                         mesh, which listens on ports from 15000 to 15090 itself: one of them would not start; choose another port",
                        container.name
                    ),
                )
                .related(resource.patched().iter().copied().chain([*declared]))
            }));
        }
    }
    errors
}

/// Containers whose image can become another one unseen; those of `images` that were built on the laptop are not pulled.
pub(crate) fn unpinned_images<'a>(
    resources: impl Iterator<Item = &'a Resource>,
    images: &[Image],
) -> Vec<BuildError> {
    let local: BTreeSet<String> =
        images.iter().filter(|image| image.local().is_some()).map(Image::reference).collect();
    let mut errors = Vec::new();
    for resource in resources {
        let Some(workload) = Workload::of(resource) else {
            continue;
        };
        for container in workload.containers() {
            let Some(image) = container.image.as_deref().filter(|it| pinned(it) != Pinned::Bytes)
            else {
                continue;
            };
            if !local.contains(image) {
                errors.push(
                    BuildError::new(
                        Rule::UnpinnedImage,
                        resource.origin(),
                        format!(
                            "{}: container {} runs {image}, a name that can lead to another image later: what runs would not be what was \
                             reviewed; name an image of others by its digest (public_image!), and your own by the commit that it was \
                             built from, such as fixed_tag!(\"d74ac1c\")",
                            resource.object_ref(),
                            container.name
                        ),
                    )
                    .related(resource.patched().iter().copied()),
                );
            }
        }
    }
    errors
}
