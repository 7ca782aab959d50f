//! Where containers see volumes.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1 as core;

use super::volume::{PodVolume, PodVolumeSource, is_below};
use super::{ContainerHandle, Volume};
use crate::check::properties::repeated;
use crate::model::error::BuildError;
use crate::model::origin::Origin;
use crate::model::rule::Rule;
use crate::values::{AbsolutePath, Bytes, InvalidText, Name};

/// A volume at a path of a container.
#[derive(Clone)]
pub(super) struct Mount {
    pub(super) origin: Origin,
    path: AbsolutePath,
    pub(super) volume: PodVolume,
    /// The one file of the volume that stands there, where it is not all of it.
    pub(super) file: Option<String>,
}

impl Mount {
    pub(super) fn build(&self) -> core::VolumeMount {
        core::VolumeMount {
            name: self.volume.name.clone(),
            mount_path: String::from(&self.path),
            read_only: self.volume.is_read_only().then_some(true),
            sub_path: self.file.clone(),
            ..core::VolumeMount::default()
        }
    }
}

/// Folders of a container that the kernel fills. Programs take `/dev/shm` for files.
const OF_KERNEL: [&str; 4] = ["/dev/null", "/dev/pts", "/proc", "/sys"];

impl<P> ContainerHandle<P> {
    /// Mounts a volume at a path.
    ///
    /// The build reports a volume of another workload, component or namespace.
    #[track_caller]
    pub fn mount(&self, volume: &impl Volume, path: AbsolutePath) {
        self.mount_at(Origin::here(), volume, path);
    }

    pub(crate) fn mount_at(&self, origin: Origin, volume: &impl Volume, path: AbsolutePath) {
        self.mount_volume(origin, volume.declare(), path, None);
    }

    /// Mounts a volume that several variables need.
    pub(crate) fn mount_once(&self, origin: Origin, volume: &PodVolume, path: &AbsolutePath) {
        let mounts = self.state().mounts();
        if !mounts.iter().any(|other| other.path == *path && other.volume.is_same(volume)) {
            self.mount_at(origin, volume, path.clone());
        }
    }

    pub(super) fn mount_volume(
        &self,
        origin: Origin,
        volume: PodVolume,
        path: AbsolutePath,
        file: Option<String>,
    ) {
        let state = self.state();
        if let Some(mistake) = volume.refusal(&self.component, state.workload(), origin) {
            self.refuse_error(mistake);
            return;
        }
        if let Err(InvalidText { text, rule }) = Name::new(volume.name.clone()) {
            let mistake = format!(
                "the API server would refuse the volume name {text:?}, as {rule}: choose another path or name"
            );
            self.refuse(origin, Rule::InvalidVolumeName, mistake);
        }
        if OF_KERNEL.into_iter().any(|folder| is_below(path.as_str(), folder)) {
            let mistake = format!(
                "a volume at {path} would hide what the kernel gives every container there, and the container would not start: choose another path"
            );
            self.refuse(origin, Rule::SystemFolder, mistake);
        }
        self.add_mount(Mount { origin, path, volume, file });
    }

    /// Gives the container an empty folder to write to, on the node's disk, that lives as long as the pod. A container
    /// that writes more than `size` gets its pod evicted.
    ///
    /// A folder that several containers share is a [scratch](super::Workload::scratch).
    #[track_caller]
    pub fn empty_dir(&self, path: AbsolutePath, size: Bytes) {
        self.empty_dir_at(Origin::here(), path, size);
    }

    pub(crate) fn empty_dir_at(&self, origin: Origin, path: AbsolutePath, size: Bytes) {
        self.own_folder(origin, path, size, false);
    }

    /// The same in memory: fast, gone with the pod, and part of what the container may have of it.
    ///
    /// The build reports a size that leaves the container no memory.
    #[track_caller]
    pub fn empty_dir_in_memory(&self, path: AbsolutePath, size: Bytes) {
        self.own_folder(Origin::here(), path, size, true);
    }

    fn own_folder(&self, origin: Origin, path: AbsolutePath, size: Bytes, memory: bool) {
        self.component.bundle.refuse_zero(origin, &format!("the folder {path}"), size);
        let folder: String = path
            .as_str()
            .chars()
            .map(|character| match character {
                'a'..='z' | '0'..='9' => character,
                'A'..='Z' => character.to_ascii_lowercase(),
                _ => '-',
            })
            .collect();
        let volume = PodVolume {
            name: format!("{}-{}", self.state().name(), folder.trim_matches('-')),
            source: PodVolumeSource::EmptyDir { of: path.clone(), size, memory },
        };
        self.mount_at(origin, &volume, path);
    }
}

/// What is wrong with the mounts of a container that has this much memory.
pub(super) fn mistakes(container: &Name, memory: Bytes, mounts: &[Mount]) -> Vec<BuildError> {
    let at_paths = mounts.iter().map(|Mount { origin, path, .. }| (path, (path, *origin)));
    let twice = repeated(at_paths).into_iter().map(|((_, first), (path, origin))| {
        let message = format!(
            "{path} is mounted twice in one container: the API server would refuse it; choose another path"
        );
        BuildError::new(Rule::DuplicateMountPath, origin, message).related([first])
    });
    let mut errors: Vec<BuildError> = twice.collect();
    let in_memory: BTreeMap<&str, (Origin, Bytes)> = mounts
        .iter()
        .filter_map(|mount| {
            let size = mount.volume.memory()?;
            Some((mount.volume.name.as_str(), (mount.origin, size)))
        })
        .collect();
    let all: u64 = in_memory.values().map(|(_, size)| u64::from(size.as_mebibytes())).sum();
    if all >= u64::from(memory.as_mebibytes())
        && let Some((origin, _)) = in_memory.into_values().next_back()
    {
        errors.push(BuildError::new(
            Rule::FolderLargerThanMemory,
            origin,
            format!(
                "container {container} has {} MiB of memory, of which its folders in memory may take {all}: filled, they would get it \
                 killed; give it more memory, or make them smaller",
                memory.as_mebibytes()
            ),
        ));
    }
    errors
}
