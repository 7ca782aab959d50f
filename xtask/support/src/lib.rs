//! What every program of the workspace needs: failures, output, and the folder of the workspace.
//!
//! Few dependencies: the renderer is linked after every edit.

mod confirm;
mod failure;
pub mod output;
mod system;
mod workspace;

pub use confirm::confirm;
pub use failure::{COULD_NOT_RUN, Failure, Result};
pub use output::{tell, visible};
pub use system::{has_no_locks, is_ignored};
pub use workspace::{WORKSPACE, in_workspace, workspace};
