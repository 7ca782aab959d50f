//! Files that a container sees beside its image.

use std::collections::BTreeMap;
use std::rc::Rc;

use k8s_openapi::api::core::v1 as core;

use crate::model::bundle::{Output, Part};
use crate::model::component::Component;
use crate::model::origin::Origin;
use crate::values::{AbsolutePath, Bytes, Name};
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
    },
    /// A claim template of the StatefulSet: the pod's template does not repeat it.
    ClaimTemplate,
    /// Empty folder; its path tells it from another one.
    EmptyDir(AbsolutePath, Bytes),
}

impl PodVolume {
    /// The nodes that have the volume, where it is not on all.
    pub(crate) fn nodes(&self) -> Option<&NodeGroup> {
        match &self.source {
            PodVolumeSource::Claim { on, .. } => Some(on),
            PodVolumeSource::ClaimTemplate | PodVolumeSource::EmptyDir(..) => None,
        }
    }

    pub(crate) fn build(&self) -> Option<core::Volume> {
        let mut volume = core::Volume { name: self.name.clone(), ..core::Volume::default() };
        match &self.source {
            PodVolumeSource::ClaimTemplate => return None,
            PodVolumeSource::Claim { name, .. } => {
                volume.persistent_volume_claim = Some(core::PersistentVolumeClaimVolumeSource {
                    claim_name: name.clone(),
                    read_only: None,
                });
            }
            PodVolumeSource::EmptyDir(_, size) => {
                volume.empty_dir = Some(core::EmptyDirVolumeSource {
                    medium: None,
                    size_limit: Some((*size).into()),
                });
            }
        }
        Some(volume)
    }
}

impl Volume for PodVolume {
    fn declare(&self) -> PodVolume {
        self.clone()
    }
}

/// A folder that every node of a group has, such as sources that Minikube mounts from the laptop.
///
/// Becomes a PersistentVolume of type `local`, pinned to the node group, and a claim that only this volume can satisfy.
/// The data stays when both are deleted.
///
/// Upstream: <https://kubernetes.io/docs/concepts/storage/volumes/#local>
#[derive(Clone, Debug)]
pub struct LocalVolume<'a> {
    /// Folder on the nodes.
    pub path: AbsolutePath,
    /// Size that is written down; the node's disk is the real limit.
    pub size: Bytes,
    /// Nodes that have the folder.
    pub on: &'a NodeGroup,
}

/// A [`LocalVolume`] that belongs to a component.
#[derive(Clone)]
pub struct LocalVolumeHandle {
    state: Rc<LocalVolumeState>,
}

struct LocalVolumeState {
    component: Component,
    origin: Origin,
    path: AbsolutePath,
    size: Bytes,
    on: NodeGroup,
    names: ObjectNames,
}

/// Names of a [`LocalVolume`]'s objects that a cluster already has and that do not follow the rule.
#[derive(Clone, Debug)]
pub struct LocalVolumeNames {
    /// Name of the PersistentVolume.
    pub volume: Name,
    /// Name of the PersistentVolumeClaim.
    pub claim: Name,
}

impl Component {
    /// Makes a folder of the nodes available to the component's containers.
    ///
    /// The objects are named `<bundle>-<component>-persistent-volume` and
    /// `<bundle>-<component>-host-path-persistent-volume-claim`.
    #[track_caller]
    #[must_use = "mount the volume into a container"]
    pub fn local_volume(&self, volume: LocalVolume<'_>) -> LocalVolumeHandle {
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
        volume: LocalVolume<'_>,
    ) -> LocalVolumeHandle {
        let names =
            ObjectNames { volume: names.volume.to_string(), claim: names.claim.to_string() };
        self.local_volume_at(Origin::here(), &volume, names)
    }

    fn local_volume_at(
        &self,
        origin: Origin,
        volume: &LocalVolume<'_>,
        names: ObjectNames,
    ) -> LocalVolumeHandle {
        let state = Rc::new(LocalVolumeState {
            component: self.clone(),
            origin,
            path: volume.path.clone(),
            size: volume.size,
            on: volume.on.clone(),
            names,
        });
        self.bundle.push(Rc::clone(&state));
        LocalVolumeHandle { state }
    }
}

struct ObjectNames {
    volume: String,
    claim: String,
}

impl Volume for LocalVolumeHandle {
    fn declare(&self) -> PodVolume {
        let LocalVolumeState { names, on, .. } = &*self.state;
        PodVolume {
            name: names.volume.clone(),
            source: PodVolumeSource::Claim { name: names.claim.clone(), on: on.clone() },
        }
    }
}

impl Part for LocalVolumeState {
    fn build(&self, output: &mut Output) {
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
                    node_affinity: Some(self.on.volume_affinity()),
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
                    access_modes,
                    resources: Some(core::VolumeResourceRequirements {
                        requests: Some(storage()),
                        limits: None,
                    }),
                    // Empty, not absent: the default class must not provision another volume.
                    storage_class_name: Some(String::new()),
                    volume_name: Some(names.volume.clone()),
                    ..core::PersistentVolumeClaimSpec::default()
                }),
                status: None,
            },
        );
    }
}
