//! What `cargo xtask live` starts: compares a live cluster with what the code renders, and applies it.
//!
//! ```text
//! request → connect → survey → preview → apply → wait
//!                            ↘ status
//! ```
//!
//! - [`request`]: the objects that xtask hands over, with their lines, bundles and waves
//! - [`connect`]: a client for the context that xtask has judged
//! - [`server`]: requests, as often as it takes; [`trouble`]: what went wrong, in a sentence
//! - [`kinds`]: which kinds the API server serves, and where
//! - [`survey`]: what of the objects is there already; [`managed`]: how that is known without asking again
//! - [`preview`]: what would become of the others, and the plan of it
//! - [`apply`]: writes wave by wave; [`wait`]: until objects are ready, by [`health`] and with the reasons of [`stall`]
//! - [`ownership`]: fields that others have left
//! - [`leftover`]: what was applied once and has left the code
//! - [`lock`]: one run at a time; [`stop`]: Ctrl-C; [`show`]: the table of what is waited for

mod apply;
mod argocd;
mod connect;
mod diff;
mod health;
mod kinds;
mod leftover;
mod lock;
mod managed;
mod order;
mod ownership;
mod preview;
mod request;
mod server;
mod show;
mod stall;
mod status;
mod stop;
mod survey;
mod trouble;
mod wait;

use std::process::ExitCode;

use analysis::handover::Task;
use support::Failure;

use request::Job;
use stop::Stop;

fn main() -> ExitCode {
    run().unwrap_or_else(|failure| failure.report())
}

fn run() -> Result<ExitCode, Failure> {
    let job = Job::read()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| {
        Failure::new(format!("the system gives this program no timer or no sockets: {error}; end other programs and run again"))
    })?;
    let code = runtime.block_on(work(job));
    // A plugin that still waits for an answer keeps nobody.
    runtime.shutdown_background();
    code
}

async fn work(job: Job) -> Result<ExitCode, Failure> {
    let stop = Stop::listen()?;
    match (tasked(job, &stop).await, stop.code()) {
        // Whoever has ended it is told so by the exit code, whatever came of it.
        (Err(failure), Some(code)) => {
            let _ = failure.report();
            Ok(ExitCode::from(code))
        }
        (result, _) => result,
    }
}

async fn tasked(mut job: Job, stop: &Stop) -> Result<ExitCode, Failure> {
    let cluster = connect::connect(&job, stop).await?;
    let task = job.task.clone();
    match task {
        Task::Diff { json } => diff::run(&mut job, &cluster, json).await,
        Task::Apply(options) => apply::run(&mut job, &cluster, &options).await,
        Task::Status { json } => status::run(&mut job, &cluster, json).await,
    }
}
