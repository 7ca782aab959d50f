//! How the platform comes into a cluster: Argo CD, and the charts and kustomizations of others.

pub(crate) mod chart;
pub mod gitops;

pub use chart::{
    Chart, ChartHandle, Kustomization, KustomizeImage, Source, SourceFrom, SourceHandle,
};
