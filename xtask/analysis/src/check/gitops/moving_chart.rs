//! Charts whose version somebody else decides.

use crate::check::{At, Family, Rule, Severity};
use crate::graph::delivery::sources;
use crate::objects::{Value, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "moving-chart",
    family: Family::Gitops,
    severity: Severity::Warning,
    summary: "An Application takes whatever version of a chart is the newest",
    consequence: "a release of somebody else is deployed without a commit: nobody has seen the difference, and no commit can be reverted",
    explanation: "`targetRevision` of a source with a `chart`: none, or a range of versions such as `1.*`, `^1.2` or `>=1.0`.",
    remedy: "write the version, and let Renovate or Dependabot raise it by a commit",
    upstream: "https://argo-cd.readthedocs.io/en/stable/user-guide/tracking_strategies/#helm",
    check: |graph, findings| {
        for application in graph.objects().of_kind("argoproj.io", "Application") {
            for source in sources(application) {
                let Some(chart) = text(&source["chart"]) else { continue };
                let field = &source["targetRevision"];
                let version = text(field).unwrap_or_default();
                if is_range(version) {
                    let at = match field {
                        Value::Null => At::Missing(source, "targetRevision"),
                        field => At::Value(field),
                    };
                    let message = match version {
                        "" => format!("of {chart} it is the newest version"),
                        range => format!("of {chart} it is the newest version of {range}"),
                    };
                    findings.add(application, at, message);
                }
            }
        }
    },
};

fn is_range(version: &str) -> bool {
    version.is_empty()
        || version == "HEAD"
        || version.contains(['*', '^', '~', '>', '<', '|', ' '])
        || version.split('.').any(|part| part.eq_ignore_ascii_case("x"))
}
