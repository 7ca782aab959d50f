//! The lanes: each one has other programs judge the rendered manifests.
//!
//! A lane is a file with `pub fn run(programs: &Programs, options: &Options, report: &mut Report) -> Result<(), Failure>`,
//! a variant of [`Lane`] and a line of [`Lane::run`].

mod api;
mod apply;
mod bootstrap;
mod broker;
mod charts;
mod helm;
mod logs;
mod mesh;
mod rules;
mod schedule;
mod self_test;
mod yaml;

use std::path::PathBuf;

use clap::ValueEnum;

use crate::cluster::Cluster;
use crate::failure::Failure;
use crate::programs::Programs;
use crate::report::Report;

/// What is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Lane {
    /// kubectl reads in a million hard strings what was written
    Yaml,
    /// A real API server takes every object and stores what was written
    Api,
    /// A real scheduler finds a node for every pod
    Schedule,
    /// istioctl finds nothing
    Mesh,
    /// promtool and amtool take rules and routing, and each alert fires when it has to; only where it is named
    Rules,
    /// Every lane is seen to fail on a deliberate fault
    SelfTest,
    /// What helm and kustomize make of the charts is accepted and runs; only where it is named
    Charts,
    /// `cargo xtask bootstrap` with real kubectl and helm, killed at every step; only where it is named
    Bootstrap,
    /// Fluent Bit takes its configuration, and every line of a log arrives once; only where it is named
    Logs,
    /// RabbitMQ takes users, queues and policies, and messages go where they have to; only where it is named
    Broker,
}

/// What lanes are told on the command line.
#[derive(Debug, Default)]
pub struct Options {
    /// Folder with the files that crds.toml locks; without it they come from their URLs.
    pub crds: Option<PathBuf>,
    /// Folder with charts and checked-out repositories; without it they come from their repositories.
    pub charts: Option<PathBuf>,
    /// Whether what the values of charts do is recorded instead of compared.
    pub accept: bool,
    /// Whether API servers stay when their lane is through.
    pub keep: bool,
    /// Start value of random strings; without it the clock chooses one.
    pub seed: Option<u64>,
}

impl Lane {
    /// The lanes that run where none is named, in that order. Charts come from repositories that not every machine reaches, and
    /// promtool alone takes as long to build as all others; RabbitMQ and Fluent Bit have to be installed.
    pub const DEFAULT: [Self; 5] =
        [Self::Yaml, Self::Api, Self::Schedule, Self::Mesh, Self::SelfTest];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Yaml => "yaml",
            Self::Api => "api",
            Self::Schedule => "schedule",
            Self::Mesh => "mesh",
            Self::Rules => "rules",
            Self::SelfTest => "self-test",
            Self::Charts => "charts",
            Self::Bootstrap => "bootstrap",
            Self::Logs => "logs",
            Self::Broker => "broker",
        }
    }

    /// Does the work of the lane; what was reported before a failure stays reported.
    pub fn run(
        self,
        programs: &Programs,
        options: &Options,
        report: &mut Report,
    ) -> Result<(), Failure> {
        match self {
            Self::Yaml => yaml::run(programs, options, report),
            Self::Api => api::run(programs, options, report),
            Self::Schedule => schedule::run(programs, options, report),
            Self::Mesh => mesh::run(programs, options, report),
            Self::Rules => {
                rules::run(programs, options, report)?;
                self_test::rules(programs, report)
            }
            Self::SelfTest => self_test::run(programs, options, report),
            Self::Charts => charts::run(programs, options, report),
            Self::Bootstrap => bootstrap::run(programs, options, report),
            Self::Logs => {
                logs::run(programs, options, report)?;
                self_test::logs(programs, report)
            }
            Self::Broker => {
                broker::run(programs, options, report)?;
                self_test::broker(programs, report)
            }
        }
    }
}

/// Does the work of a lane in a cluster of its own; where asked, the cluster stays, above all where the work failed.
fn in_cluster<T>(
    programs: &Programs,
    options: &Options,
    environment: &str,
    report: &mut Report,
    work: impl FnOnce(&mut Cluster, &mut Report) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let mut cluster = Cluster::start(programs)?;
    let result = work(&mut cluster, report);
    if options.keep {
        report.note(format!("{environment}: {}", cluster.keep()));
    }
    result
}
