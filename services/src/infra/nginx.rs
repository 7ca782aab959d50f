//! NGINX Gateway Fabric: the API gateway.

use manifests_lib::{Namespace, name};

/// Where its control plane and the nginx that it runs are.
pub(crate) const NAMESPACE: Namespace = Namespace::new(name!("nginx-gateway"));
