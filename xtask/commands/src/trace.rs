//! `cargo xtask trace`: the way of a request through what the code renders, or through other manifests.

use std::path::PathBuf;
use std::process::ExitCode;

use analysis::command::trace::{self, Format};
use clap::Args;
use support::Failure;

use crate::check;
use crate::environment::EnvironmentName;

/// Show the way of a request from FROM to TO: gateways, routes, policies, Services and containers, and who refuses it
///
/// Asks what the code renders, without writing anything; each step has the line of Rust that wrote the object.
///
/// FROM is a workload (`web`, `shop/web`, `deployment/shop/web`), `internet`, or a URL that users ask for.
/// TO is a workload, a Service (`shop/cart`, `shop/cart:80`, `cart.shop.svc:80`), a URL, or a host outside of the cluster.
/// Without both: who reaches whom, of all calls that are declared.
///
/// Exit codes: 0 there is a way, 1 it is refused or there is none (of the list: something is refused), 2 could not run, also where a
/// name is nobody's.
#[derive(Args)]
#[command(after_help = "Examples:
  cargo xtask trace                              who reaches whom, in every environment
  cargo xtask trace web cart                     by each call of cart that web declares, in the first environment
  cargo xtask trace prd web shop/cart:80         in prd
  cargo xtask trace prd https://shop.example.com/cart shop/cart
  cargo xtask trace --path ./manifests internet cart")]
pub struct Arguments {
    /// Nothing, ENV, FROM and TO, or all three
    #[arg(value_name = "[ENV] FROM TO", num_args = 0..=3, hide_possible_values = true)]
    names: Vec<String>,

    /// Ask these files or folders of manifests instead, `-` for standard input; may be repeated
    #[arg(long, value_name = "DIR|FILE|-")]
    path: Vec<PathBuf>,

    /// How ways are printed: text for people, json for programs
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Goes through an environment.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let names: Vec<&str> = arguments.names.iter().map(String::as_str).collect();
    let (environment, ends) = match names.as_slice() {
        [] => (None, None),
        [environment] => (Some(*environment), None),
        [from, to] => (None, Some((*from, *to))),
        [environment, from, to, ..] => (Some(*environment), Some((*from, *to))),
    };
    if !arguments.path.is_empty() {
        return match environment {
            Some(name) => {
                Err(Failure::new(format!("--path has no environments: leave {name} out")))
            }
            None => trace::files(&arguments.path, ends, arguments.format),
        };
    }
    let asked: Vec<EnvironmentName> = match (environment, ends) {
        (Some(name), _) => vec![environment_of(name)?],
        (None, None) => EnvironmentName::all().collect(),
        // A request goes through one.
        (None, Some(_)) => vec![EnvironmentName::DEFAULT],
    };
    let built =
        asked.into_iter().map(|name| name.build().and_then(|built| check::of(name, &built)));
    let environments = built.collect::<Result<Vec<_>, Failure>>()?;
    trace::run(&environments, ends, arguments.format)
}

fn environment_of(name: &str) -> Result<EnvironmentName, Failure> {
    EnvironmentName::named(name).ok_or_else(|| {
        let known: Vec<String> = EnvironmentName::all().map(|known| known.to_string()).collect();
        let known = known.join(", ");
        Failure::new(format!(
            "there is no environment {name}, but {known}; a request has a FROM and a TO"
        ))
    })
}
