//! What deploys everything else.

pub mod argocd;
