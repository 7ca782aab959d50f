//! Reads Kubernetes manifests as a graph, and tells what a cluster would only tell later.
//!
//! ```text
//! objects → graph → check, trace, plan
//! ```
//!
//! - [`objects`]: what was rendered or read from files, with its lines, and what controllers make of it
//! - [`environment`]: the objects with what is known of their cluster
//! - [`schema`]: what the API server accepts in objects of a kind
//! - [`graph`]: who names whom, who selects whom; built once
//! - [`check`]: rules, one file each
//! - [`plan`]: what a change does to a cluster: two environments, compared
//! - [`trace`]: the way of a request through the graph
//! - [`handover`]: the objects as JSON, for the program that applies them
//! - [`report`]: findings as text, JSON, SARIF or annotations of GitHub
//!
//! Pure: nothing is read but the files that the user names, and nothing is written.

pub mod check;
pub mod command;
pub mod environment;
pub mod graph;
pub mod handover;
pub mod objects;
pub mod plan;
pub mod report;
pub mod schema;
pub mod trace;
