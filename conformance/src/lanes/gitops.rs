//! What the lanes with a real Argo CD share: its programs, the repository that it reads, and what it says.

mod argocd;
mod git;
mod state;

pub use argocd::{ArgoCd, Environment, SECRET_KEY, secret_key};
pub use git::Repository;
pub use state::{Application, State, Watch};
