//! The environments that can be named on the command line.

use std::fmt;
use std::sync::OnceLock;

use clap::builder::{
    PossibleValue, PossibleValuesParser, TypedValueParser, ValueParser, ValueParserFactory,
};
use manifests_lib::cluster::{self, ClusterConfig};
use manifests_lib::delivery::gitops::Reviewers;
use manifests_lib::environment::{Entry, Environment, WrittenSettings};
use manifests_lib::model::BuildError;
use manifests_lib::outside::Outside;
use manifests_lib::platform::BuiltPlatform;
use support::Failure;

use crate::cluster::kind::Infrastructure;

/// Everything that is built from an environment.
#[derive(Debug)]
pub struct Built {
    /// Its cluster.
    pub infrastructure: Infrastructure,
    /// The platform as it runs there.
    pub platform: BuiltPlatform,
    /// eksctl's configuration, where eksctl creates the cluster.
    pub cluster_config: Option<ClusterConfig>,
    /// What it uses outside its cluster, to compare environments with each other.
    pub outside: Outside,
    /// Who reviews what the teams deploy, where the environment says so.
    pub reviewers: Option<Reviewers>,
    /// What its settings say, for the pages.
    pub settings: Option<WrittenSettings>,
}

/// Set once, before the command line is parsed, because it decides which names are accepted.
static ALL: OnceLock<&'static [Entry]> = OnceLock::new();

/// Registers the environments of the command line.
pub fn register(environments: &'static [Entry]) {
    // A second call changes nothing.
    let _ = ALL.set(environments);
}

/// An environment by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EnvironmentName {
    /// Index in the list, which orders environments.
    index: usize,
}

impl fmt::Display for EnvironmentName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.entry().name)
    }
}

impl ValueParserFactory for EnvironmentName {
    type Parser = ValueParser;

    fn value_parser() -> ValueParser {
        let named = |name: String| Self::named(&name).ok_or("no such environment");
        PossibleValuesParser::new(values()).try_map(named).into()
    }
}

fn values() -> Vec<PossibleValue> {
    EnvironmentName::all()
        .map(|name| {
            let entry = name.entry();
            PossibleValue::new(entry.name).help(entry.about)
        })
        .collect()
}

fn environments() -> &'static [Entry] {
    ALL.get().copied().unwrap_or_default()
}

impl EnvironmentName {
    /// Every environment, in the order of the list.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..environments().len()).map(|index| Self { index })
    }

    /// The environment of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|known| known.entry().name == name)
    }

    /// The default environment: the first of the list.
    pub const DEFAULT: Self = Self { index: 0 };

    fn entry(self) -> &'static Entry {
        &environments()[self.index]
    }

    /// A line about it.
    pub fn about(self) -> &'static str {
        self.entry().about
    }

    /// Its cluster.
    pub fn infrastructure(self) -> Infrastructure {
        let Environment { infrastructure, sources, .. } = (self.entry().environment)();
        Infrastructure::new(infrastructure, sources)
    }

    /// The platform as it runs in the environment.
    pub fn build(self) -> Result<Built, Failure> {
        let Environment { platform, infrastructure, sources, reviewers, settings } =
            (self.entry().environment)();
        let platform = platform
            .build_once()
            .map_err(|errors| Failure::all(errors.iter().map(BuildError::to_string)))?;
        let own = &platform.environment;
        if own.as_str() != self.entry().name {
            return Err(Failure::new(format!(
                "the environment {self} has the name {own} in its own settings: its files would go to another folder; correct the name \
                 there, or in the list of environments"
            )));
        }
        let cluster_config = match &infrastructure {
            cluster::Infrastructure::Minikube(_) => None,
            cluster::Infrastructure::Eks(eks) => Some(eks.cluster_config(&platform.pod_identities)),
        };
        let outside = Outside::of(&platform, &infrastructure);
        let infrastructure = Infrastructure::new(infrastructure, sources);
        Ok(Built { infrastructure, platform, cluster_config, outside, reviewers, settings })
    }
}
