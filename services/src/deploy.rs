//! The tool that deploys everything else.

pub mod argocd;
