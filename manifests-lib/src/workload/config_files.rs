//! Files that a container reads and everybody may see.

use std::collections::BTreeMap;
use std::rc::Rc;

use k8s_openapi::api::core::v1 as core;
use sha2::{Digest as _, Sha256};

use super::volume::{PodVolume, PodVolumeSource};
use super::{ContainerHandle, Volume};
use crate::digest::{digest_of, hexadecimal};
use crate::model::bundle::{Output, Part};
use crate::model::component::Component;
use crate::model::error::BuildError;
use crate::model::made_for::MadeFor;
use crate::model::origin::Origin;
use crate::model::patch::{Made, patchable};
use crate::model::rule::Rule;
use crate::values::{AbsolutePath, FileName, Name};

/// Text files that containers of a component read. A change of one restarts their pods.
///
/// Becomes a ConfigMap named `<bundle>-<component>-config-map-<name>`, and the annotation `checksum/config` of the pods that
/// mount it. Nothing secret belongs here: the build refuses what reads like it. All files together have at most 1 MiB.
/// Above 128 KiB, Argo CD applies them on the server's side (`ServerSideApply=true`), without a copy of them in an annotation.
///
/// Upstream: <https://kubernetes.io/docs/concepts/configuration/configmap/>
#[derive(Clone, Copy, Debug)]
pub struct ConfigFiles<'a> {
    /// Name, unique in the component: `&name!("flags")`.
    pub name: &'a Name,
    /// Names and texts: `&[(file_name!("flags.json"), FLAGS)]`.
    pub files: &'a [(FileName, &'a str)],
}

/// [`ConfigFiles`] that containers can mount, as a folder ([`mount`](ContainerHandle::mount)) or one by one
/// ([`mount_file`](ContainerHandle::mount_file)).
#[derive(Clone)]
pub struct ConfigFilesHandle {
    state: Rc<ConfigFilesState>,
    made: Made,
}

patchable! {
    /// A patch of the content restarts no pods: their annotation tells the files as they were given.
    ///
    ConfigFilesHandle { made: core::ConfigMap; }
}

struct ConfigFilesState {
    component: Component,
    origin: Origin,
    /// Name of the ConfigMap.
    name: String,
    /// Name of the volume.
    volume: String,
    files: BTreeMap<FileName, String>,
}

impl Component {
    /// Makes text files available to containers of the component, and of others in its namespace.
    ///
    /// The build reports a file that is there twice.
    #[track_caller]
    #[must_use = "mount the files into a container"]
    pub fn config(&self, files: ConfigFiles<'_>) -> ConfigFilesHandle {
        let origin = Origin::here();
        let ConfigFiles { name, files } = files;
        let mut all = BTreeMap::new();
        for (file, text) in files {
            if all.contains_key(file) {
                self.bundle.error(BuildError::new(
                    Rule::InvalidDataKey,
                    origin,
                    format!("the file {file} is in {name} twice: pods would see only the last one; rename or remove one"),
                ));
            }
            all.insert(file.clone(), (*text).to_owned());
        }
        let state = Rc::new(ConfigFilesState {
            component: self.clone(),
            origin,
            volume: format!("config-{name}"),
            name: self.object_name(&format!("config-map-{name}")),
            files: all,
        });
        let made = self.bundle.push(Rc::clone(&state));
        ConfigFilesHandle { state, made }
    }
}

impl<P> ContainerHandle<P> {
    /// Mounts one of the files at a path, and hides nothing beside it.
    ///
    /// The build reports a file that is not there.
    #[track_caller]
    pub fn mount_file(&self, files: &ConfigFilesHandle, file: &FileName, path: AbsolutePath) {
        let origin = Origin::here();
        let state = &files.state;
        if !state.files.contains_key(file) {
            let others: Vec<_> = state.files.keys().map(FileName::as_str).collect();
            let message = format!(
                "{} has no file {file}, and the container would not start: name one of {}",
                state.name,
                others.join(", ")
            );
            self.refuse_error(
                BuildError::new(Rule::MissingVolume, origin, message).related([state.origin]),
            );
            return;
        }
        self.mount_volume(origin, files.declare(), path, Some(file.to_string()));
    }
}

impl Volume for ConfigFilesHandle {
    fn declare(&self) -> PodVolume {
        let ConfigFilesState { component, origin, name, volume, files } = &*self.state;
        let addresses = files.iter().flat_map(|(file, text)| {
            let hosts = component.conventions().hosts_inside(text).into_iter();
            hosts.map(|host| (file.clone(), host))
        });
        PodVolume {
            name: volume.clone(),
            source: PodVolumeSource::ConfigMap {
                name: name.clone(),
                addresses: addresses.collect(),
                content: Some(digest(files)),
                made_for: MadeFor::namespace(&component.bundle, *origin),
            },
        }
    }
}

impl Part for ConfigFilesState {
    fn build(&self, output: &mut Output<'_>) {
        let data = self.files.iter().map(|(file, text)| (file.to_string(), text.clone()));
        output.add(
            self.origin,
            core::ConfigMap {
                metadata: self.component.metadata_named(self.name.clone()),
                data: Some(data.collect()),
                ..core::ConfigMap::default()
            },
        );
    }
}

/// What changes with any of the files.
fn digest(files: &BTreeMap<FileName, String>) -> String {
    digest_of(files.iter().flat_map(|(file, text)| [file.as_str(), text]))
}

/// What changes with any of the ConfigMaps that a pod mounts.
pub(super) fn checksum<'a>(volumes: impl Iterator<Item = &'a PodVolume>) -> Option<String> {
    let contents: BTreeMap<&str, &str> = volumes
        .filter_map(|volume| match &volume.source {
            PodVolumeSource::ConfigMap { name, content, .. } => {
                Some((name.as_str(), content.as_deref()?))
            }
            _ => None,
        })
        .collect();
    let mut digest = Sha256::new();
    for content in contents.values() {
        digest.update(content);
    }
    (!contents.is_empty()).then(|| hexadecimal(digest))
}
