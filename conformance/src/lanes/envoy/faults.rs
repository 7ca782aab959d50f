//! Faults that the lane has to find, put into an environment that runs.

use harness::{Failure, Report};
use serde_json::{Value, json};

use super::Measured;
use super::calls::Expectation;
use super::matrix::{self, Verdict};
use super::pods::{Role, labels, of_kind};
use super::targets::{Target, Way};
use super::world::{World, pause, policies};
use crate::rendered::{Object, Rendered};

/// How often a call is made again until proxies know of a fault.
const ATTEMPTS: usize = 60;

/// A fault, and what changes with it.
pub struct Fault<'a> {
    /// What it is.
    pub what: &'static str,
    /// An object that it changes, as it is then.
    pub changed: Option<(&'a Object, Object)>,
    /// Objects that it removes.
    pub removed: Vec<&'a Object>,
    /// By what it is seen.
    pub seen_by: SeenBy<'a>,
}

/// By what a fault is seen.
pub enum SeenBy<'a> {
    /// The verdict of a pair is another one.
    Pair {
        /// Who calls.
        caller: String,
        /// What is called.
        target: &'a Target,
    },
    /// A call of gRPC has another end.
    Call(&'a Expectation),
}

/// Puts each fault into the environment and takes it out again.
pub fn run(
    world: &mut World<'_>,
    rendered: &Rendered,
    measured: &Measured,
    faults: Vec<Fault<'_>>,
    report: &mut Report,
) -> Result<(), Failure> {
    for fault in faults {
        let before = measured.verdicts.iter().find(|verdict| match &fault.seen_by {
            SeenBy::Pair { caller, target } => {
                verdict.caller == *caller && verdict.target == target.name
            }
            SeenBy::Call(_) => true,
        });
        let before = before.ok_or_else(|| nothing(fault.what))?;
        let changed: Vec<&Object> = fault.changed.iter().map(|(_, object)| object).collect();
        world.change(&changed, &fault.removed)?;
        let mut objects = rendered.objects.clone();
        objects.retain(|object| {
            let is = |other: &&Object| other.identity == object.identity;
            !fault.removed.iter().any(is) && !changed.iter().any(is)
        });
        objects.extend(changed.iter().copied().cloned());
        world.policies = policies(&objects)?;
        let seen = is_seen(world, &fault, before)?;
        let originals = fault.changed.iter().map(|(object, _)| *object);
        let originals: Vec<&Object> = originals.chain(fault.removed.iter().copied()).collect();
        world.change(&originals, &[])?;
        world.policies = policies(&rendered.objects)?;
        match (seen, &fault.seen_by) {
            (Some(by), _) => report.compared(1, format!("fault found: {}, by {by}", fault.what)),
            (None, SeenBy::Pair { caller, target }) => report.finding(format!(
                "the lane does not see {}: the verdict of {caller} to {} stays as it was, mesh {}, NetworkPolicies {}",
                fault.what,
                target.name,
                admits(before.mesh),
                admits(before.policies.is_admitted())
            )),
            (None, SeenBy::Call(call)) => report.finding(format!(
                "the lane does not see {}: {call} have the end that they had",
                fault.what
            )),
        }
    }
    Ok(())
}

fn admits(is_admitted: bool) -> &'static str {
    if is_admitted { "admit" } else { "refuse" }
}

/// By what a fault is seen; nothing where everything stays as it was.
fn is_seen(
    world: &World<'_>,
    fault: &Fault<'_>,
    before: &Verdict,
) -> Result<Option<String>, Failure> {
    for _ in 0..ATTEMPTS {
        match &fault.seen_by {
            SeenBy::Pair { caller, target } => {
                let now = matrix::ask(world, caller, target)?.ok_or_else(|| nothing(fault.what))?;
                if (now.mesh, now.policies) != (before.mesh, before.policies) {
                    return Ok(Some(format!("{caller} to {}", target.name)));
                }
            }
            SeenBy::Call(call) => {
                if call.problem(world)?.is_some() {
                    return Ok(Some(call.to_string()));
                }
            }
        }
        pause();
    }
    Ok(None)
}

/// A failure to put a fault anywhere.
pub fn nothing(what: &str) -> Failure {
    Failure::new(format!(
        "the environment has nothing to put {what} into: choose another object in conformance/src/lanes/envoy/faults.rs"
    ))
}

/// Those of an environment, whatever it is.
pub fn of_environment<'a>(
    world: &World<'_>,
    rendered: &'a Rendered,
    measured: &'a Measured,
) -> Result<Vec<Fault<'a>>, Failure> {
    let Measured { targets, verdicts, .. } = measured;
    let objects = &rendered.objects;
    let role = |name: &str| {
        world.pods.iter().find(|pod| pod.planned.name == name).map(|pod| pod.planned.role)
    };
    let target = |verdict: &Verdict| targets.iter().find(|target| target.name == verdict.target);
    let admitted =
        || verdicts.iter().filter(|verdict| verdict.is_declared && verdict.is_admitted());
    let call = |is: &dyn Fn(&Verdict, &Target) -> bool, what| {
        let found = admitted().find_map(|verdict| {
            let target = target(verdict).filter(|target| is(verdict, target))?;
            Some((verdict.caller.clone(), target))
        });
        found.ok_or_else(|| nothing(what))
    };
    let (workload, called) = call(
        &|verdict, target| {
            role(&verdict.caller) == Some(Role::Workload)
                && role(pod(target)) == Some(Role::Workload)
        },
        "a call of a workload",
    )?;
    let stranger = world.pods.iter().find(|pod| pod.planned.role == Role::Stranger);
    let stranger = stranger.map(|pod| &pod.planned).ok_or_else(|| nothing("a stranger"))?;
    let authorization = selecting(world, objects, "AuthorizationPolicy", pod(called))?;
    let policy = selecting(world, objects, "NetworkPolicy", pod(called))?;
    let principal = format!("cluster.local/ns/{}/sa/{}", stranger.namespace, stranger.name);
    let rules = ["spec", "rules", "0"];
    let principals = [&rules[..], &["from", "0", "source", "principals"]].concat();
    let ports = [&rules[..], &["to", "0", "operation", "ports"]].concat();
    let changed = |object: &'a Object, path: &[&str], new: Value| {
        object.with_field(path, new).map(|changed| Some((object, changed)))
    };
    let fault = |what, changed, removed, caller: &str, target: &'a Target| Fault {
        what,
        changed,
        removed,
        seen_by: SeenBy::Pair { caller: caller.to_owned(), target },
    };
    let mut faults = vec![
        fault("a removed AuthorizationPolicy", None, vec![authorization], &workload, called),
        fault(
            "a wrong principal",
            changed(authorization, &principals, json!([principal]))?,
            Vec::new(),
            &stranger.name,
            called,
        ),
        fault(
            "a wrong port of an AuthorizationPolicy",
            changed(authorization, &ports, json!(["1"]))?,
            Vec::new(),
            &workload,
            called,
        ),
        fault("a removed NetworkPolicy", None, vec![policy], &workload, called),
        fault(
            "a NetworkPolicy that admits everybody",
            changed(policy, &["spec", "ingress"], json!([{}]))?,
            Vec::new(),
            "bystander",
            called,
        ),
    ];
    let (visitor, entered) = call(&|_, target| matches!(target.way, Way::Through(..)), "an entry")?;
    let route = of_kind(objects, "networking.istio.io", "VirtualService")
        .find(|object| {
            let routes = object.value["spec"]["http"].as_array().into_iter().flatten();
            let mut matches =
                routes.flat_map(|route| route["match"].as_array().into_iter().flatten());
            matches.any(|condition| {
                condition["port"].as_u64()
                    == entered.name.rsplit(':').next().and_then(|port| port.parse().ok())
            })
        })
        .ok_or_else(|| nothing("a missing exportTo"))?;
    faults.push(fault(
        "a missing exportTo",
        changed(route, &["spec", "exportTo"], json!(["."]))?,
        Vec::new(),
        &visitor,
        entered,
    ));
    if let Some(out) = targets.iter().find(|target| matches!(target.way, Way::Out(..))) {
        let namespace = match &out.way {
            Way::Out(gateway, _) => world.pods.iter().find(|pod| pod.planned.name == gateway.pod),
            _ => None,
        };
        let namespace = namespace.map(|pod| pod.planned.namespace.clone());
        let authorizations = of_kind(objects, "security.istio.io", "AuthorizationPolicy")
            .filter(|object| object.identity.namespace == namespace);
        faults.push(fault(
            "a way out that is open to all",
            None,
            authorizations.collect(),
            &stranger.name,
            out,
        ));
    }
    Ok(faults)
}

/// The pod that a target is.
fn pod(target: &Target) -> &str {
    match &target.way {
        Way::Straight(hop) => &hop.pod,
        Way::Through(..) | Way::Out(..) => "",
    }
}

/// The policy of a kind that is for a pod alone.
fn selecting<'a>(
    world: &World<'_>,
    objects: &'a [Object],
    kind: &'static str,
    pod: &str,
) -> Result<&'a Object, Failure> {
    let pod = world.pods.iter().find(|known| known.planned.name == pod);
    let pod = pod.map(|pod| &pod.planned).ok_or_else(|| nothing(kind))?;
    let is_for = |object: &&Object| {
        let spec = &object.value["spec"];
        let selector = match kind {
            "NetworkPolicy" => &spec["podSelector"]["matchLabels"],
            _ => &spec["selector"]["matchLabels"],
        };
        let selector = labels(selector);
        let is_admission = kind != "NetworkPolicy" || !spec["ingress"].is_null();
        object.identity.kind == kind
            && object.identity.namespace.as_deref() == Some(pod.namespace.as_str())
            && is_admission
            && !selector.is_empty()
            && selector.iter().all(|(key, value)| pod.labels.get(key) == Some(value))
    };
    objects.iter().find(is_for).ok_or_else(|| nothing(kind))
}
