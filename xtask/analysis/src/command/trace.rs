//! Ways on the command line, of the program here and of `cargo xtask trace`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use support::{Failure, output};

use super::check::Files;
use crate::environment::Environment;
use crate::graph::{Graph, Outcome};
use crate::trace::{self, json, overview, text};

/// Show the way of a request from FROM to TO: gateways, routes, policies, Services and containers, and who refuses it
///
/// FROM is a workload (`cart`, `shop/cart`, `deployment/shop/cart`), `internet`, or a URL that users ask for.
/// TO is a workload, a Service (`shop/cart`, `shop/cart:80`, `cart.shop.svc:80`), a URL, or a host outside of the cluster.
/// Without both: who reaches whom, of all calls that manifests declare.
///
/// A step is admitted, refused, or depends on what manifests do not tell: addresses, labels of pods that are not here, what a request asks for.
///
/// Exit codes: 0 there is a way, 1 it is refused or there is none (of the list: something is refused), 2 could not run, also where a name is nobody's.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  manifests trace --path . web cart                          by each call of cart that web declares
  manifests trace --path . shop/web https://api.example.com  to a host outside
  manifests trace --path . https://shop.example.com/cart shop/cart
  manifests trace --path . internet cart                     by every way in
  helm template shop ./chart | manifests trace --path -      who reaches whom")]
pub struct Trace {
    /// Where requests come from
    #[arg(value_name = "FROM", requires = "to")]
    from: Option<String>,

    /// Where they are to go
    #[arg(value_name = "TO")]
    to: Option<String>,

    /// Files or folders of manifests, `-` for standard input; may be repeated
    #[arg(long = "path", value_name = "DIR|FILE|-", required = true)]
    paths: Vec<PathBuf>,

    /// How ways are printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// How ways are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs: one document, whose form docs/tracing.md describes.
    Json,
}

impl Trace {
    /// Goes through the manifests of files.
    ///
    /// # Errors
    /// If they cannot be read, or a name is nobody's.
    pub fn run(&self) -> Result<ExitCode, Failure> {
        let ends = self.from.as_deref().zip(self.to.as_deref());
        files(&self.paths, ends, self.format)
    }
}

/// Goes through the manifests of files and folders, as one environment.
///
/// # Errors
/// If they cannot be read, or a name is nobody's.
pub fn files(
    paths: &[PathBuf],
    ends: Option<(&str, &str)>,
    format: Format,
) -> Result<ExitCode, Failure> {
    let files = Files {
        paths,
        external: &[],
        definitions: &[],
        charts: None,
        is_whole: false,
        environment: None,
    };
    let (environment, is_whole) = files.read()?;
    let code = run(&[environment], ends, format)?;
    Ok(if is_whole { code } else { ExitCode::from(support::COULD_NOT_RUN) })
}

/// Prints the ways between two places of each environment, or who reaches whom.
///
/// # Errors
/// If a name is nobody's, or standard output cannot be written.
pub fn run(
    environments: &[Environment],
    ends: Option<(&str, &str)>,
    format: Format,
) -> Result<ExitCode, Failure> {
    let mut all = Vec::new();
    for environment in environments {
        let graph = Graph::of(environment);
        let traces = match ends {
            Some((from, to)) => {
                let found = trace::trace(&graph, from, to);
                vec![found.map_err(|unknown| Failure::new(unknown.to_string()))?]
            }
            None => overview(&graph),
        };
        all.push((environment.name.as_deref(), traces));
    }
    let printed = match format {
        Format::Json => json::print(&all)?,
        Format::Text => {
            let colours = output::colours();
            let one = |(environment, traces): &(Option<&str>, Vec<trace::Trace>)| match ends {
                Some(_) => traces.iter().map(|trace| text::ways(trace, colours)).collect(),
                None => text::overview(*environment, traces, colours),
            };
            all.iter().map(one).collect::<Vec<String>>().join("\n")
        }
    };
    output::print(&printed)?;
    let mut traces = all.iter().flat_map(|(_, traces)| traces);
    let is_refused = traces.any(|trace| trace.outcome() == Outcome::Refused);
    Ok(ExitCode::from(u8::from(is_refused)))
}
