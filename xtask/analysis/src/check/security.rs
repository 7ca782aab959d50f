//! No more rights than needed, and no secrets in Git.

pub(super) mod mutable_image;
pub(super) mod pod_security_violation;
pub(super) mod secret_in_plain_text;
pub(super) mod unused_token;
pub(super) mod wildcard_project;
pub(super) mod wildcard_role;
