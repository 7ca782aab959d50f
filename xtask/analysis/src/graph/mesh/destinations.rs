//! Where routes of the mesh lead.

use super::ROUTING;
use crate::graph::Graph;
use crate::objects::{Object, Value, list};

/// The layer at which a route works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// Requests of HTTP and gRPC.
    Http,
    /// Connections by the name that they ask for.
    Tls,
    /// Connections.
    Tcp,
}

/// Where a `VirtualService` sends what it matches.
#[derive(Clone, Copy, Debug)]
pub struct Destination<'a> {
    /// The object.
    pub from: &'a Object,
    /// The destination: host, port, subset.
    pub json: &'a Value,
    /// The layer.
    pub layer: Layer,
}

/// The destinations of a `VirtualService`, mirrors included.
fn destinations(object: &Object) -> impl Iterator<Item = Destination<'_>> {
    let layers = [("http", Layer::Http), ("tls", Layer::Tls), ("tcp", Layer::Tcp)];
    layers.into_iter().flat_map(move |(field, layer)| {
        let routes = list(&object.json["spec"][field]).iter();
        routes.flat_map(move |route| {
            let weighted = list(&route["route"]).iter().map(|weighted| &weighted["destination"]);
            let mirrors = list(&route["mirrors"]).iter().map(|mirror| &mirror["destination"]);
            let all = weighted.chain(mirrors).chain(Some(&route["mirror"]));
            all.filter(|json| json.is_object()).map(move |json| Destination {
                from: object,
                json,
                layer,
            })
        })
    })
}

impl<'a> Graph<'a> {
    /// Where the `VirtualServices` send what they match.
    pub fn destinations(&self) -> impl Iterator<Item = Destination<'a>> + use<'a> {
        self.objects().of_kind(ROUTING, "VirtualService").flat_map(destinations)
    }
}
