//! Compares what the platform requests of each node group with what its nodes have.
//!
//! Only the pods of the platform's own workloads are counted. Pods of charts and the proxies of the mesh are extra: the
//! conformance lane `charts` has a real scheduler place all of them.

mod requests;

use std::collections::BTreeMap;

use custom_resources::rabbitmq::v1beta1::RabbitmqCluster;
use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::autoscaling::v2 as autoscaling;
use k8s_openapi::api::batch::v1 as batch;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use manifests_lib::cluster::{Cluster, NodePool};
use manifests_lib::model::Resource;
use manifests_lib::platform::BuiltPlatform;
use manifests_lib::values::Bytes;

use support::Failure;

use super::storage;
use requests::{Requests, of_container, of_pod};

/// CPU in thousandths of a core, memory in bytes, and pods. What does not fit into a number fits into no cluster: it stays the largest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Amounts {
    cpu: u64,
    memory: u64,
    pods: u64,
}

/// Fails if the nodes of a group cannot hold its pods, or the largest of them one of its pods, or if the cluster has not the storage that
/// they ask for.
pub fn check(platform: &BuiltPlatform, cluster: &Cluster) -> Result<(), Failure> {
    let placements = placements(platform, cluster)?;
    let mut sentences = too_large_for_a_node(&placements, platform, cluster);
    sentences.extend(storage::unknown_classes(platform, cluster));
    for (group, requested, offered) in groups(&placements, cluster) {
        for (what, requested, offered) in [
            ("millicores", requested.cpu, offered.cpu),
            ("MiB of memory", mebibytes(requested.memory), mebibytes(offered.memory)),
            ("pods", requested.pods, offered.pods),
        ] {
            if requested > offered {
                sentences.push(format!(
                    "the pods of the node group {group} request {requested} {what}, but its nodes have {offered}: some pods would stay Pending; \
                     give the cluster of {} more, or request less",
                    platform.environment
                ));
            }
        }
    }
    if sentences.is_empty() { Ok(()) } else { Err(Failure::all(sentences)) }
}

/// A sentence for each pod that no node of its group can hold.
fn too_large_for_a_node(
    placements: &[Placement<'_>],
    platform: &BuiltPlatform,
    cluster: &Cluster,
) -> Vec<String> {
    let mut sentences = Vec::new();
    for placement in placements {
        let Placement { resource, each, .. } = placement;
        let group = placement.group();
        let largest_cpu =
            placement.nodes(cluster).map(|pool| u64::from(pool.cpu.as_millicores())).max();
        let largest_memory = placement.nodes(cluster).map(|pool| bytes(pool.memory)).max();
        for (what, requested, offered) in [
            ("millicores", each.cpu, largest_cpu.unwrap_or_default()),
            (
                "MiB of memory",
                mebibytes(each.memory),
                mebibytes(largest_memory.unwrap_or_default()),
            ),
        ] {
            if requested > offered {
                sentences.push(format!(
                    "{}: a pod of {} requests {requested} {what}, but the largest node of the node group {group} has {offered}: it would stay \
                     Pending; request less, or give the cluster of {} larger nodes",
                    resource.origin(),
                    resource.object_ref(),
                    platform.environment
                ));
            }
        }
    }
    sentences
}

/// A line for each group.
pub fn report(platform: &BuiltPlatform, cluster: &Cluster) -> Result<Vec<String>, Failure> {
    let mut lines = vec![
        "Requests of the platform's own pods, of what the nodes have (charts and proxies are extra):".to_owned(),
    ];
    for (group, requested, offered) in groups(&placements(platform, cluster)?, cluster) {
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

/// What the platform's own pods request of the memory of all nodes, in bytes.
pub(super) fn memory(platform: &BuiltPlatform, cluster: &Cluster) -> Result<u64, Failure> {
    let placements = placements(platform, cluster)?;
    let memory = requested(&placements, cluster).into_values().map(|group| group.memory);
    Ok(memory.fold(0, u64::saturating_add))
}

fn bytes(size: Bytes) -> u64 {
    u64::from(size.as_mebibytes()) << 20
}

fn mebibytes(bytes: u64) -> u64 {
    bytes.div_ceil(1 << 20)
}

/// Each group with what is requested and what its nodes have.
fn groups(placements: &[Placement<'_>], cluster: &Cluster) -> Vec<(String, Amounts, Amounts)> {
    let requested = requested(placements, cluster);
    cluster
        .node_pools
        .iter()
        .map(|pool| {
            let name = group_name(pool);
            let sum = requested.get(&name).copied().unwrap_or_default();
            (name, sum, offered(pool))
        })
        .collect()
}

/// What is requested of each group.
fn requested(placements: &[Placement<'_>], cluster: &Cluster) -> BTreeMap<String, Amounts> {
    let mut requested: BTreeMap<String, Amounts> = BTreeMap::new();
    for placement in placements {
        let each = placement.each;
        let count = match placement.count {
            Count::Replicas(replicas) => replicas,
            Count::OnePerNode => placement.nodes(cluster).map(|pool| u64::from(pool.nodes)).sum(),
        };
        let sum = requested.entry(placement.group()).or_default();
        sum.cpu = sum.cpu.saturating_add(each.cpu.saturating_mul(count));
        sum.memory = sum.memory.saturating_add(each.memory.saturating_mul(count));
        sum.pods = sum.pods.saturating_add(count);
    }
    requested
}

/// The pods of an object, and where they run.
struct Placement<'a> {
    resource: &'a Resource,
    count: Count,
    /// What each of them requests.
    each: Requests,
    /// The nodes that they select; `None` if they take any.
    pool: Option<&'a NodePool>,
}

impl Placement<'_> {
    fn group(&self) -> String {
        self.pool.map_or_else(|| ANY.to_owned(), group_name)
    }

    /// The nodes on which they may run.
    fn nodes<'a>(&self, cluster: &'a Cluster) -> impl Iterator<Item = &'a NodePool> {
        let own = self.pool.map(group_name);
        let may_run =
            move |pool: &&NodePool| own.as_ref().is_none_or(|own| *own == group_name(pool));
        cluster.node_pools.iter().filter(may_run)
    }
}

/// Where the pods of each object run.
fn placements<'a>(
    platform: &'a BuiltPlatform,
    cluster: &'a Cluster,
) -> Result<Vec<Placement<'a>>, Failure> {
    let most = autoscaled(platform);
    let of_object = |resource| Some((resource, pods(resource, &most)?));
    let placed = |(resource, pods): (&'a Resource, Pods<'_>)| {
        let pool = selected(&pods.selector, &cluster.node_pools).map_err(|label| {
            Failure::new(format!(
                "{}: the pods of {} need nodes with the label {label}, which no nodes of the cluster have: they would stay Pending; give the \
                 cluster of {} such a group",
                resource.origin(),
                resource.object_ref(),
                platform.environment
            ))
        })?;
        let each = pods.each.map_err(|quantity| {
            Failure::new(format!(
                "{}: {:?}, a request of {}, is not an amount that the API server takes: write it as 250m, 1.5, 512Mi or 1Gi",
                resource.origin(),
                quantity.0,
                resource.object_ref()
            ))
        })?;
        Ok(Placement { resource, count: pods.count, each, pool })
    };
    platform.resources().filter_map(of_object).map(placed).collect()
}

fn group_name(pool: &NodePool) -> String {
    pool.group.as_ref().map_or_else(|| ANY.to_owned(), |group| group.value.to_string())
}

fn offered(pool: &NodePool) -> Amounts {
    let nodes = u64::from(pool.nodes);
    Amounts {
        cpu: nodes.saturating_mul(u64::from(pool.cpu.as_millicores())),
        memory: nodes.saturating_mul(bytes(pool.memory)),
        pods: nodes.saturating_mul(u64::from(pool.pods)),
    }
}

/// Name for nodes without a group, and for pods without a node selector.
const ANY: &str = "any";

/// The pods that an object creates.
struct Pods<'a> {
    count: Count,
    /// The labels that their nodes must have.
    selector: BTreeMap<&'a str, &'a str>,
    /// What each of them requests; the error is a quantity that cannot be read.
    each: Result<Requests, &'a Quantity>,
}

enum Count {
    Replicas(u64),
    OnePerNode,
}

/// The nodes that pods select, `None` if they take any; the error is the label that no node has.
fn selected<'a>(
    selector: &BTreeMap<&str, &str>,
    pools: &'a [NodePool],
) -> Result<Option<&'a NodePool>, String> {
    let Some((key, value)) = selector.iter().next() else {
        return Ok(None);
    };
    let has = |pool: &&NodePool| {
        pool.group
            .as_ref()
            .is_some_and(|group| selector.get(group.label.as_str()) == Some(&group.value.as_str()))
    };
    match pools.iter().find(has) {
        Some(pool) => Ok(Some(pool)),
        None => Err(format!("{key}={value}")),
    }
}

/// The most pods that an autoscaler gives a Deployment, by namespace and name: the nodes have room for all of them.
type Autoscaled = BTreeMap<(Option<String>, String), i32>;

fn autoscaled(platform: &BuiltPlatform) -> Autoscaled {
    let of_object = |resource: &Resource| {
        let autoscaling::HorizontalPodAutoscaler { spec, .. } = resource.get()?;
        let spec = spec.as_ref().filter(|spec| spec.scale_target_ref.kind == "Deployment")?;
        let namespace = resource.object_ref().namespace;
        Some(((namespace, spec.scale_target_ref.name.clone()), spec.max_replicas))
    };
    platform.resources().filter_map(of_object).collect()
}

/// The pods of an object; `None` if it creates none. Of a CronJob, those of one run: they need their room beside all others.
fn pods<'a>(resource: &'a Resource, most: &Autoscaled) -> Option<Pods<'a>> {
    let replicas = |number: Option<i32>| {
        Count::Replicas(u64::try_from(number.unwrap_or(1)).unwrap_or_default())
    };
    if let Some(apps::Deployment { spec: Some(spec), .. }) = resource.get() {
        let object = resource.object_ref();
        let most = most.get(&(object.namespace, object.name)).copied();
        return Some(of_template(replicas(most.or(spec.replicas)), spec.template.spec.as_ref()?));
    }
    if let Some(apps::StatefulSet { spec: Some(spec), .. }) = resource.get() {
        return Some(of_template(replicas(spec.replicas), spec.template.spec.as_ref()?));
    }
    if let Some(apps::DaemonSet { spec: Some(spec), .. }) = resource.get() {
        return Some(of_template(Count::OnePerNode, spec.template.spec.as_ref()?));
    }
    if let Some(batch::Job { spec: Some(spec), .. }) = resource.get() {
        return Some(of_template(replicas(spec.parallelism), spec.template.spec.as_ref()?));
    }
    if let Some(batch::CronJob { spec: Some(spec), .. }) = resource.get() {
        let job = spec.job_template.spec.as_ref()?;
        return Some(of_template(replicas(job.parallelism), job.template.spec.as_ref()?));
    }
    let RabbitmqCluster { spec: Some(spec), .. } = resource.get()? else {
        return None;
    };
    Some(Pods {
        count: replicas(spec.replicas),
        selector: required_labels(spec.affinity.as_ref()).collect(),
        each: of_container(spec.resources.as_ref()),
    })
}

fn of_template(count: Count, pod: &core::PodSpec) -> Pods<'_> {
    let selector = pod.node_selector.iter().flatten();
    Pods {
        count,
        selector: selector.map(|(key, value)| (key.as_str(), value.as_str())).collect(),
        each: of_pod(pod),
    }
}

/// The node labels that an affinity requires, each with its first value.
fn required_labels(affinity: Option<&core::Affinity>) -> impl Iterator<Item = (&str, &str)> {
    affinity
        .and_then(|affinity| affinity.node_affinity.as_ref())
        .and_then(|nodes| nodes.required_during_scheduling_ignored_during_execution.as_ref())
        .into_iter()
        .flat_map(|required| &required.node_selector_terms)
        .flat_map(|term| term.match_expressions.iter().flatten())
        .filter_map(|expression| {
            let value = expression.values.as_ref()?.first()?;
            Some((expression.key.as_str(), value.as_str()))
        })
}

#[cfg(test)]
mod tests {
    use manifests_lib::prelude::{
        Concurrency, CronJob, PortlessContainer, Replicas, Resources, RunsToCompletion, ScaleOn,
        Workload, name, percent, repository, schedule, seconds, tag, time_zone, uid,
    };
    use manifests_lib::values::{LocalImage, mebibytes as of_memory, millicores};

    use super::*;
    use crate::small;

    fn built() -> BuiltPlatform {
        small::platform().build().expect("a platform that can be built")
    }

    #[test]
    fn what_fits_is_reported_by_group() {
        let (platform, cluster) = (built(), small::nodes());
        assert!(check(&platform, &cluster).is_ok());
        let lines = report(&platform, &cluster).expect("quantities");
        let of_app = lines.iter().find(|line| line.starts_with("  app ")).expect("the group");
        let words: Vec<_> = of_app.split_whitespace().collect();
        assert_eq!([words[1], words[5], words[9]], ["700", "3136", "4"], "{of_app}");
    }

    #[test]
    fn a_group_that_cannot_hold_its_pods_is_named() {
        let (platform, mut cluster) = (built(), small::nodes());
        for pool in cluster.node_pools.iter_mut().filter(|pool| group_name(pool) == "app") {
            pool.cpu = millicores(200);
        }
        let failure = check(&platform, &cluster).expect_err("too little");
        assert_eq!(
            failure.to_string(),
            "the pods of the node group app request 700 millicores, but its nodes have 200: some pods would stay Pending; give the cluster \
             of small more, or request less"
        );
    }

    #[test]
    fn a_group_that_the_cluster_lacks_is_named() {
        let (platform, mut cluster) = (built(), small::nodes());
        cluster.node_pools.retain(|pool| group_name(pool) != "app");
        let failure = check(&platform, &cluster).expect_err("no such nodes");
        let sentence = failure.to_string();
        assert!(
            sentence.contains(" need nodes with the label example.com/group=app, which no nodes of the cluster have"),
            "{sentence}"
        );
    }

    #[test]
    fn a_pod_that_is_larger_than_every_node_is_named() {
        let (platform, mut cluster) = (built(), small::nodes());
        for pool in &mut cluster.node_pools {
            // Together they would have room.
            (pool.cpu, pool.nodes) = (millicores(50), 1000);
        }
        let sentence = check(&platform, &cluster).expect_err("too small").to_string();
        let each = "a pod of Deployment.apps shop/web-app-deployment requests 100 millicores, but the largest node of the node group \
                    app has 50: it would stay Pending";
        assert!(sentence.contains(each), "{sentence}");
    }

    #[test]
    fn the_broker_counts() {
        let platform = built();
        let resources = platform.resources();
        let broker = resources
            .filter(|resource| resource.get::<RabbitmqCluster>().is_some())
            .find_map(|resource| pods(resource, &Autoscaled::new()))
            .expect("a broker");
        assert!(matches!(broker.count, Count::Replicas(3)));
        assert_eq!(broker.selector.values().copied().collect::<Vec<_>>(), ["app"]);
        let each = broker.each.expect("quantities");
        assert_eq!((each.cpu, mebibytes(each.memory)), (200, 1024));
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
            resources: Resources { cpu: millicores(100), memory: of_memory(64) },
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
        let built = platform.build().expect("a platform that can be built");
        let placements = placements(&built, &cluster).expect("quantities");
        let groups = groups(&placements, &cluster);
        let (_, requested, _) = groups.iter().find(|(name, ..)| name == "app").expect("the group");
        assert_eq!((requested.cpu, requested.pods), (700 + 5 * 100 + 2 * 100, 4 + 5 + 2));
    }
    /// The largest numbers that the types take.
    #[test]
    fn no_number_is_too_large_to_be_compared() {
        let (platform, mut cluster) = (small::platform(), small::nodes());
        let bundle = platform.team(name!("other")).bundle(name!("large"), &small::SHOP);
        let most = Resources { cpu: millicores(u32::MAX), memory: of_memory(u32::MAX) };
        bundle.app(&small::GROUP).deployment(60_000).portless_container(PortlessContainer {
            name: name!("large"),
            image: LocalImage { repository: repository!("large"), tag: tag!("1.0") }.into(),
            resources: most,
            user: uid!(1000),
        });
        let built = platform.build().expect("a platform that can be built");
        let sentence = check(&built, &cluster).expect_err("too large").to_string();
        assert!(sentence.contains("request 17592186044416 MiB of memory"), "{sentence}");
        for pool in &mut cluster.node_pools {
            (pool.nodes, pool.pods) = (u16::MAX, u16::MAX);
            (pool.cpu, pool.memory) = (most.cpu, most.memory);
        }
        assert!(check(&built, &cluster).is_ok() && report(&built, &cluster).is_ok());
    }
}
