//! The lanes: each one has other programs judge the rendered manifests.
//!
//! A lane is a line of [`LANES`], a file with `run`, and `faults.rs` beside it with what the lane has to find. What it runs
//! on is the crate `harness`.

mod api;
mod apply;
mod argocd;
mod bootstrap;
mod broker;
mod browser;
mod cargo;
mod charts;
mod client;
pub mod data;
mod delivery;
pub mod envoy;
mod faults;
mod gitops;
mod helm;
mod live;
mod logs;
mod loopback;
mod mesh;
mod mutants;
mod percent;
mod plan;
mod rules;
mod runs;
mod schedule;
mod self_test;
mod sidecar;
mod small;
mod upgrade;
mod yaml;

use std::path::PathBuf;

use harness::{Cluster, Failure, Programs, Report};

/// Something that is judged.
#[derive(Debug)]
pub struct Lane {
    /// The name on the command line.
    pub name: &'static str,
    /// Who judges.
    judges: &'static str,
    /// What is judged, in a sentence.
    about: &'static str,
    /// Whether it runs where none is named. Charts come from repositories that not every machine reaches, and promtool alone
    /// takes as long to build as all others; RabbitMQ, PostgreSQL, Redis and Fluent Bit have to be installed; a mesh needs root.
    pub is_default: bool,
    /// Does its work; what was reported before a failure stays reported.
    run: Work,
    /// Faults that it has to find: in the lane `self-test` where it runs by default, otherwise after its own work.
    faults: Option<Work>,
}

type Work = fn(&Programs, &Options, &mut Report) -> Result<(), Failure>;

/// Every lane, in the order in which they run.
pub const LANES: [Lane; 19] = [
    Lane {
        name: "yaml",
        judges: "yaml-reader",
        about: "kubectl reads in a million hard strings what was written",
        is_default: true,
        run: yaml::run,
        faults: Some(yaml::faults::run),
    },
    Lane {
        name: "api",
        judges: "kube-apiserver, etcd, kubectl",
        about: "A real API server takes every object and stores what was written",
        is_default: true,
        run: api::run,
        faults: Some(api::faults::run),
    },
    Lane {
        name: "mutants",
        judges: "kube-apiserver, etcd, kubectl",
        about: "Our rules refuse what a real API server refuses of thousands of broken objects, and nothing else",
        is_default: false,
        run: mutants::run,
        faults: Some(mutants::faults::run),
    },
    Lane {
        name: "plan",
        judges: "kube-apiserver, etcd, kubectl",
        about: "A real API server does with thousands of changes what the plan of each says",
        is_default: false,
        run: plan::run,
        faults: Some(plan::faults::run),
    },
    Lane {
        name: "schedule",
        judges: "kube-scheduler, kube-controller-manager, kwok",
        about: "A real scheduler finds a node for every pod",
        is_default: true,
        run: schedule::run,
        faults: Some(schedule::faults::run),
    },
    Lane {
        name: "mesh",
        judges: "istioctl",
        about: "istioctl finds nothing",
        is_default: true,
        run: mesh::run,
        faults: Some(mesh::faults::run),
    },
    Lane {
        name: "browser",
        judges: "chromium, mermaid",
        about: "A real browser shows the pages that commands make, and what is on them works",
        is_default: true,
        run: browser::run,
        faults: Some(browser::faults::run),
    },
    Lane {
        name: "delivery",
        judges: "argocd, git, then those of `schedule`",
        about: "A real Argo CD deploys a small platform: waves, refusals, pruning, mistakes and their mending",
        is_default: true,
        run: delivery::run,
        faults: Some(delivery::faults::run),
    },
    Lane {
        name: "upgrade",
        judges: "helm, kubectl, kustomize, git",
        about: "Plans and checks tell what charts become: upgrades, made-up passwords, digests, failures, references",
        is_default: true,
        run: upgrade::run,
        faults: Some(upgrade::faults::run),
    },
    Lane {
        name: "rules",
        judges: "promtool, amtool",
        about: "promtool and amtool take rules and routing, and each alert fires when it has to",
        is_default: false,
        run: rules::run,
        faults: Some(rules::faults::run),
    },
    Lane {
        name: "self-test",
        judges: "the lanes",
        about: "Every lane is seen to fail on a deliberate fault",
        is_default: true,
        run: self_test::run,
        faults: Some(self_test::faults::run),
    },
    Lane {
        name: "charts",
        judges: "helm, kustomize, then those of `api` and `schedule`",
        about: "What helm and kustomize make of the charts is accepted and runs",
        is_default: false,
        run: charts::run,
        faults: Some(charts::faults::run),
    },
    Lane {
        name: "bootstrap",
        judges: "kubectl, helm, then those of `schedule`",
        about: "`cargo xtask bootstrap` with real kubectl and helm, killed at every step",
        is_default: false,
        run: bootstrap::run,
        faults: None,
    },
    Lane {
        name: "live",
        judges: "kubectl, helm, then those of `schedule`",
        about: "`cargo xtask live` applies whole environments to a real API server, killed at 50 points, and says what is in its way",
        is_default: false,
        run: live::run,
        // It plays them itself.
        faults: None,
    },
    Lane {
        name: "argocd",
        judges: "argocd, helm, kustomize, git, then those of `schedule`",
        about: "A real Argo CD brings the whole platform from `bootstrap` to Synced and Healthy, with its charts",
        is_default: false,
        run: argocd::run,
        faults: Some(argocd::faults::run),
    },
    Lane {
        name: "logs",
        judges: "fluent-bit",
        about: "Fluent Bit takes its configuration, and every line of a log arrives once",
        is_default: false,
        run: logs::run,
        faults: Some(logs::faults::run),
    },
    Lane {
        name: "broker",
        judges: "rabbitmq-server",
        about: "RabbitMQ takes users, queues and policies, and messages go where they have to",
        is_default: false,
        run: broker::run,
        faults: Some(broker::faults::run),
    },
    Lane {
        name: "data",
        judges: "postgres, redis-server",
        about: "PostgreSQL and Redis take users, rights and passwords, and connection strings lead there",
        is_default: false,
        run: data::run,
        faults: Some(data::faults::run),
    },
    Lane {
        name: "envoy",
        judges: "pilot-discovery, pilot-agent, envoy",
        about: "A real mesh admits who declares it, and NetworkPolicies say the same",
        is_default: false,
        run: envoy::run,
        // It finds them itself, inside its own namespaces.
        faults: None,
    },
];

/// What lanes are told on the command line.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Folder with the files that crds.toml locks; without it they come from their URLs.
    pub crds: Option<PathBuf>,
    /// Folder with charts and checked-out repositories; without it they come from their repositories.
    pub charts: Option<PathBuf>,
    /// Whether what the values of charts do is recorded instead of compared.
    pub accept: bool,
    /// Whether API servers stay when their lane is through.
    pub keep: bool,
    /// Whether the lane `envoy` has started this program once more.
    pub is_inside: bool,
    /// Start value of random strings; without it the clock chooses one.
    pub seed: Option<u64>,
}

impl Lane {
    /// What the help and README.md say of it.
    pub fn help(&self) -> String {
        let Self { judges, about, is_default, .. } = self;
        let named = if *is_default { "" } else { "; only where it is named" };
        format!("{about} ({judges}){named}")
    }

    /// Does the work of the lane, and finds its faults where `self-test` does not.
    pub fn run(
        &self,
        programs: &Programs,
        options: &Options,
        report: &mut Report,
    ) -> Result<(), Failure> {
        (self.run)(programs, options, report)?;
        match self.faults {
            Some(faults) if !self.is_default => faults(programs, options, report),
            _ => Ok(()),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_the_readme_is_that_of_the_lanes() {
        let readme = include_str!("../README.md");
        let rows = LANES.map(|lane| format!("| [`{0}`](#{0}) | {1} |\n", lane.name, lane.help()));
        let table = format!("| lane | what is judged, and by whom |\n|---|---|\n{}", rows.concat());
        for Lane { name, .. } in LANES {
            assert!(
                readme.contains(&format!("\n### {name}\n")),
                "README.md says nothing of {name}"
            );
        }
        assert!(readme.contains(&table), "README.md has another table of lanes than:\n{table}");
    }

    #[test]
    fn every_lane_that_the_gate_leaves_out_runs_at_night() {
        let workflow = include_str!("../../.github/workflows/nightly.yaml");
        let lanes = workflow.lines().filter_map(|line| line.trim().strip_prefix("- lane: "));
        let mut nightly: Vec<&str> = lanes.collect();
        nightly.sort_unstable();
        let left_out = LANES.iter().filter(|lane| !lane.is_default);
        let mut left_out: Vec<&str> = left_out.map(|lane| lane.name).collect();
        left_out.sort_unstable();
        assert_eq!(nightly, left_out, "the matrix of .github/workflows/nightly.yaml");
    }
}
