//! Containers that are restarted when others fail.

use super::servers;
use crate::check::{At, Family, Rule, Severity};
use crate::objects::{Value, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "dependent-liveness",
    family: Family::Reliability,
    severity: Severity::Warning,
    summary: "A liveness probe asks another host",
    consequence: "when the other one is down, every pod is restarted again and again, which helps nobody and hits it when it comes back",
    explanation: "`host` of a probe's `httpGet` or `tcpSocket`, and addresses and options `--host` and `-h` in the command of a probe, \
                  where they name another host than the pod itself. What others do belongs into readiness at most.",
    remedy: "ask the container itself, at localhost or without a host",
    upstream: "https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/#liveness-probe",
    check: |graph, findings| {
        for pod in servers(graph) {
            for container in pod.running() {
                let probe = &container.json["livenessProbe"];
                let of_handler = ["httpGet", "tcpSocket"]
                    .iter()
                    .filter_map(|handler| text(&probe[*handler]["host"]).filter(|it| is_other(it)));
                let asked = of_handler.chain(hosts(&probe["exec"]["command"])).next();
                if let Some(host) = asked {
                    let message =
                        format!("{} is restarted when {host} does not answer", container.name());
                    findings.add(pod.owner, At::Value(probe), message);
                }
            }
        }
    },
};

/// The other hosts that a command asks.
fn hosts(command: &Value) -> impl Iterator<Item = &str> {
    let of_quotes =
        |letter: char| letter.is_whitespace() || ['"', '\'', ';', '|', '&'].contains(&letter);
    let words: Vec<&str> =
        list(command).iter().filter_map(text).flat_map(|text| text.split(of_quotes)).collect();
    let asks = words.iter().any(|word| {
        let program = word.rsplit('/').next().unwrap_or(word);
        [
            "curl",
            "grpc_health_probe",
            "mongosh",
            "mysqladmin",
            "nc",
            "pg_isready",
            "psql",
            "redis-cli",
            "wget",
        ]
        .contains(&program)
    });
    let mut before = "";
    let mut found = Vec::new();
    for word in words.into_iter().filter(|_| asks) {
        let of_url = word.split_once("://").map(|(_, rest)| rest);
        let of_option = word
            .strip_prefix("--host=")
            .or(Some(word).filter(|_| before == "--host" || before == "-h"));
        if let Some(host) = of_url.or(of_option) {
            found.extend(Some(name(host)).filter(|host| is_other(host)));
        }
        before = word;
    }
    found.into_iter()
}

/// The name in `user@name:port/path`.
fn name(authority: &str) -> &str {
    let host = authority.split(['/', '?']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    if host.starts_with('[') { host } else { host.split(':').next().unwrap_or_default() }
}

/// Whether it is certainly the name of another host: variables may be the pod's own.
fn is_other(host: &str) -> bool {
    let is_own = ["localhost", "0.0.0.0", "::1", "[::1]", "[::]"].contains(&host);
    !is_own
        && !host.starts_with("127.")
        && host.starts_with(|letter: char| letter.is_ascii_alphanumeric())
        && !host.contains(['$', '`', '{', '(', '<', '='])
}
