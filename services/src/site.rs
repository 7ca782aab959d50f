//! The place that modules are written for: what each of them may ask of it, and the kinds of places that there are.

use std::fmt::Debug;

use manifests_lib::cluster::{Eks, Infrastructure, Minikube};
use manifests_lib::data::database::{Aurora, Database, MysqlContainer};
use manifests_lib::data::{
    CredentialsSource, GeneratedCredentials, GeneratedSecret, SecretSource, SecretsManagerSecret,
};
use manifests_lib::prelude::*;
use manifests_lib::values::{AbsolutePath, Bytes, EcrImage, LocalImage, SecretsManagerName};
use manifests_lib::workload::LocalVolumeHandle;

/// What every module may ask.
#[derive(Clone, Debug)]
pub struct Site {
    /// Value of the label `env` and folder of the snapshots.
    pub name: Name,
    /// Pods of each workload that does not say otherwise.
    pub replicas: u16,
    /// Class of the volumes that the cluster makes.
    pub storage_class: Name,
    /// Folder of the nodes with one folder of sources per service, which containers see in place of their image's; none where
    /// images run as they were built.
    pub sources: Option<AbsolutePath>,
}

/// What differs between environments.
#[derive(Debug)]
pub struct Settings<K: Kind> {
    /// Value of the label `env` and folder of the snapshots.
    pub name: Name,
    /// Pods of each workload that does not say otherwise.
    pub replicas: u16,
    /// What containers run: sources of the nodes, or images as they were built.
    pub sources: K::Sources,
}

impl<K: Kind> From<Settings<K>> for Site {
    fn from(settings: Settings<K>) -> Self {
        let Settings { name, replicas, sources } = settings;
        Self { name, replicas, storage_class: K::STORAGE_CLASS, sources: sources.into() }
    }
}

/// A kind of place: it decides types, an environment values.
///
/// What only one tool offers differently is a trait beside that tool.
pub trait Kind: Debug {
    /// An image that the backend builds itself.
    type Image: Into<Image> + Debug;
    /// A database of a service.
    type Database: Into<Database> + Debug;
    /// A secret text.
    type Secret: Into<SecretSource> + Debug;
    /// The name of a user and their password.
    type Credentials: Into<CredentialsSource> + Debug;
    /// What the cluster is made of.
    type Cluster: Into<Infrastructure> + Debug;
    /// Where the nodes have the sources of the services, where there are any.
    type Sources: Into<Option<AbsolutePath>> + Debug;
    /// Class of the volumes that the cluster makes.
    const STORAGE_CLASS: Name;
}

/// Images run as they were built.
#[derive(Debug)]
pub struct AsBuilt;

impl From<AsBuilt> for Option<AbsolutePath> {
    fn from(AsBuilt: AsBuilt) -> Self {
        None
    }
}

/// A laptop: Minikube, images that were built there, a MySQL container per database, generated secrets.
#[derive(Debug)]
pub enum Laptop {}

/// AWS: EKS, ECR, Aurora, Secrets Manager.
#[derive(Debug)]
pub enum Aws {}

impl Kind for Laptop {
    type Image = LocalImage;
    type Database = MysqlContainer;
    type Secret = GeneratedSecret;
    type Credentials = GeneratedCredentials;
    type Cluster = Minikube;
    /// Folder of the nodes with one folder per service.
    type Sources = AbsolutePath;
    // Minikube's default class writes on the wrong node of a cluster with several.
    const STORAGE_CLASS: Name = Minikube::LOCAL_PATH;
}

impl Kind for Aws {
    type Image = EcrImage;
    type Database = Aurora;
    type Secret = SecretsManagerSecret;
    type Credentials = SecretsManagerName;
    type Cluster = Eks;
    type Sources = AsBuilt;
    const STORAGE_CLASS: Name = Eks::GP3;
}

/// Size that is written down for sources; the node's disk is the real limit.
const SOURCES: Bytes = gibibytes(2);

impl Site {
    /// Shows containers of the component the sources of its bundle at this path, where the place has sources.
    #[track_caller]
    pub(crate) fn mount_sources<const N: usize>(
        &self,
        component: &Component,
        containers: [&ContainerHandle<WithPort>; N],
        path: AbsolutePath,
    ) {
        if let Some(sources) = self.sources_of(component) {
            mount(&component.local_volume(sources), &containers, &path);
        }
    }

    /// The same by a volume and a claim of names that a cluster already has.
    #[track_caller]
    pub(crate) fn mount_sources_named<const N: usize>(
        &self,
        names: LocalVolumeNames,
        component: &Component,
        containers: [&ContainerHandle<WithPort>; N],
        path: AbsolutePath,
    ) {
        if let Some(sources) = self.sources_of(component) {
            mount(&component.local_volume_named(names, sources), &containers, &path);
        }
    }

    fn sources_of(&self, component: &Component) -> Option<LocalVolume> {
        let path = self.sources.as_ref()?.join(component.bundle().name());
        Some(LocalVolume { path, size: SOURCES })
    }
}

#[track_caller]
fn mount(
    volume: &LocalVolumeHandle,
    containers: &[&ContainerHandle<WithPort>],
    path: &AbsolutePath,
) {
    for container in containers {
        container.mount(volume, path.clone());
    }
}
