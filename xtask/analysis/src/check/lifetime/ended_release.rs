//! What runs and is no longer mended.

use super::ends::{self, Line, Product};
use crate::check::{At, Family, Rule, Severity};
use crate::graph::Graph;
use crate::objects::{Object, Value, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "ended-release",
    family: Family::Lifetime,
    severity: Severity::Warning,
    summary: "An image, a chart or Kubernetes itself is of a release that has ended",
    consequence: "it runs as before, and nobody mends the holes that are found in it from now on; the step to a release that lives grows",
    explanation: "The dates are those of a table in the sources (`ends.toml`), each with the page of its project. A release is judged by the \
                  day on which the table was read, so that a commit has the same findings on every day; `--date` judges by another \
                  one, such as that of the next planned upgrade. A table that is older than half a year is remarked on. Images are known by their \
                  paths below any registry, where the tag begins with a version.",
    remedy: "upgrade to a release that is supported",
    upstream: "https://endoflife.date/",
    check: |graph, findings| {
        let date = graph.environment.date.as_str();
        for pod in graph.pods.iter().filter(|pod| pod.owner.is_written()) {
            for container in pod.containers() {
                let Some(image) = container.image() else { continue };
                if let Some((product, line)) = of_image(image).filter(|found| is_over(found, date))
                {
                    findings
                        .add(
                            pod.owner,
                            At::Value(&container.json["image"]),
                            message(image, product, line),
                        )
                        .help(help(product, date));
                }
            }
        }
        for (application, field, name, found) in charts(graph) {
            if is_over(&found, date) {
                findings
                    .add(application, At::Value(field), message(&name, found.0, found.1))
                    .help(help(found.0, date));
            }
        }
        let minor = graph.environment.cluster.kubernetes_minor;
        if let (Some(minor), Some(product)) = (minor, ends::kubernetes())
            && let Some(line) = product.line(&format!("1.{minor}"))
            && is_over(&(product, line), date)
        {
            findings.add_elsewhere("the cluster", message(&format!("1.{minor}"), product, line));
        }
    },
};

fn is_over((_, line): &(&Product, &Line), date: &str) -> bool {
    line.ends.as_str() <= date
}

fn message(what: &str, product: &Product, line: &Line) -> String {
    format!("{what} is of a release of {} that has ended on {}", product.name, line.ends)
}

fn help(product: &Product, date: &str) -> String {
    match product.supported(date) {
        Some(version) => {
            format!(
                "upgrade to a release that is supported, such as {version}; see {}",
                product.source
            )
        }
        None => format!("replace it; see {}", product.source),
    }
}

/// The product and line of an image that is named by its version.
fn of_image(image: &str) -> Option<(&'static Product, &'static Line)> {
    let name = image.split('@').next()?;
    // A port of a registry is no tag.
    let (path, tag) = name.rsplit_once(':').filter(|(_, tag)| !tag.contains('/'))?;
    let path = match path.split_once('/') {
        None => format!("library/{path}"),
        Some((registry, path)) if registry.contains(['.', ':']) || registry == "localhost" => {
            let of_docker = registry == "docker.io" && !path.contains('/');
            if of_docker { format!("library/{path}") } else { path.to_owned() }
        }
        Some(_) => path.to_owned(),
    };
    let product = ends::of_image(&path)?;
    Some((product, product.line(tag)?))
}

type OfChart<'a> = (&'a Object, &'a Value, String, (&'static Product, &'static Line));

/// The charts of Applications, at the field of their version.
fn charts<'a>(graph: &Graph<'a>) -> impl Iterator<Item = OfChart<'a>> {
    graph.objects().of_kind("argoproj.io", "Application").flat_map(|application| {
        let spec = &application.json["spec"];
        let sources = list(&spec["sources"]).iter().chain(Some(&spec["source"]));
        sources.filter_map(move |source| {
            let (chart, version) = (text(&source["chart"])?, text(&source["targetRevision"])?);
            let product = ends::of_chart(text(&source["repoURL"])?, chart)?;
            let found = (product, product.line(version)?);
            Some((
                application,
                &source["targetRevision"],
                format!("the chart {chart} {version}"),
                found,
            ))
        })
    })
}
