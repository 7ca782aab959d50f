//! How the platform gets into a cluster: Argo CD, and the charts and kustomizations of others.

pub(crate) mod chart;
mod content;
mod file_name;
pub mod gitops;

pub use chart::{
    Chart, HelmRelease, Kustomization, KustomizeBuild, KustomizeImage, Source, SourceFrom,
    SourceHandle,
};
pub use content::content_digest;
pub use file_name::file_names;
