//! Who reaches whom: the mesh is asked by calls, NetworkPolicies by their semantics.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::thread;

use harness::Failure;

use super::declared::Declared;
use super::network_policy::{Policies, Port, Refusals};
use super::player::Answer;
use super::pods::Role;
use super::targets::{Hop, METRICS, Target, Way};
use super::world::{Pod, World, pause};

/// How often a call is made again that had another end than declared: proxies learn of endpoints and routes one by one.
const ATTEMPTS: usize = 8;

/// What became of a call.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Who calls.
    pub caller: String,
    /// What is called.
    pub target: String,
    /// Whether the mesh admits it.
    pub mesh: bool,
    /// What came of it.
    pub answer: Answer,
    /// What NetworkPolicies refuse of it.
    pub policies: Refusals,
    /// Whether it is declared.
    pub is_declared: bool,
    /// Whether a port of the nodes leads there, so that pods without limits to what they call may do so, too.
    pub is_open: bool,
}

impl Verdict {
    /// Whether neither refuses it.
    pub fn is_admitted(&self) -> bool {
        self.mesh && self.policies.is_admitted()
    }

    /// Whether what is admitted is what is declared.
    fn is_right(&self) -> bool {
        self.is_admitted() == self.is_declared || self.is_admitted() && self.is_open
    }
}

/// What is wrong: a sentence for each declared call that is refused, and for each target that others may call.
pub fn findings(verdicts: &[Verdict]) -> Vec<String> {
    let mut findings = Vec::new();
    let mut undeclared: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for verdict in verdicts.iter().filter(|verdict| !verdict.is_right()) {
        let Verdict { caller, target, answer, .. } = verdict;
        if !verdict.is_declared {
            undeclared.entry(target).or_default().push(caller);
            continue;
        }
        let by = match (verdict.mesh, verdict.policies.is_admitted()) {
            (false, true) => format!("the mesh ({answer})"),
            (true, false) => "NetworkPolicies".to_owned(),
            _ => format!("the mesh ({answer}) and NetworkPolicies"),
        };
        findings
            .push(format!("{caller} may not call {target}, which it declares: refused by {by}"));
    }
    findings.extend(undeclared.into_iter().map(|(target, callers)| {
        format!("{target} may be called by {}, undeclared", callers.join(", "))
    }));
    findings
}

/// Calls everything from everywhere.
pub fn measure(
    world: &World<'_>,
    targets: &[Target],
    declared: &Declared,
) -> Result<Vec<Verdict>, Failure> {
    let cluster = Cluster { pods: &world.pods, policies: &world.policies };
    let callers: Vec<&Pod> = world.pods.iter().filter(|pod| is_caller(pod)).collect();
    let verdicts = thread::scope(|scope| {
        let threads: Vec<_> = callers
            .into_iter()
            .map(|caller| {
                scope.spawn(move || {
                    let targets = targets.iter().filter(|target| is_judged(caller, target));
                    let verdicts = targets.map(|target| verdict(cluster, caller, target, declared));
                    verdicts.collect::<Result<Vec<_>, _>>()
                })
            })
            .collect();
        let joined = threads.into_iter().map(|thread| {
            thread.join().unwrap_or_else(|_| Err(Failure::new("a caller of the lane has ended")))
        });
        joined.collect::<Result<Vec<_>, _>>()
    })?;
    Ok(verdicts.into_iter().flatten().collect())
}

/// Calls a target once, whatever is declared; nothing where nobody is called so.
pub fn ask(world: &World<'_>, caller: &str, target: &Target) -> Result<Option<Verdict>, Failure> {
    let cluster = Cluster { pods: &world.pods, policies: &world.policies };
    let caller = cluster.pod(caller);
    caller.map(|caller| once(cluster, caller, target)).transpose()
}

/// What several threads may read of a world at once.
#[derive(Clone, Copy)]
struct Cluster<'a> {
    pods: &'a [Pod],
    policies: &'a Policies,
}

impl Cluster<'_> {
    fn pod(&self, name: &str) -> Option<&Pod> {
        self.pods.iter().find(|pod| pod.planned.name == name)
    }
}

fn is_caller(pod: &Pod) -> bool {
    match pod.planned.role {
        // Its own connections are those of its double.
        Role::Gateway => false,
        Role::Outside => pod.planned.name == "user",
        _ => true,
    }
}

/// Not what a pod does with itself, and not what tools, or hosts outside, do with hosts outside.
fn is_judged(caller: &Pod, target: &Target) -> bool {
    let planned = &caller.planned;
    let leads_out = matches!(&target.way, Way::Out(..))
        || matches!(&target.way, Way::Straight(hop) if hop.pod.contains('.'));
    let is_tool = match planned.role {
        Role::Plain => planned.name != "unmeshed",
        Role::Outside => true,
        _ => false,
    };
    let is_own_double = planned.role == Role::Double
        && matches!(&target.way, Way::Through(hop, _) | Way::Straight(hop) if planned.name == format!("as-{}", hop.pod));
    // A proxy answers for its own metrics, whatever address is called on their port.
    let is_own_proxy = planned.is_meshed() && target.from_mesh.port == METRICS[1];
    let is_itself = target.answers.as_ref() == Some(&planned.name)
        || matches!(&target.way, Way::Straight(hop) if hop.pod == planned.name);
    let is_left_out = is_itself || is_own_double || is_own_proxy || leads_out && is_tool;
    !is_left_out
}

/// Calls a target until what comes of it is what is declared, a few times at most.
fn verdict(
    cluster: Cluster<'_>,
    caller: &Pod,
    target: &Target,
    declared: &Declared,
) -> Result<Verdict, Failure> {
    let names = (caller.planned.name.clone(), target.name.clone());
    let is_declared = declared.contains(&names);
    // Neither a workload nor beside one.
    let is_elsewhere = match caller.planned.role {
        Role::Workload | Role::Stranger => false,
        Role::Plain => caller.planned.name != "unmeshed",
        Role::Double | Role::Gateway | Role::Outside => true,
    };
    let is_open = target.has_node_port && is_elsewhere;
    let mut attempts = 1;
    loop {
        let verdict = Verdict { is_declared, is_open, ..once(cluster, caller, target)? };
        if verdict.is_right() || attempts == ATTEMPTS {
            return Ok(verdict);
        }
        attempts += 1;
        pause();
    }
}

/// Calls a target.
fn once(cluster: Cluster<'_>, caller: &Pod, target: &Target) -> Result<Verdict, Failure> {
    let call = if caller.planned.is_meshed() { &target.from_mesh } else { &target.from_elsewhere };
    let answer = caller.network.call(call)?;
    Ok(Verdict {
        caller: caller.planned.name.clone(),
        target: target.name.clone(),
        mesh: target.is_answered(&answer) && is_by_the_way(cluster, caller, target, &answer),
        answer,
        policies: policies(cluster, caller, target),
        is_declared: false,
        is_open: false,
    })
}

/// Whether a host outside saw the egress gateway where pods of the mesh are sent through one.
fn is_by_the_way(cluster: Cluster<'_>, caller: &Pod, target: &Target, answer: &Answer) -> bool {
    match (&target.way, &answer.served) {
        (Way::Out(gateway, _), Some(served)) if caller.planned.is_meshed() => {
            let gateway = cluster.pod(&gateway.pod);
            gateway.is_some_and(|pod| pod.network.address().to_string() == served.peer)
        }
        _ => true,
    }
}

/// What NetworkPolicies refuse of the connections that a call consists of.
fn policies(cluster: Cluster<'_>, caller: &Pod, target: &Target) -> Refusals {
    let refusals = |from: &Pod, hop: &Hop| {
        let to = cluster.pod(&hop.pod);
        to.map_or_else(Refusals::default, |to| {
            cluster.policies.refusals(&from.end(), &to.end(), Port::tcp(hop.port))
        })
    };
    let (first, second) = match &target.way {
        Way::Straight(hop) => (hop, None),
        Way::Through(gateway, behind) => (gateway, Some(behind)),
        Way::Out(gateway, there) if caller.planned.is_meshed() => (gateway, Some(there)),
        Way::Out(_, there) => (there, None),
    };
    let mut all = refusals(caller, first);
    if let (Some(second), Some(gateway)) = (second, cluster.pod(&first.pod)) {
        let refused = refusals(gateway, second);
        all = Refusals {
            egress: all.egress || refused.egress,
            ingress: all.ingress || refused.ingress,
        };
    }
    all
}

/// The matrix as a page: targets that all callers are treated alike at share a line.
pub fn page(environment: &str, verdicts: &[Verdict]) -> String {
    let mut by_target: BTreeMap<&str, [Vec<&str>; 4]> = BTreeMap::new();
    for verdict in verdicts {
        let column = match (verdict.mesh, verdict.policies.is_admitted()) {
            (true, true) => 0,
            (false, true) => 1,
            (true, false) => 2,
            (false, false) => 3,
        };
        by_target.entry(&verdict.target).or_default()[column].push(&verdict.caller);
    }
    let mut rows: BTreeMap<[String; 4], Vec<&str>> = BTreeMap::new();
    for (target, mut columns) in by_target {
        for callers in &mut columns {
            callers.sort_unstable();
        }
        // Whoever is not named: the longest list of those who are refused.
        let longest = (1..columns.len()).max_by_key(|column| columns[*column].len());
        let mut columns = columns.map(|callers| callers.join(", "));
        if let Some(others) =
            longest.map(|column| &mut columns[column]).filter(|text| !text.is_empty())
        {
            "all others".clone_into(others);
        }
        rows.entry(columns).or_default().push(target);
    }
    let mut rows: Vec<(Vec<&str>, [String; 4])> =
        rows.into_iter().map(|(columns, targets)| (targets, columns)).collect();
    rows.sort();
    let mut page = format!(
        "# Who reaches whom in {environment}\n\n\
         Written by the lane `envoy` with `--accept`, and compared by every run of the lane. `as-…` is a client with\n\
         identity and labels of a gateway, `stranger` one of the mesh that nothing speaks of, `unmeshed` one beside it without\n\
         a proxy, `bystander` one in another namespace, `user` one outside of the cluster. Not asked, and so in no column: pods\n\
         about themselves, tools about hosts outside, and pods of the mesh about 15090, where their own proxies answer.\n\n\
         | called | admitted | refused by the mesh alone | refused by NetworkPolicies alone | refused by both |\n\
         |---|---|---|---|---|\n"
    );
    for (targets, columns) in rows {
        let _ = writeln!(page, "| {} | {} |", targets.join(", "), columns.join(" | "));
    }
    page
}

/// The lines that only one of two pages has.
pub fn difference(recorded: &str, found: &str) -> Vec<String> {
    let only = |one: &str, other: &str, sign: char| {
        let lines = one.lines().filter(|line| !other.lines().any(|known| known == *line));
        lines.map(|line| format!("{sign} {line}")).collect::<Vec<_>>()
    };
    [only(recorded, found, '-'), only(found, recorded, '+')].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(
        caller: &str,
        target: &str,
        mesh: bool,
        policies: bool,
        is_declared: bool,
    ) -> Verdict {
        Verdict {
            caller: caller.to_owned(),
            target: target.to_owned(),
            mesh,
            answer: Answer { status: Some(403), ..Answer::default() },
            policies: Refusals { egress: false, ingress: !policies },
            is_declared,
            is_open: false,
        }
    }

    #[test]
    fn what_is_admitted_has_to_be_what_is_declared() {
        let finding = |mesh, policies, is_declared| {
            findings(&[verdict("web", "shop:80", mesh, policies, is_declared)]).concat()
        };
        assert_eq!(finding(true, true, true), "");
        for (mesh, policies) in [(false, false), (true, false), (false, true)] {
            assert_eq!(finding(mesh, policies, false), "");
        }
        assert_eq!(finding(true, true, false), "shop:80 may be called by web, undeclared");
        let refused = "web may not call shop:80, which it declares: refused by ";
        assert_eq!(finding(false, true, true), format!("{refused}the mesh (status 403)"));
        assert_eq!(finding(true, false, true), format!("{refused}NetworkPolicies"));
        assert_eq!(
            finding(false, false, true),
            format!("{refused}the mesh (status 403) and NetworkPolicies")
        );
    }

    #[test]
    fn a_node_port_is_for_whoever_reaches_a_node() {
        let open = Verdict { is_open: true, ..verdict("bystander", "shop:80", true, true, false) };
        assert!(open.is_right());
        assert!(!Verdict { is_open: false, ..open }.is_right());
    }

    #[test]
    fn targets_that_are_treated_alike_share_a_line() {
        let mut verdicts = vec![verdict("web", "shop:80", true, true, true)];
        for target in ["shop:80", "shop:81"] {
            verdicts.push(verdict("other", target, false, true, false));
            verdicts.push(verdict("worker", target, true, false, false));
        }
        verdicts.push(verdict("web", "shop:81", true, true, true));
        verdicts.push(verdict("third", "shop:81", false, true, false));
        verdicts.push(verdict("third", "shop:80", false, true, false));
        let page = page("dev", &verdicts);
        assert!(page.ends_with("| shop:80, shop:81 | web | all others | worker |  |\n"), "{page}");
    }

    #[test]
    fn a_difference_is_what_only_one_page_has() {
        assert_eq!(difference("a\nb\n", "b\nc\n"), ["- a", "+ c"]);
        assert_eq!(difference("a\n", "a\n"), [""; 0]);
    }
}
