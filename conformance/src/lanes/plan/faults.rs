//! Faults for the lane `plan`.

use harness::{Failure, Programs, Report};

use super::judge::Verdict;
use super::known::Known;
use super::{compare, own};
use crate::lanes::faults::expect;
use crate::lanes::{Options, in_cluster};

/// A difference that there is not.
const UNNEEDED: Known = Known {
    kind: "Service",
    path: "spec.never",
    change: "",
    server: Verdict::Refused,
    plan: Verdict::InPlace,
    reason: "nothing differs here",
};

/// Plans that say something else, a known difference that there is not, and too few changes.
pub fn run(programs: &Programs, options: &Options, report: &mut Report) -> Result<(), Failure> {
    let options = &Options { keep: false, ..options.clone() };
    let cases = in_cluster(programs, options, "pairs", report, |cluster, _| {
        own(programs, cluster, "workloads.yaml", &mut Report::default())
    })?;
    for (fault, was, is, path) in [
        ("a plan that refuses nothing", Verdict::Refused, Verdict::InPlace, "spec.selector"),
        ("a plan that refuses what is taken", Verdict::InPlace, Verdict::Refused, "spec.replicas"),
        ("a plan that restarts nothing", Verdict::Template, Verdict::InPlace, "spec.template"),
        (
            "a plan that tells of what is no change",
            Verdict::Nothing,
            Verdict::InPlace,
            "spec.template",
        ),
    ] {
        let mut cases = cases.clone();
        cases.iter_mut().filter(|case| case.plan == was).for_each(|case| case.plan = is);
        let mut said = Report::default();
        compare(&cases, &[], &mut said);
        let sentence = format!("the API server says {was:?}, the plan says {is:?}");
        expect(report, fault, &said.findings, &[path, &sentence]);
    }
    let mut said = Report::default();
    compare(&cases, &[UNNEEDED], &mut said);
    expect(
        report,
        "a known difference that there is not",
        &said.findings,
        &["spec.never", "there is none any more"],
    );
    expect(report, "too few changes", &said.findings, &["changes were judged"]);
    Ok(())
}
