//! Programs that commands start: how they are called and shown, which variables they get, how signals reach them, and which versions
//! will do.

mod children;
mod invocation;
mod variables;
mod versions;

pub use children::Running;
pub use invocation::{ANSWER_LIMIT, Answer, Invocation, Outcome, Program, ended, quoted};
pub use variables::kubeconfig_files;
pub use versions::{Versions, require};
