//! Prometheus: scrapes the proxies of the mesh.

use manifests_lib::{Namespace, name};

/// Where Prometheus runs.
pub(crate) const NAMESPACE: Namespace = Namespace::new(name!("prometheus"));

/// `app.kubernetes.io/name` of its pods.
pub(crate) const APP_NAME: manifests_lib::Name = name!("prometheus");
