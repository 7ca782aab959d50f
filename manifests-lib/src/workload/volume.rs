//! Files that a container sees beside its image.

use std::collections::BTreeMap;
use std::rc::Rc;

use k8s_openapi::api::core::v1 as core;

use crate::model::bundle::{Output, Part};
use crate::model::component::Component;
use crate::model::error::BuildError;
use crate::model::made_for::MadeFor;
use crate::model::origin::Origin;
use crate::model::patch::{Made, patchable};
use crate::model::rule::Rule;
use crate::values::{AbsolutePath, Bytes, FileName, Name};
use crate::workload::NodeGroup;

/// Something that a container can mount.
pub trait Volume {
    /// The volume as a pod declares it.
    #[doc(hidden)]
    fn declare(&self) -> PodVolume;
}

/// A volume of a pod, as the pod's template declares it.
#[doc(hidden)]
#[derive(Clone, Debug, PartialEq)]
pub struct PodVolume {
    pub(crate) name: String,
    pub(crate) source: PodVolumeSource,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum PodVolumeSource {
    Claim {
        name: String,
        /// Nodes that have the volume.
        on: NodeGroup,
        made_for: MadeFor,
        /// What only one pod at a time may have: the group of its files, and the line that made it.
        exclusive: Option<(i64, Origin)>,
    },
    /// A claim template of the StatefulSet of this name: the pod's template does not repeat it.
    ClaimTemplate { stateful_set: String, made_at: Origin },
    /// Empty folder of a container; its path tells it from another one.
    EmptyDir { of: AbsolutePath, size: Bytes, memory: bool },
    /// Empty folder that the containers of a workload share.
    Scratch { workload: String, made_at: Origin, size: Bytes, memory: bool },
    /// Files of a ConfigMap, and what changes with them; none where a change needs no restart.
    ConfigMap {
        name: String,
        content: Option<String>,
        /// Addresses inside the cluster that stand in its files, each with its file.
        addresses: Vec<(FileName, String)>,
        made_for: MadeFor,
    },
    /// Keys of a Secret, or all of it.
    Secret { name: String, keys: Vec<String>, made_for: MadeFor },
}

impl PodVolume {
    /// Whether both are one volume for a pod. Two claim templates of one name are a mistake of their StatefulSet.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (&self.source, &other.source) {
            (PodVolumeSource::ClaimTemplate { .. }, PodVolumeSource::ClaimTemplate { .. }) => {
                self.name == other.name
            }
            _ => self == other,
        }
    }

    /// The nodes that have the volume, where it is not on all.
    pub(crate) fn nodes(&self) -> Option<&NodeGroup> {
        match &self.source {
            PodVolumeSource::Claim { on, .. } => Some(on),
            PodVolumeSource::ClaimTemplate { .. }
            | PodVolumeSource::EmptyDir { .. }
            | PodVolumeSource::Scratch { .. }
            | PodVolumeSource::ConfigMap { .. }
            | PodVolumeSource::Secret { .. } => None,
        }
    }

    /// Whether the kubelet lets nobody write to it, whatever the mount says.
    pub(crate) fn is_read_only(&self) -> bool {
        matches!(self.source, PodVolumeSource::ConfigMap { .. } | PodVolumeSource::Secret { .. })
    }

    /// How much memory it may take, where it is in memory.
    pub(crate) fn memory(&self) -> Option<Bytes> {
        match &self.source {
            PodVolumeSource::EmptyDir { size, memory: true, .. }
            | PodVolumeSource::Scratch { size, memory: true, .. } => Some(*size),
            _ => None,
        }
    }

    /// What is wrong with mounting it into a container of this component and workload, if anything.
    pub(crate) fn refusal(
        &self,
        component: &Component,
        workload: &str,
        mounted_at: Origin,
    ) -> Option<BuildError> {
        match &self.source {
            PodVolumeSource::EmptyDir { .. } => None,
            PodVolumeSource::Claim { name, made_for, .. } => {
                made_for.refusal(component, &format!("the claim {name}"), mounted_at)
            }
            PodVolumeSource::ConfigMap { name, made_for, .. } => {
                made_for.refusal(component, &format!("the ConfigMap {name}"), mounted_at)
            }
            PodVolumeSource::Secret { name, made_for, .. } => {
                made_for.refusal(component, &format!("the Secret {name}"), mounted_at)
            }
            PodVolumeSource::ClaimTemplate { stateful_set: of, made_at }
            | PodVolumeSource::Scratch { workload: of, made_at, .. } => (of != workload).then(|| {
                BuildError::new(
                    Rule::MissingVolume,
                    mounted_at,
                    format!(
                        "the volume {} belongs to the pods of {of}, and those of {workload} have none of that name: mount it into a \
                         container of {of}",
                        self.name
                    ),
                )
                .related([*made_at])
            }),
        }
    }

    pub(crate) fn build(&self) -> Option<core::Volume> {
        let mut volume = core::Volume { name: self.name.clone(), ..core::Volume::default() };
        match &self.source {
            PodVolumeSource::ClaimTemplate { .. } => return None,
            PodVolumeSource::Claim { name, .. } => {
                volume.persistent_volume_claim = Some(core::PersistentVolumeClaimVolumeSource {
                    claim_name: name.clone(),
                    read_only: None,
                });
            }
            PodVolumeSource::EmptyDir { size, memory, .. }
            | PodVolumeSource::Scratch { size, memory, .. } => {
                volume.empty_dir = Some(core::EmptyDirVolumeSource {
                    medium: memory.then(|| "Memory".to_owned()),
                    size_limit: Some((*size).into()),
                });
            }
            PodVolumeSource::ConfigMap { name, .. } => {
                volume.config_map = Some(core::ConfigMapVolumeSource {
                    name: name.clone(),
                    ..core::ConfigMapVolumeSource::default()
                });
            }
            PodVolumeSource::Secret { name, keys, .. } => {
                volume.secret = Some(core::SecretVolumeSource {
                    default_mode: Some(FOR_OWNER_AND_GROUP),
                    items: (!keys.is_empty()).then(|| keys.iter().map(|key| item(key)).collect()),
                    optional: None,
                    secret_name: Some(name.clone()),
                });
            }
        }
        Some(volume)
    }
}

/// Files that root owns and the group of the pod reads: mode 0440.
const FOR_OWNER_AND_GROUP: i32 = 0o440;

/// A key as the file of its name.
fn item(key: &str) -> core::KeyToPath {
    core::KeyToPath { key: key.to_owned(), mode: None, path: key.to_owned() }
}

impl Volume for PodVolume {
    fn declare(&self) -> PodVolume {
        self.clone()
    }
}

/// What asks for a volume of a storage class that one node at a time writes to.
///
/// Upstream: <https://kubernetes.io/docs/concepts/storage/persistent-volumes/>
#[must_use]
pub fn volume_claim(size: Bytes, storage_class: &Name) -> core::PersistentVolumeClaimSpec {
    core::PersistentVolumeClaimSpec {
        storage_class_name: Some(storage_class.to_string()),
        ..unclassed_claim(size)
    }
}

fn unclassed_claim(size: Bytes) -> core::PersistentVolumeClaimSpec {
    core::PersistentVolumeClaimSpec {
        access_modes: Some(vec!["ReadWriteOnce".to_owned()]),
        resources: Some(core::VolumeResourceRequirements {
            requests: Some(BTreeMap::from([("storage".to_owned(), size.into())])),
            limits: None,
        }),
        ..core::PersistentVolumeClaimSpec::default()
    }
}

/// A folder that every node of a group has, such as sources that Minikube mounts from the laptop.
///
/// Becomes a PersistentVolume of type `local`, pinned to the component's nodes, and a claim that only this volume can
/// satisfy. The data stays when both are deleted.
///
/// Upstream: <https://kubernetes.io/docs/concepts/storage/volumes/#local>
#[derive(Clone, Debug)]
pub struct LocalVolume {
    /// Folder on the nodes: `path!("/data/src")`.
    pub path: AbsolutePath,
    /// Size that is written down; the node's disk is the real limit. `gibibytes(2)`.
    pub size: Bytes,
}

/// A [`LocalVolume`] that belongs to a component.
#[derive(Clone)]
pub struct LocalVolumeHandle {
    state: Rc<LocalVolumeState>,
    made: Made,
}

patchable! {
    LocalVolumeHandle { made: core::PersistentVolume, core::PersistentVolumeClaim; }
}

struct LocalVolumeState {
    component: Component,
    origin: Origin,
    path: AbsolutePath,
    size: Bytes,
    names: ObjectNames,
}

/// Names of a [`LocalVolume`]'s objects that a cluster already has and that do not follow the rule.
#[derive(Clone, Debug)]
pub struct LocalVolumeNames {
    /// Name of the PersistentVolume: `name!("source-volume")`.
    pub volume: Name,
    /// Name of the PersistentVolumeClaim: `name!("source-claim")`.
    pub claim: Name,
}

impl Component {
    /// Makes a folder of the nodes available to the component's containers.
    ///
    /// The objects are named `<bundle>-<component>-persistent-volume` and
    /// `<bundle>-<component>-host-path-persistent-volume-claim`.
    #[track_caller]
    #[must_use = "mount the volume into a container"]
    pub fn local_volume(&self, volume: LocalVolume) -> LocalVolumeHandle {
        let names = ObjectNames {
            volume: self.object_name("persistent-volume"),
            claim: self.object_name("host-path-persistent-volume-claim"),
        };
        self.local_volume_at(Origin::here(), &volume, names)
    }

    /// The same, under names that a cluster already has.
    #[track_caller]
    #[must_use = "mount the volume into a container"]
    pub fn local_volume_named(
        &self,
        names: LocalVolumeNames,
        volume: LocalVolume,
    ) -> LocalVolumeHandle {
        let names =
            ObjectNames { volume: names.volume.to_string(), claim: names.claim.to_string() };
        self.local_volume_at(Origin::here(), &volume, names)
    }

    fn local_volume_at(
        &self,
        origin: Origin,
        volume: &LocalVolume,
        names: ObjectNames,
    ) -> LocalVolumeHandle {
        self.bundle.refuse_zero(origin, &format!("the folder {}", volume.path), volume.size);
        let state = Rc::new(LocalVolumeState {
            component: self.clone(),
            origin,
            path: volume.path.clone(),
            size: volume.size,
            names,
        });
        let made = self.bundle.push(Rc::clone(&state));
        LocalVolumeHandle { state, made }
    }
}

/// Whether a path is a folder or in it.
pub(crate) fn is_below(path: &str, folder: &str) -> bool {
    let rest = path.strip_prefix(folder);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

struct ObjectNames {
    volume: String,
    claim: String,
}

impl Volume for LocalVolumeHandle {
    fn declare(&self) -> PodVolume {
        let LocalVolumeState { names, component, origin, .. } = &*self.state;
        PodVolume {
            name: names.volume.clone(),
            source: PodVolumeSource::Claim {
                name: names.claim.clone(),
                on: component.nodes().clone(),
                made_for: MadeFor::component(component, *origin),
                exclusive: None,
            },
        }
    }
}

impl Part for LocalVolumeState {
    fn build(&self, output: &mut Output<'_>) {
        let names = &self.names;
        let access_modes = Some(vec!["ReadWriteOnce".to_owned()]);
        let storage = || BTreeMap::from([("storage".to_owned(), self.size.into())]);
        output.add(
            self.origin,
            core::PersistentVolume {
                metadata: self.component.metadata_named(names.volume.clone()),
                spec: Some(core::PersistentVolumeSpec {
                    access_modes: access_modes.clone(),
                    capacity: Some(storage()),
                    // No other claim can take the volume.
                    claim_ref: Some(core::ObjectReference {
                        kind: Some("PersistentVolumeClaim".to_owned()),
                        name: Some(names.claim.clone()),
                        namespace: Some(self.component.bundle.namespace.to_string()),
                        ..core::ObjectReference::default()
                    }),
                    local: Some(core::LocalVolumeSource {
                        path: String::from(&self.path),
                        fs_type: None,
                    }),
                    node_affinity: Some(self.component.nodes().volume_affinity()),
                    persistent_volume_reclaim_policy: Some("Retain".to_owned()),
                    ..core::PersistentVolumeSpec::default()
                }),
                status: None,
            },
        );
        output.add(
            self.origin,
            core::PersistentVolumeClaim {
                metadata: self.component.metadata_named(names.claim.clone()),
                spec: Some(core::PersistentVolumeClaimSpec {
                    // Empty, not absent: the default class must not provision another volume.
                    storage_class_name: Some(String::new()),
                    volume_name: Some(names.volume.clone()),
                    ..unclassed_claim(self.size)
                }),
                status: None,
            },
        );
    }
}
