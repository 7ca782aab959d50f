//! `reviews/ENV/platform.md`: what the whole platform of an environment admits and deploys, on one page for whoever reviews a
//! change. Argo CD never sees it.

mod applications;
mod calls;

use std::fmt::Write;

use super::{Report, folder};
use crate::environment::{Built, EnvironmentName};
use crate::tree::{self, SingleFile};
use support::Failure;

/// Writes the page, or with `check` reports how it would change.
pub(super) fn run(
    name: EnvironmentName,
    page: &str,
    check: bool,
    report: &mut Report,
) -> Result<(), Failure> {
    let file = SingleFile::read(folder(format!("reviews/{name}"))?, "platform.md", Some(page))?;
    if report.single(&file, &name.to_string(), check)? {
        report.line(format_args!("{name}: {} changed", file.path().display()));
    }
    Ok(())
}

/// A heading, what it lists, and the lines.
type Section = (&'static str, &'static str, Vec<String>);

/// The page.
pub(super) fn page(name: EnvironmentName, built: &Built) -> String {
    let platform = &built.platform;
    let ports = platform.gateway_ports.iter().map(|port| {
        let node_port = port.node_port.number();
        format!("{} {} (node port {node_port}) -> {}", port.gateway, port.port, port.service)
    });
    let exceptions = platform.bundles.iter().flat_map(|bundle| &bundle.exceptions);
    let mut sections: Vec<Section> = vec![
        (
            "Who may call whom",
            "Every call that is admitted, by caller; all others are refused. Who enters by a gateway has its identity behind it.",
            calls::admitted(platform),
        ),
        (
            "Who sends where",
            "The hosts that each proxy knows, with their namespaces; what is not here ends in the proxy.",
            calls::known(platform),
        ),
        ("Ports of the mesh's gateways", "And the services behind them.", ports.collect()),
        (
            "Security exceptions",
            "Containers with more rights than `restricted` gives, and why.",
            exceptions.map(ToString::to_string).collect(),
        ),
        (
            "Applications of Argo CD",
            "A tree: wave, Application, project, and the charts and kustomizations of others.",
            applications::tree(platform),
        ),
    ];
    // Most platforms have none.
    if !platform.departures.is_empty() {
        sections.insert(
            4,
            (
                "Containers unlike others",
                "Without a probe, or with limits of their own, and why.",
                platform.departures.iter().map(ToString::to_string).collect(),
            ),
        );
    }
    let mut page = format!(
        "{}environments/{name} by `cargo xtask render`: read what changed, and commit it with the code.\n",
        tree::MARKER
    );
    for (heading, about, lines) in sections {
        let lines = if lines.is_empty() { vec!["none".to_owned()] } else { lines };
        // Writing to a String cannot fail.
        let _ = write!(page, "\n## {heading}\n\n{about}\n\n```\n{}\n```\n", lines.join("\n"));
    }
    page
}
