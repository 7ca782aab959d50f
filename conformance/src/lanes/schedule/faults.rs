//! Faults for the lane `schedule`.

use harness::{Failure, Programs, Report};
use manifests_lib::cluster::{Cluster, NodePool, VolumeBinding};
use manifests_lib::values::{gibibytes, millicores};
use manifests_lib::workload::NodeGroup;
use manifests_lib::{label_key, name};
use serde_json::{Value, json};

use crate::lanes::faults::{REQUESTED_CPU, change, environment, expect, first, last};
use crate::lanes::schedule::Provisioner;
use crate::lanes::{Options, schedule};
use crate::rendered::Rendered;

const CLASS_OF_CLAIM: &[&str] = &["spec", "volumeClaimTemplates", "0", "spec", "storageClassName"];

const NODE_SELECTOR: &[&str] = &["spec", "template", "spec", "nodeSelector"];

/// Clusters and workloads that do not fit each other.
pub fn run(programs: &Programs, options: &Options, report: &mut Report) -> Result<(), Failure> {
    let mut rendered = environment()?;
    let group = rendered.cluster.node_pools.iter().find_map(|pool| pool.group.clone());
    rendered.cluster.node_pools.retain(|pool| pool.group != group);
    let findings = said_of(programs, options, &rendered, schedule::volumes)?;
    expect(
        report,
        "a missing node group",
        &findings,
        &["stays Pending", "didn't match Pod's node affinity/selector"],
    );

    // These do not touch each other: one run shows all.
    let mut rendered = environment()?;
    let objects = &mut rendered.objects;
    change(objects, "Deployment", REQUESTED_CPU, json!("64"))?;
    change(objects, "StatefulSet", CLASS_OF_CLAIM, json!("unknown"))?;
    let tight = fits_without_proxy(&mut rendered)?;
    let claim = without_consumer(&mut rendered)?;
    let findings = said_of(programs, options, &rendered, without_waiting)?;
    for (fault, expected) in [
        ("a request that no node has", &["stays Pending", "Insufficient cpu"] as &[_]),
        ("an unknown storage class", &["stays Pending", "no storage class \"unknown\""]),
        ("a pod without its volume", &["pod ", "stays Pending", "PersistentVolumeClaim"]),
        (
            "a node that is full once istio-proxy is counted",
            &[&tight, "stays Pending", "Insufficient cpu"],
        ),
        (
            "a volume that is made before the scheduler has chosen a node",
            &[&claim, "before the scheduler has chosen a node"],
        ),
    ] {
        expect(report, fault, &findings, expected);
    }
    Ok(())
}

/// Gives the last Deployment a node that has just what its container asks for; returns how its pods are called.
fn fits_without_proxy(rendered: &mut Rendered) -> Result<String, Failure> {
    let group = NodeGroup { label: label_key!("example.com/group"), value: name!("tight") };
    let deployment = last(&rendered.objects, "Deployment")?;
    let mut object = rendered.objects[deployment].clone();
    for (path, value) in [
        (&["spec", "replicas"] as &[_], json!(1)),
        (REQUESTED_CPU, json!("1")),
        (NODE_SELECTOR, json!({group.label.as_str(): group.value.as_str()})),
    ] {
        object = object.with_field(path, value)?;
    }
    let pods = format!("/{}-", object.identity.name);
    rendered.objects[deployment] = object;
    rendered.cluster.node_pools.push(NodePool {
        group: Some(group),
        nodes: 1,
        cpu: millicores(1_000),
        memory: gibibytes(8),
        pods: 110,
    });
    Ok(pods)
}

/// Adds a claim that no pod uses, of a class that waits for one; returns its name.
fn without_consumer(rendered: &mut Rendered) -> Result<String, Failure> {
    let class = rendered
        .cluster
        .storage_classes
        .iter()
        .find(|class| class.binding == VolumeBinding::WaitForFirstConsumer)
        .ok_or_else(|| {
            Failure::new(format!(
                "no storage class of {} waits for its first consumer: take another environment in \
                 conformance/src/lanes/schedule/faults.rs",
                rendered.environment
            ))
        })?;
    let spec = json!({
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "1Gi"}},
        "storageClassName": class.name.as_str(),
    });
    let name = "without-consumer".to_owned();
    let claim = first(&rendered.objects, "PersistentVolumeClaim")?;
    let mut claim = rendered.objects[claim]
        .with_field(&["metadata", "name"], json!(name))?
        .with_field(&["spec"], spec)?;
    claim.identity.name.clone_from(&name);
    // Of a bundle without a chart, which might make its pod.
    claim.bundle.clone_from(&name);
    rendered.objects.push(claim);
    Ok(name)
}

/// A provisioner that takes every claim as if the scheduler had chosen a node for it.
fn without_waiting(cluster: &Cluster, claims: &[Value]) -> Vec<Value> {
    let mut chosen = claims.to_vec();
    for claim in &mut chosen {
        let class = cluster
            .storage_classes
            .iter()
            .find(|class| claim["spec"]["storageClassName"] == class.name.as_str());
        if let (Some(class), Some(metadata)) = (class, claim["metadata"].as_object_mut()) {
            metadata.insert(
                "annotations".to_owned(),
                json!({
                    "volume.kubernetes.io/selected-node": "nowhere",
                    "volume.kubernetes.io/storage-provisioner": class.provisioner,
                }),
            );
        }
    }
    schedule::volumes(cluster, &chosen)
}

fn said_of(
    programs: &Programs,
    options: &Options,
    rendered: &Rendered,
    provisioner: Provisioner,
) -> Result<Vec<String>, Failure> {
    let mut report = Report::default();
    schedule::environment(programs, options, rendered, provisioner, &mut report)?;
    Ok(report.findings)
}
