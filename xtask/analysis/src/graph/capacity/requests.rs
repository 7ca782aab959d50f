//! What one pod requests, counted as the scheduler counts it.

use crate::environment::Environment;
use crate::objects::{ContainerKind, Pod, Value, json, list, quantity, text};

/// Processor, memory and places for pods. What does not fit into a number fits into no cluster: it stays the largest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amounts {
    /// Thousandths of a core.
    pub millicores: u64,
    /// Bytes.
    pub memory: u64,
    /// How many pods.
    pub pods: u64,
}

impl Amounts {
    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.each(other, u64::saturating_add)
    }

    /// What is left of it.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        self.each(other, u64::saturating_sub)
    }

    /// So many times.
    #[must_use]
    pub fn times(self, count: u64) -> Self {
        self.each(self, |amount, _| amount.saturating_mul(count))
    }

    /// How often it holds another one.
    #[must_use]
    pub fn holds(self, other: Self) -> u64 {
        let holds = |amount: u64, of: u64| amount.checked_div(of).unwrap_or(u64::MAX);
        let Self { millicores, memory, pods } = self.each(other, holds);
        millicores.min(memory).min(pods)
    }

    /// The larger of each.
    #[must_use]
    pub fn or_more(self, other: Self) -> Self {
        self.each(other, u64::max)
    }

    /// The smaller of each.
    #[must_use]
    pub fn or_less(self, other: Self) -> Self {
        self.each(other, u64::min)
    }

    fn each(self, other: Self, of: impl Fn(u64, u64) -> u64) -> Self {
        Self {
            millicores: of(self.millicores, other.millicores),
            memory: of(self.memory, other.memory),
            pods: of(self.pods, other.pods),
        }
    }
}

/// What a pod requests: all its containers and sidecars together, or one that runs before them where that needs more, beside the
/// sidecars that run by then. The pod's own requests stand in place of the sum. A quantity that cannot be read is refused by the API
/// server, and counts for nothing here.
///
/// Upstream: <https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#resource-sharing-within-containers>
pub(super) fn of_pod(pod: &Pod<'_>, proxy: Amounts) -> Amounts {
    sum_of(pod, proxy, requested)
}

/// What a pod may take at most, counted alike; what has no limit counts for nothing.
#[must_use]
pub fn limits_of(pod: &Pod<'_>) -> Amounts {
    sum_of(pod, Amounts::default(), |resources, what| &resources["limits"][what])
}

/// Reads an amount of the resources of a container or a pod.
type Read = for<'a> fn(&'a Value, &'static str) -> &'a Value;

fn sum_of(pod: &Pod<'_>, proxy: Amounts, of: Read) -> Amounts {
    let (mut running, mut sidecars, mut starting) = (proxy, Amounts::default(), Amounts::default());
    for container in pod.containers() {
        let own = of_container(&container.json["resources"], of);
        match container.kind {
            ContainerKind::Main => running = running.and(own),
            ContainerKind::Sidecar => {
                sidecars = sidecars.and(own);
                starting = starting.or_more(sidecars);
            }
            ContainerKind::Init => starting = starting.or_more(sidecars.and(own)),
            ContainerKind::Ephemeral => {}
        }
    }
    let sum = running.and(sidecars).or_more(starting);
    let own = &pod.spec["resources"];
    Amounts {
        millicores: millicores(own, of).unwrap_or(sum.millicores),
        memory: memory(own, of).unwrap_or(sum.memory),
        pods: 1,
    }
}

fn of_container(resources: &Value, of: Read) -> Amounts {
    Amounts {
        millicores: millicores(resources, of).unwrap_or_default(),
        memory: memory(resources, of).unwrap_or_default(),
        pods: 0,
    }
}

fn millicores(resources: &Value, of: Read) -> Option<u64> {
    quantity::thousandths(of(resources, "cpu"))
}

fn memory(resources: &Value, of: Read) -> Option<u64> {
    quantity::ones(of(resources, "memory"))
}

/// The request, for which the API server fills in the limit where it is missing.
fn requested<'a>(resources: &'a Value, what: &'static str) -> &'a Value {
    let request = &resources["requests"][what];
    if request.is_null() { &resources["limits"][what] } else { request }
}

/// The proxies that Istio adds to pods.
///
/// Upstream: <https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/>
#[derive(Debug)]
pub(super) struct Proxies<'a> {
    environment: &'a Environment,
    /// What a proxy requests where its pod says nothing; none where what adds it cannot be seen.
    usual: Option<Amounts>,
}

impl<'a> Proxies<'a> {
    pub(super) fn of(environment: &'a Environment) -> Self {
        let applications = environment.objects.of_kind("argoproj.io", "Application");
        let sources = applications.flat_map(|application| {
            let spec = &application.json["spec"];
            list(&spec["sources"]).iter().chain(Some(&spec["source"]))
        });
        let injectors = sources.filter(|source| text(&source["chart"]) == Some("istiod"));
        let usual = injectors.map(|source| {
            // Of the chart, where its values say nothing else.
            let mut resources = json!({"requests": {"cpu": "100m", "memory": "128Mi"}});
            let own = &source["helm"]["valuesObject"]["global"]["proxy"]["resources"]["requests"];
            for what in ["cpu", "memory"] {
                if !own[what].is_null() {
                    resources["requests"][what] = own[what].clone();
                }
            }
            of_container(&resources, requested)
        });
        Self { environment, usual: usual.min_by_key(|usual| (usual.millicores, usual.memory)) }
    }

    /// What the proxy of a pod requests; nothing where it gets none.
    pub(super) fn beside(&self, pod: &Pod<'_>) -> Amounts {
        if !self.adds_to(pod) {
            return Amounts::default();
        }
        let said = |request: &str, limit: &str| {
            let said =
                |name: &str| pod.metadata["annotations"].get(format!("sidecar.istio.io/{name}"));
            said(request).or(said(limit))
        };
        let (cpu, memory) =
            (said("proxyCPU", "proxyCPULimit"), said("proxyMemory", "proxyMemoryLimit"));
        if cpu.is_none() && memory.is_none() {
            return self.usual.unwrap_or_default();
        }
        // One annotation takes the place of all that is usual.
        Amounts {
            millicores: cpu.and_then(quantity::thousandths).unwrap_or_default(),
            memory: memory.and_then(quantity::ones).unwrap_or_default(),
            pods: 0,
        }
    }

    fn adds_to(&self, pod: &Pod<'_>) -> bool {
        const INJECT: &str = "sidecar.istio.io/inject";
        let namespace = self.environment.objects.find("", "Namespace", None, pod.namespace());
        let asks = |value| {
            text(&pod.labels()[INJECT]) == Some(value) || pod.annotation(INJECT) == Some(value)
        };
        let is_injected = namespace.is_some_and(|namespace| {
            namespace.label("istio-injection") == Some("enabled")
                || namespace.label("istio.io/rev").is_some()
        });
        is_injected
            && !asks("false")
            && pod.spec["hostNetwork"].as_bool() != Some(true)
            // A gateway is a proxy already.
            && pod.containers().all(|container| container.name() != "istio-proxy")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::objects::{Object, Origin};

    fn of(spec: Value) -> Amounts {
        let json =
            json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": spec});
        let object = Object::of(json, Origin::Made { by: "a test".into() }, None).expect("a pod");
        of_pod(&Pod::of(&object).expect("a pod"), Amounts::default())
    }

    fn container(cpu: &str) -> Value {
        json!({"resources": {"requests": {"cpu": cpu}}})
    }

    fn sidecar(cpu: &str) -> Value {
        json!({"restartPolicy": "Always", "resources": {"requests": {"cpu": cpu}}})
    }

    fn cpu(first: &[Value], containers: &[Value]) -> u64 {
        of(json!({"initContainers": first, "containers": containers})).millicores
    }

    #[test]
    fn what_runs_first_counts_where_it_needs_more() {
        let two = [container("100m"), container("100m")];
        assert_eq!(cpu(&[container("100m")], &two), 200);
        assert_eq!(cpu(&[container("1"), container("1")], &two), 1000);
    }

    #[test]
    fn sidecars_run_beside_the_containers_and_beside_what_runs_after_them() {
        assert_eq!(cpu(&[sidecar("100m"), sidecar("50m")], &[container("200m")]), 350);
        assert_eq!(cpu(&[sidecar("100m"), container("1")], &[container("200m")]), 1100);
        assert_eq!(cpu(&[container("1"), sidecar("100m")], &[container("200m")]), 1000);
    }

    #[test]
    fn a_limit_without_a_request_is_one() {
        let limited = json!({"resources": {"limits": {"cpu": "2"}}});
        assert_eq!(cpu(&[], &[limited]), 2000);
    }

    #[test]
    fn the_pods_own_requests_stand_for_those_of_its_containers() {
        let amounts = of(json!({
            "containers": [container("100m")],
            "resources": {"requests": {"cpu": "300m", "memory": "64Mi"}},
        }));
        assert_eq!(amounts, Amounts { millicores: 300, memory: 64 << 20, pods: 1 });
    }

    proptest! {
        /// Any containers, however large.
        #[test]
        fn one_more_container_requests_no_less(
            cpus in prop::collection::vec((any::<u64>(), 0..3), 1..8),
        ) {
            let pod = |cpus: &[(u64, i32)]| {
                let made = |kind| {
                    let of_kind = cpus.iter().filter(move |(_, it)| *it == kind);
                    of_kind.map(move |(cpu, kind)| match kind {
                        1 => sidecar(&cpu.to_string()),
                        _ => container(&cpu.to_string()),
                    })
                };
                let first: Vec<Value> = made(1).chain(made(2)).collect();
                let main: Vec<Value> = made(0).collect();
                cpu(&first, &main)
            };
            prop_assert!(pod(&cpus[1..]) <= pod(&cpus));
        }
    }
}
