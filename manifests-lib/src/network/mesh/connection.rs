//! Connections that proxies route by their ports, and hosts that share one.

use super::dns_capture::CapturesDns;
use crate::model::error::BuildError;
use crate::model::facts::Facts;
use crate::model::namespace::Namespace;
use crate::model::origin::Origin;
use crate::model::rule::Rule;
use crate::values::Port;

/// Connections to a host from proxies of a namespace, which know its address and its port, and nothing else.
pub(crate) struct ConnectionFact {
    pub(crate) host: String,
    pub(crate) port: Port,
    pub(crate) from: Namespace,
    pub(crate) origin: Origin,
}

impl ConnectionFact {
    /// The first of these that shares its port with another host, where proxies tell hosts apart by their ports alone.
    pub(crate) fn indistinct(
        declared: &Facts,
        is_own: impl Fn(&Self) -> bool,
    ) -> Option<BuildError> {
        let all = declared.all::<Self>();
        let captured = declared.all::<CapturesDns>();
        let is_captured =
            |namespace: &Namespace| captured.iter().any(|CapturesDns(it)| it == namespace);
        all.iter().filter(|fact| is_own(fact) && !is_captured(&fact.from)).find_map(|own| {
            let first = all.iter().find(|fact| fact.port == own.port && fact.from == own.from)?;
            (first.host != own.host).then(|| own.shares_with(first))
        })
    }

    fn shares_with(&self, first: &Self) -> BuildError {
        let Self { host, port, from, origin } = self;
        let message = format!(
            "{host} and {} share port {port}, and proxies of {from} would send all of it to one of both: call `capture_dns` at a \
             bundle of {from}, so that each host has an address of its own",
            first.host
        );
        BuildError::new(Rule::IndistinctHosts, *origin, message).related([first.origin])
    }
}
