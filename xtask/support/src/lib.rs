//! What every program of the workspace needs: failures, and the folder of the workspace.
//!
//! No dependencies: the renderer is linked after every edit.

mod failure;
mod workspace;

pub use failure::{COULD_NOT_RUN, Failure, Result};
pub use workspace::{WORKSPACE, in_workspace, workspace};
