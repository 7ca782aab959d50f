//! What the platform requests of each group of nodes, beside what the nodes have.
//!
//! Counted are the pods that the platform writes itself. Pods of charts and the proxies of the mesh come on top: the
//! conformance lane `charts` has a real scheduler place all of them.

use std::collections::BTreeMap;

use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::batch::v1 as batch;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use manifests_lib::{BuiltPlatform, Cluster, NodePool, Resource};

use crate::failure::Failure;

/// Processor time in thousandths of a core and memory in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Amounts {
    cpu: u64,
    memory: u64,
    pods: u64,
}

/// A failure where a group's nodes cannot hold its pods.
pub fn check(platform: &BuiltPlatform, cluster: &Cluster) -> Result<(), Failure> {
    let mut sentences = Vec::new();
    for (group, requested, offered) in groups(platform, cluster)? {
        for (what, requested, offered) in [
            ("millicores", requested.cpu, offered.cpu),
            (
                "MiB of memory",
                mebibytes(requested.memory),
                mebibytes(offered.memory),
            ),
            ("pods", requested.pods, offered.pods),
        ] {
            if requested > offered {
                sentences.push(format!(
                    "the pods of the node group {group} request {requested} {what} and its nodes have {offered}: some would never run; \
                     give the cluster of environments/{} more, or request less",
                    platform.environment
                ));
            }
        }
    }
    if sentences.is_empty() {
        Ok(())
    } else {
        Err(Failure::all(sentences))
    }
}

/// A line for each group.
pub fn report(platform: &BuiltPlatform, cluster: &Cluster) -> Result<Vec<String>, Failure> {
    let mut lines = vec![
        "Requests of the platform's own pods, of what the nodes have (charts and proxies come on top):".to_owned(),
    ];
    for (group, requested, offered) in groups(platform, cluster)? {
        lines.push(format!(
            "  {group:<8} {:>6} of {:>6} millicores {:>6} of {:>6} MiB {:>4} of {:>4} pods",
            requested.cpu,
            offered.cpu,
            mebibytes(requested.memory),
            mebibytes(offered.memory),
            requested.pods,
            offered.pods
        ));
    }
    Ok(lines)
}

fn mebibytes(bytes: u64) -> u64 {
    bytes.div_ceil(1 << 20)
}

/// Each group with what is requested and what its nodes have.
fn groups(
    platform: &BuiltPlatform,
    cluster: &Cluster,
) -> Result<Vec<(String, Amounts, Amounts)>, Failure> {
    let mut requested: BTreeMap<String, Amounts> = BTreeMap::new();
    let pools = &cluster.node_pools;
    for resource in platform.bundles.iter().flat_map(|bundle| &bundle.resources) {
        let Some((replicas, pod)) = pods(resource, pools) else {
            continue;
        };
        let group = selected(pod, pools);
        let sum = requested.entry(group).or_default();
        let each = of_pod(pod).ok_or_else(|| {
            Failure::new(format!(
                "{}: a request of {} is no quantity that can be added up: write it in m, Ki, Mi, Gi or without a unit",
                resource.origin(),
                resource.identity()
            ))
        })?;
        sum.cpu += each.cpu * replicas;
        sum.memory += each.memory * replicas;
        sum.pods += replicas;
    }
    Ok(pools
        .iter()
        .map(|pool| {
            let name = group_name(pool);
            let sum = requested.get(&name).copied().unwrap_or_default();
            (name, sum, offered(pool))
        })
        .collect())
}

fn group_name(pool: &NodePool) -> String {
    pool.group
        .as_ref()
        .map_or_else(|| "any".to_owned(), |group| group.value.to_string())
}

fn offered(pool: &NodePool) -> Amounts {
    let nodes = u64::from(pool.nodes);
    Amounts {
        cpu: nodes * u64::from(pool.cpu.as_millicores()),
        memory: nodes * (u64::from(pool.memory.as_mebibytes()) << 20),
        pods: nodes * u64::from(pool.pods),
    }
}

/// The group that a pod asks for.
fn selected(pod: &core::PodSpec, pools: &[NodePool]) -> String {
    let selector = pod.node_selector.as_ref();
    pools
        .iter()
        .find(|pool| {
            pool.group.as_ref().is_some_and(|group| {
                selector.and_then(|selector| selector.get(group.label.as_str()))
                    == Some(&group.value.to_string())
            })
        })
        .map_or_else(|| "any".to_owned(), group_name)
}

/// How many pods an object makes, and how they look.
fn pods<'a>(resource: &'a Resource, pools: &[NodePool]) -> Option<(u64, &'a core::PodSpec)> {
    let count = |replicas: Option<i32>| u64::try_from(replicas.unwrap_or(1)).unwrap_or_default();
    if let Some(apps::Deployment {
        spec: Some(spec), ..
    }) = resource.get()
    {
        return Some((count(spec.replicas), spec.template.spec.as_ref()?));
    }
    if let Some(apps::StatefulSet {
        spec: Some(spec), ..
    }) = resource.get()
    {
        return Some((count(spec.replicas), spec.template.spec.as_ref()?));
    }
    if let Some(apps::DaemonSet {
        spec: Some(spec), ..
    }) = resource.get()
    {
        let pod = spec.template.spec.as_ref()?;
        let group = selected(pod, pools);
        let nodes = pools.iter().filter(|pool| group_name(pool) == group);
        return Some((nodes.map(|pool| u64::from(pool.nodes)).sum(), pod));
    }
    if let Some(batch::Job {
        spec: Some(spec), ..
    }) = resource.get()
    {
        return Some((count(spec.parallelism), spec.template.spec.as_ref()?));
    }
    None
}

/// What one pod requests; nothing where a quantity cannot be read.
fn of_pod(pod: &core::PodSpec) -> Option<Amounts> {
    let mut sum = Amounts::default();
    for container in &pod.containers {
        let requests = container
            .resources
            .as_ref()
            .and_then(|resources| resources.requests.as_ref());
        let read = |key: &str, unit: u64| match requests.and_then(|requests| requests.get(key)) {
            None => Some(0),
            Some(quantity) => amount(quantity, unit),
        };
        sum.cpu += read("cpu", 1000)?;
        sum.memory += read("memory", 1)?;
    }
    Some(sum)
}

/// A quantity in parts of its unit: thousandths for processors, whole ones for bytes.
fn amount(quantity: &Quantity, unit: u64) -> Option<u64> {
    let digits = quantity
        .0
        .trim_end_matches(|character: char| character.is_ascii_alphabetic());
    let number: u64 = digits.parse().ok()?;
    let factor = match &quantity.0[digits.len()..] {
        "" => unit,
        "m" if unit == 1000 => 1,
        "Ki" => 1 << 10,
        "Mi" => 1 << 20,
        "Gi" => 1 << 30,
        "Ti" => 1 << 40,
        _ => return None,
    };
    number.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use manifests_lib::millicores;

    use super::*;
    use crate::environment::EnvironmentName;

    #[test]
    fn every_environment_has_room() {
        for name in EnvironmentName::ALL {
            let built = name.build().expect("an environment that can be built");
            let cluster = built.environment.cluster();
            assert!(check(&built.platform, cluster).is_ok(), "{name}");
            let lines = report(&built.platform, cluster).expect("quantities");
            let of_app = lines.iter().any(|line| line.starts_with("  app "));
            assert!(of_app, "{lines:?}");
        }
    }

    #[test]
    fn a_group_that_cannot_hold_its_pods_is_named() {
        let built = EnvironmentName::Dev.build().expect("an environment");
        let mut cluster = built.environment.cluster().clone();
        let pools = cluster.node_pools.iter_mut();
        for pool in pools.filter(|pool| group_name(pool) == "app") {
            pool.cpu = millicores(100);
        }
        let failure = check(&built.platform, &cluster).expect_err("too little");
        let sentence = failure.to_string();
        let begin = "error: the pods of the node group app request ";
        let end = " millicores and its nodes have 100: some would never run; give the cluster of environments/dev more, or request less";
        assert!(
            sentence.starts_with(begin) && sentence.ends_with(end),
            "{sentence}"
        );
    }

    #[test]
    fn quantities_are_read_as_the_cluster_reads_them() {
        let read = |text: &str, unit| amount(&Quantity(text.to_owned()), unit);
        assert_eq!(read("250m", 1000), Some(250));
        assert_eq!(read("2", 1000), Some(2000));
        assert_eq!(read("768Mi", 1), Some(768 << 20));
        assert_eq!(read("1.5", 1000), None);
        assert_eq!(read("1e3", 1), None);
    }
}
