//! Faults for the lane `mutants`.

use analysis::check::{At, Family, Findings, Rule, Severity};
use analysis::graph::Graph;
use harness::{Failure, Programs, Report};

use super::known::Known;
use super::{cases, compare, own_seeds, promising};
use crate::lanes::faults::expect;
use crate::lanes::{Options, in_cluster};

/// A rule that refuses what is right.
static WRONG: Rule = Rule {
    name: "wrong",
    family: Family::Schema,
    severity: Severity::Error,
    summary: "A Service is a Service",
    consequence: "the API server refuses the object",
    explanation: "It does not.",
    remedy: "leave it",
    upstream: "",
    check: refuse_services,
};

fn refuse_services(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for service in graph.objects().of_kind("", "Service") {
        findings.add(service, At::Object, "it is a Service");
    }
}

/// A difference that there is not.
const UNNEEDED: Known = Known {
    only_rules: false,
    kind: "Service",
    path: "spec.never",
    message: "never",
    reason: "nothing differs here",
};

/// A rule that is gone, one that refuses what is right, a known difference that there is not, and too few mutants.
pub fn run(programs: &Programs, options: &Options, report: &mut Report) -> Result<(), Failure> {
    let options = &Options { keep: false, ..options.clone() };
    let findings = in_cluster(programs, options, "mutants", report, |cluster, _| {
        let cases = cases(programs, cluster, own_seeds("network.yaml")?)?;
        let mut rules = promising();
        rules.retain(|rule| rule.name != "invalid-port");
        rules.push(&WRONG);
        let mut report = Report::default();
        compare(&cases, &rules, &[UNNEEDED], &mut report);
        Ok(report.findings)
    })?;
    for (fault, expected) in [
        (
            "a rule that is gone",
            &["the API server refuses what no rule finds", "Ingress", "port"] as &[_],
        ),
        (
            "a rule that refuses what is right",
            &["a rule finds what the API server accepts", "it is a Service"],
        ),
        ("a known difference that there is not", &["spec.never", "there is none any more"]),
        ("too few mutants", &["mutants were judged"]),
    ] {
        expect(report, fault, &findings, expected);
    }
    Ok(())
}
