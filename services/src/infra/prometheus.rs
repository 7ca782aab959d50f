//! Prometheus: scrapes the proxies of the mesh.

use manifests_lib::{Name, Namespace, name};

/// Where Prometheus runs.
pub(crate) const NAMESPACE: Namespace = Namespace::new(name!("prometheus"));

/// `app.kubernetes.io/name` of its pods.
pub(crate) const APP_NAME: Name = name!("prometheus");
