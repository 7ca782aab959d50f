//! Retries for which there is no time.

use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::{Graph, mesh};
use crate::objects::{duration, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "retry-beyond-timeout",
    family: Family::Mesh,
    severity: Severity::Warning,
    summary: "A route gives one try as much time as the whole request, or more",
    consequence: "a request that hangs is never tried again: its time is over with the first try",
    explanation: "`timeout` of a route is for the request with all of its tries, `retries.perTryTimeout` for each.",
    remedy: "make `perTryTimeout` shorter than `timeout`, so that the tries fit into it",
    upstream: "https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRetry",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for object in graph.objects().of_kind(mesh::ROUTING, "VirtualService") {
        for route in list(&object.json["spec"]["http"]) {
            let (whole, one) = (&route["timeout"], &route["retries"]["perTryTimeout"]);
            let attempts = route["retries"]["attempts"].as_u64().unwrap_or(0);
            let seconds = |time| text(time).and_then(duration::seconds);
            let (Some(whole_time), Some(one_time)) = (seconds(whole), seconds(one)) else {
                continue;
            };
            // Without a time limit there is always time.
            if attempts > 0 && whole_time > 0.0 && one_time >= whole_time {
                let [whole_text, one_text] =
                    [whole, one].map(|time| text(time).unwrap_or_default());
                let message = format!("a try may take {one_text}, and all of them {whole_text}");
                findings.add(object, At::Value(one), message).side(
                    "the time for all is here",
                    object,
                    At::Value(whole),
                );
            }
        }
    }
}
