//! The site that modules are written for: the settings that each of them can read, and the kinds of places.

use std::fmt::Debug;

use manifests_lib::cluster::{Eks, Infrastructure, Minikube};
use manifests_lib::data::database::{AuroraMysql, Database, Mysql, MysqlContainer};
use manifests_lib::data::{
    CredentialsSource, GeneratedCredentials, GeneratedSecret, SecretSource, SecretsManagerSecret,
};
use manifests_lib::prelude::*;
use manifests_lib::values::{AbsolutePath, Bytes, EcrImage, LocalImage, SecretsManagerName};
use manifests_lib::workload::LocalVolumeHandle;

/// Settings that every module can read.
#[derive(Clone, Debug)]
pub struct Site {
    /// Value of the label `env`, and name of the folder below `snapshots/`.
    pub name: Name,
    /// Replicas of each workload that does not set its own number.
    pub replicas: u16,
    /// Storage class of dynamically provisioned volumes.
    pub storage_class: Name,
    /// Folder on the nodes with one folder of sources per service, mounted over the sources in the image; `None` where images run
    /// as built.
    pub sources: Option<AbsolutePath>,
}

/// What differs between environments.
#[derive(Debug)]
pub struct Settings<K: Kind> {
    /// Value of the label `env` and folder of the snapshots: `name!("stg")`.
    pub name: Name,
    /// Pods of each workload that does not set its own number.
    pub replicas: u16,
    /// What containers run: the sources on the nodes, or images as they were built.
    pub sources: K::Sources,
}

impl<K: Kind> From<Settings<K>> for Site {
    fn from(settings: Settings<K>) -> Self {
        let Settings { name, replicas, sources } = settings;
        Self { name, replicas, storage_class: K::STORAGE_CLASS, sources: sources.into() }
    }
}

/// A kind of place: it chooses the types of settings; an environment chooses their values.
///
/// Where a single tool differs by kind of place, that tool's module has a trait of its own.
pub trait Kind: Debug {
    /// An image built from our own sources.
    type Image: Into<Image> + Debug;
    /// A database of a service.
    type Database: Into<Database<Mysql>> + Debug;
    /// A secret value.
    type Secret: Into<SecretSource> + Debug;
    /// A user name and password.
    type Credentials: Into<CredentialsSource> + Debug;
    /// The cluster.
    type Cluster: Into<Infrastructure> + Debug;
    /// Folder on the nodes with the sources of the services, if there is one.
    type Sources: Into<Option<AbsolutePath>> + Debug;
    /// Storage class of the volumes that the cluster provisions.
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

/// A laptop: Minikube, locally built images, a MySQL container per database, generated secrets.
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
    // On a cluster with several nodes, Minikube's default class writes to the wrong one.
    const STORAGE_CLASS: Name = Minikube::LOCAL_PATH;
}

impl Kind for Aws {
    type Image = EcrImage;
    type Database = AuroraMysql;
    type Secret = SecretsManagerSecret;
    type Credentials = SecretsManagerName;
    type Cluster = Eks;
    type Sources = AsBuilt;
    const STORAGE_CLASS: Name = Eks::GP3;
}

/// Nominal size of the volumes with sources; the real limit is the node's disk.
const SOURCES: Bytes = gibibytes(2);

impl Site {
    /// Mounts the bundle's sources into these containers at `path`, where the site has sources.
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

    /// The same, with names of the volume and the claim that exist in a running cluster.
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
