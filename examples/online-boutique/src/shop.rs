//! What all services share: their namespace and nodes, their images, and what their callers may expect.

use manifests_lib::label_key;
use manifests_lib::model::Namespace;
use manifests_lib::network::RequestProtocol;
use manifests_lib::network::mesh::{GatewayRoute, IngressGateway};
use manifests_lib::prelude::*;
use manifests_lib::values::Repository;
use manifests_lib::workload::{NodeGroup, Variable};

/// The namespace of all services.
pub(crate) const NAMESPACE: Namespace = Namespace::new(name!("boutique"));

/// The nodes of all services.
pub(crate) const NODES: NodeGroup =
    NodeGroup { label: label_key!("node.kubernetes.io/nodegroup"), value: name!("shop") };

/// Where visitors come into the mesh.
pub(crate) const INGRESS: IngressGateway = IngressGateway {
    name: name!("ingress-gateway"),
    namespace: Namespace::new(name!("istio-ingress")),
    selector: name!("ingress"),
};

/// What a visitor may expect.
pub(crate) const VISIT: Slo = Slo {
    availability: slo_target!(995),
    latency: Latency { target: slo_target!(950), within: LatencyBound::Second1 },
};

/// What services of a visit may expect of each other.
pub(crate) const PART_OF_VISIT: Slo = Slo {
    availability: slo_target!(998),
    latency: Latency { target: slo_target!(990), within: LatencyBound::Milliseconds250 },
};

/// Where the services run.
pub(crate) struct Shop {
    pub(crate) team: Team,
    pub(crate) replicas: u16,
    pub(crate) image: fn(Repository) -> Image,
    pub(crate) door: Door,
}

/// How visitors come in.
pub(crate) enum Door {
    /// Through the gateway of the mesh.
    Mesh,
    /// There is no mesh: a gateway of the Gateway API leads to the pages themselves.
    Direct(DirectEntrance),
}

impl Shop {
    /// The component of a service.
    #[track_caller]
    pub(crate) fn service(&self, name: Name) -> Component {
        self.team.bundle(name, &NAMESPACE).app(&NODES)
    }

    /// What callers may expect, where the proxies of a mesh count it.
    #[track_caller]
    pub(crate) fn promise<P: RequestProtocol>(&self, service: &Service<P>, slo: Slo) {
        if let Door::Mesh = self.door {
            service.slo(slo);
        }
    }

    /// Lets visitors in.
    #[track_caller]
    pub(crate) fn show(&self, pages: &Service<Http>) {
        match &self.door {
            Door::Mesh => {
                let (gateway, node_port) = (&INGRESS, node_port!(30080));
                pages.gateway_route(GatewayRoute { gateway, node_port });
            }
            Door::Direct(gateway) => {
                let (name, host) = (name!("pages"), host!("boutique.example.com"));
                gateway.route(pages, DirectRoute { name, host, path: url_path!("/") });
            }
        }
    }
}

/// The services that a page and a checkout call alike.
pub(crate) struct Backends {
    pub(crate) cart: Service<Grpc>,
    pub(crate) currency: Service<Grpc>,
    pub(crate) products: Service<Grpc>,
    pub(crate) shipping: Service<Grpc>,
}

impl Backends {
    /// Declares that a service calls them; their addresses.
    #[track_caller]
    pub(crate) fn called_by(&self, app: &Component) -> [Variable; 4] {
        [
            app.calls(&self.cart).address("CART_SERVICE_ADDR"),
            app.calls(&self.currency).address("CURRENCY_SERVICE_ADDR"),
            app.calls(&self.products).address("PRODUCT_CATALOG_SERVICE_ADDR"),
            app.calls(&self.shipping).address("SHIPPING_SERVICE_ADDR"),
        ]
    }
}
