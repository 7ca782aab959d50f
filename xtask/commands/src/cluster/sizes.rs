//! What the platform requests of the nodes of its cluster, as the rules of the family `capacity` count it.
//!
//! Only the pods of the platform's own workloads are counted, with the proxies that the mesh adds. Pods of charts are extra: the
//! conformance lane `charts` has a real scheduler place all of them.

use analysis::environment::Environment;
use analysis::graph::Graph;
use analysis::graph::capacity::{Amounts, Capacity};

/// A line for each group of nodes, of what can run nowhere else, and one for all.
pub fn report(environment: &Environment) -> Vec<String> {
    let graph = Graph::of(environment);
    let capacity = &graph.capacity;
    let mut lines = vec![
        "Requests of the platform's own pods, of what the nodes have (charts are extra):"
            .to_owned(),
    ];
    for (group, nodes) in capacity.nodes.iter().enumerate() {
        lines.push(line(&nodes.name, capacity, &[group]));
    }
    lines.push(line("all", capacity, &every_group(capacity)));
    lines
}

/// What the platform's own pods request of the memory of all nodes, in bytes.
pub(super) fn memory(environment: &Environment) -> u64 {
    let graph = Graph::of(environment);
    requested(&graph.capacity, &every_group(&graph.capacity)).memory
}

fn every_group(capacity: &Capacity<'_>) -> Vec<usize> {
    (0..capacity.nodes.len()).collect()
}

/// What is requested when everything is scaled up and everything runs: the nodes have room for all of it.
fn requested(capacity: &Capacity<'_>, place: &[usize]) -> Amounts {
    capacity.requested(place, |placement| placement.count.all())
}

fn line(name: &str, capacity: &Capacity<'_>, place: &[usize]) -> String {
    let (requested, offered) = (requested(capacity, place), capacity.offered(place));
    let mebibytes = |bytes: u64| bytes.div_ceil(1 << 20);
    format!(
        "  {name:<13} {:>6} of {:>6} millicores {:>6} of {:>6} MiB {:>4} of {:>4} pods",
        requested.millicores,
        offered.millicores,
        mebibytes(requested.memory),
        mebibytes(offered.memory),
        requested.pods,
        offered.pods
    )
}

#[cfg(test)]
mod tests {
    use manifests_lib::cluster::{Cluster, KubernetesMinor};
    use manifests_lib::platform::Platform;
    use manifests_lib::prelude::{
        Concurrency, CronJob, PortlessContainer, Replicas, Resources, RunsToCompletion, ScaleOn,
        Workload, name, percent, repository, schedule, seconds, tag, time_zone, uid,
    };
    use manifests_lib::values::{LocalImage, mebibytes, millicores};

    use super::*;
    use crate::check::{Others, of_platform, refuse_sizes};
    use crate::small;

    fn environment(platform: &Platform, cluster: &Cluster) -> Environment {
        let built = platform.build().expect("a platform that can be built");
        let minor = KubernetesMinor(35);
        of_platform("small".to_owned(), &built, cluster, minor, &Others::default())
            .expect("objects")
    }

    fn refused(cluster: &Cluster) -> String {
        let environment = environment(&small::platform(), cluster);
        refuse_sizes(&environment).expect_err("too little").to_string()
    }

    #[test]
    fn what_fits_is_reported_by_group_with_the_broker() {
        let environment = environment(&small::platform(), &small::nodes());
        assert!(refuse_sizes(&environment).is_ok());
        let lines = report(&environment);
        for group in ["app", "all"] {
            let line = lines.iter().find(|line| line.trim_start().starts_with(group));
            let words: Vec<_> = line.expect("the group").split_whitespace().collect();
            assert_eq!([words[1], words[5], words[9]], ["700", "3136", "4"], "{words:?}");
        }
        assert_eq!(memory(&environment), 3136 << 20);
    }

    #[test]
    fn a_group_that_cannot_hold_its_pods_is_named() {
        let mut cluster = small::nodes();
        for pool in cluster.node_pools.iter_mut().filter(|pool| pool.group.is_some()) {
            pool.cpu = millicores(600);
        }
        let sentence = refused(&cluster);
        assert!(sentence.contains("request 700 millicores on the node app, of 600"), "{sentence}");
        assert!(sentence.contains("small.rs:"), "{sentence}");
    }

    #[test]
    fn a_group_that_the_cluster_lacks_is_named() {
        let mut cluster = small::nodes();
        cluster.node_pools.retain(|pool| pool.group.is_none());
        let sentence = refused(&cluster);
        assert!(sentence.contains("no node has the label example.com/group=app"), "{sentence}");
    }

    #[test]
    fn a_pod_that_is_larger_than_every_node_is_named() {
        let mut cluster = small::nodes();
        for pool in &mut cluster.node_pools {
            // Together they would have room.
            (pool.cpu, pool.nodes) = (millicores(50), 1000);
        }
        let sentence = refused(&cluster);
        assert!(sentence.contains("a pod requests 100 millicores"), "{sentence}");
        assert!(sentence.contains("Deployment.apps shop/web-app-deployment"), "{sentence}");
    }

    #[test]
    fn an_autoscaled_deployment_counts_with_all_its_pods_and_a_cron_job_with_one_run() {
        let (platform, cluster) = (small::platform(), small::nodes());
        let batch = platform.team(name!("other")).bundle(name!("batch"), &small::SHOP);
        let scale_on = ScaleOn::Cpu(percent!(70));
        let scaled = Replicas::Between { min: 1, max: 5, scale_on };
        let task = PortlessContainer {
            name: name!("task"),
            image: LocalImage { repository: repository!("task"), tag: tag!("1.0") }.into(),
            resources: Resources { cpu: millicores(100), memory: mebibytes(64) },
            user: uid!(1000),
        };
        batch.app(&small::GROUP).deployment(scaled).portless_container(task.clone());
        let night = batch.component(name!("night"), &small::GROUP).cron_job(CronJob {
            schedule: schedule!("@daily"),
            time_zone: time_zone!("Etc/UTC"),
            concurrency: Concurrency::Forbid,
            starting_deadline: seconds(600),
            active_deadline: seconds(600),
        });
        night.portless_container(task);
        night.parallelism(2);
        let environment = environment(&platform, &cluster);
        let graph = Graph::of(&environment);
        let requested = requested(&graph.capacity, &every_group(&graph.capacity));
        assert_eq!((requested.millicores, requested.pods), (700 + 5 * 100 + 2 * 100, 4 + 5 + 2));
    }

    /// The largest numbers that the types take.
    #[test]
    fn no_number_is_too_large_to_be_compared() {
        let (platform, mut cluster) = (small::platform(), small::nodes());
        let bundle = platform.team(name!("other")).bundle(name!("large"), &small::SHOP);
        let most = Resources { cpu: millicores(u32::MAX), memory: mebibytes(u32::MAX) };
        bundle.app(&small::GROUP).deployment(60_000).portless_container(PortlessContainer {
            name: name!("large"),
            image: LocalImage { repository: repository!("large"), tag: tag!("1.0") }.into(),
            resources: most,
            user: uid!(1000),
        });
        let small = environment(&platform, &cluster);
        let sentence = refuse_sizes(&small).expect_err("too large").to_string();
        assert!(sentence.contains("4294967295 MiB of memory"), "{sentence}");
        for pool in &mut cluster.node_pools {
            (pool.nodes, pool.pods) = (u16::MAX, u16::MAX);
            (pool.cpu, pool.memory) = (most.cpu, most.memory);
        }
        assert!(refuse_sizes(&environment(&platform, &cluster)).is_ok());
    }
}
