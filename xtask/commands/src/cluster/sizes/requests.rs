//! What one pod requests, counted as the scheduler counts it.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

/// CPU in thousandths of a core and memory in bytes. What does not fit into a number fits into no cluster: it stays the largest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Requests {
    pub(super) cpu: u64,
    pub(super) memory: u64,
}

impl Requests {
    fn and(self, other: Self) -> Self {
        Self {
            cpu: self.cpu.saturating_add(other.cpu),
            memory: self.memory.saturating_add(other.memory),
        }
    }

    fn or_more(self, other: Self) -> Self {
        Self { cpu: self.cpu.max(other.cpu), memory: self.memory.max(other.memory) }
    }
}

/// What a pod requests: all its containers and sidecars together, or one that runs before them where that needs more, beside the
/// sidecars that run by then. The pod's own requests stand in place of the sum. The error is a quantity that cannot be read.
///
/// Upstream: <https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#resource-sharing-within-containers>
pub(super) fn of_pod(pod: &core::PodSpec) -> Result<Requests, &Quantity> {
    let mut running = Requests::default();
    for container in &pod.containers {
        running = running.and(of_container(container.resources.as_ref())?);
    }
    let (mut sidecars, mut starting) = (Requests::default(), Requests::default());
    for container in pod.init_containers.iter().flatten() {
        let own = of_container(container.resources.as_ref())?;
        starting = starting.or_more(sidecars.and(own));
        if container.restart_policy.as_deref() == Some("Always") {
            sidecars = sidecars.and(own);
        }
    }
    let sum = running.and(sidecars).or_more(starting);
    let own = pod.resources.as_ref();
    Ok(Requests {
        cpu: read(own, "cpu", THOUSANDTHS)?.unwrap_or(sum.cpu),
        memory: read(own, "memory", ONES)?.unwrap_or(sum.memory),
    })
}

/// What a container requests. The error is a quantity that cannot be read.
pub(super) fn of_container(
    resources: Option<&core::ResourceRequirements>,
) -> Result<Requests, &Quantity> {
    Ok(Requests {
        cpu: read(resources, "cpu", THOUSANDTHS)?.unwrap_or_default(),
        memory: read(resources, "memory", ONES)?.unwrap_or_default(),
    })
}

/// The request, for which the API server fills in the limit where it is missing.
fn read<'a>(
    resources: Option<&'a core::ResourceRequirements>,
    key: &str,
    unit: i64,
) -> Result<Option<u64>, &'a Quantity> {
    let of = |amounts: Option<&'a BTreeMap<String, Quantity>>| amounts?.get(key);
    let quantity = resources
        .and_then(|resources| of(resources.requests.as_ref()).or(of(resources.limits.as_ref())));
    quantity.map(|quantity| amount(&quantity.0, unit).ok_or(quantity)).transpose()
}

/// Powers of ten by which an amount is counted.
const THOUSANDTHS: i64 = 3;
const ONES: i64 = 0;

/// A quantity in fractions of its unit, rounded up; `None` if it is not one, or below 0.
///
/// Upstream: <https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/>
fn amount(text: &str, unit: i64) -> Option<u64> {
    let text = text.strip_prefix('+').unwrap_or(text);
    let end = text.find(|it: char| !(it.is_ascii_digit() || it == '.')).unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if fraction.contains('.') || whole.len() + fraction.len() == 0 {
        return None;
    }
    let (twos, tens) = match suffix {
        "n" => (0, -9),
        "u" => (0, -6),
        "m" => (0, -3),
        "" => (0, 0),
        "k" => (0, 3),
        "M" => (0, 6),
        "G" => (0, 9),
        "T" => (0, 12),
        "P" => (0, 15),
        "E" => (0, 18),
        "Ki" => (10, 0),
        "Mi" => (20, 0),
        "Gi" => (30, 0),
        "Ti" => (40, 0),
        "Pi" => (50, 0),
        "Ei" => (60, 0),
        exponent => (0, i64::from(exponent.strip_prefix(['e', 'E'])?.parse::<i32>().ok()?)),
    };
    let fraction = fraction.trim_end_matches('0');
    let digits = format!("{whole}{fraction}");
    let digits = match digits.trim_start_matches('0') {
        "" => return Some(0),
        digits => digits.parse::<u128>().ok()?,
    };
    let tens = tens + unit - i64::try_from(fraction.len()).ok()?;
    let power = 10_u128.checked_pow(u32::try_from(tens.unsigned_abs()).ok()?);
    let scaled = digits.saturating_mul(1 << twos);
    let scaled = match power {
        Some(power) if tens >= 0 => scaled.saturating_mul(power),
        Some(power) => scaled.div_ceil(power),
        None if tens >= 0 => u128::MAX,
        None => 1,
    };
    Some(u64::try_from(scaled).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn resources(cpu: &str, memory: &str) -> core::ResourceRequirements {
        let quantity = |text: &str| Quantity(text.to_owned());
        let requests = [("cpu", cpu), ("memory", memory)];
        core::ResourceRequirements {
            requests: Some(BTreeMap::from(
                requests.map(|(key, text)| (key.to_owned(), quantity(text))),
            )),
            ..core::ResourceRequirements::default()
        }
    }

    fn container(cpu: &str) -> core::Container {
        core::Container { resources: Some(resources(cpu, "0")), ..core::Container::default() }
    }

    fn sidecar(cpu: &str) -> core::Container {
        core::Container { restart_policy: Some("Always".to_owned()), ..container(cpu) }
    }

    fn cpu(first: Vec<core::Container>, containers: Vec<core::Container>) -> u64 {
        let pod =
            core::PodSpec { containers, init_containers: Some(first), ..core::PodSpec::default() };
        of_pod(&pod).expect("quantities").cpu
    }

    #[test]
    fn what_runs_first_counts_where_it_needs_more() {
        let two = || vec![container("100m"), container("100m")];
        assert_eq!(cpu(vec![container("100m")], two()), 200);
        assert_eq!(cpu(vec![container("1"), container("1")], two()), 1000);
    }

    #[test]
    fn sidecars_run_beside_the_containers_and_beside_what_runs_after_them() {
        assert_eq!(cpu(vec![sidecar("100m"), sidecar("50m")], vec![container("200m")]), 350);
        assert_eq!(cpu(vec![sidecar("100m"), container("1")], vec![container("200m")]), 1100);
        assert_eq!(cpu(vec![container("1"), sidecar("100m")], vec![container("200m")]), 1000);
    }

    #[test]
    fn a_limit_without_a_request_is_one() {
        let limits = BTreeMap::from([("cpu".to_owned(), Quantity("2".to_owned()))]);
        let limited = core::ResourceRequirements {
            limits: Some(limits),
            ..core::ResourceRequirements::default()
        };
        assert_eq!(of_container(Some(&limited)).expect("quantities").cpu, 2000);
    }

    #[test]
    fn the_pods_own_requests_stand_for_those_of_its_containers() {
        let pod = core::PodSpec {
            containers: vec![container("100m")],
            resources: Some(resources("300m", "64Mi")),
            ..core::PodSpec::default()
        };
        assert_eq!(of_pod(&pod).expect("quantities"), Requests { cpu: 300, memory: 64 << 20 });
    }

    #[test]
    fn quantities_are_read_as_the_cluster_reads_them() {
        for (text, thousandths) in [
            ("250m", 250),
            ("2", 2000),
            ("1.5", 1500),
            (".5", 500),
            ("1.", 1000),
            ("+1", 1000),
            ("100u", 1),
            ("0.0001", 1),
            ("1e-9", 1),
            ("0", 0),
            ("1e-2147483648", 1),
        ] {
            assert_eq!(amount(text, THOUSANDTHS), Some(thousandths), "{text}");
        }
        for (text, ones) in [
            ("768Mi", 768 << 20),
            ("1e3", 1000),
            ("1E3", 1000),
            ("1.5Gi", 3 << 29),
            ("1k", 1000),
            ("500M", 500_000_000),
            ("1E", 1_000_000_000_000_000_000),
            ("16Ei", u64::MAX),
            ("1e2147483647", u64::MAX),
            ("0e2147483647", 0),
        ] {
            assert_eq!(amount(text, ONES), Some(ones), "{text}");
        }
        for wrong in ["", ".", "m", "1..2", "1.2.3", "-1", "1K", "1e", "1e1.5", "1 Gi", "Mi"] {
            assert_eq!(amount(wrong, ONES), None, "{wrong}");
        }
    }

    const SUFFIXES: [&str; 19] = [
        "",
        "n",
        "u",
        "m",
        "k",
        "M",
        "G",
        "T",
        "P",
        "E",
        "Ki",
        "Mi",
        "Gi",
        "Ti",
        "Pi",
        "Ei",
        "e9",
        "e-9",
        "e2147483647",
    ];

    proptest! {
        #[test]
        fn no_text_breaks_the_reader(text in "[+-]?[0-9.]{0,60}([a-zA-Z]{0,3}|[eE][+-]?[0-9]{0,12})", unit in 0..=3_i64) {
            amount(&text, unit);
        }

        #[test]
        fn a_larger_quantity_is_no_smaller_amount(
            pair in any::<[u64; 2]>(),
            suffix in prop::sample::select(SUFFIXES.to_vec()),
        ) {
            let [low, high] = if pair[0] <= pair[1] { pair } else { [pair[1], pair[0]] };
            let read = |number: u64| amount(&format!("{number}{suffix}"), THOUSANDTHS).expect("a quantity");
            prop_assert!(read(low) <= read(high));
        }

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
                cpu(made(1).chain(made(2)).collect(), made(0).collect())
            };
            prop_assert!(pod(&cpus[1..]) <= pod(&cpus));
        }
    }
}
