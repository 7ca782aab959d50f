//! The mesh routes, admits and encrypts as it says.

pub(super) mod colliding_tcp_entries;
pub(super) mod competing_destination_rules;
pub(super) mod competing_injectors;
pub(super) mod competing_mesh_objects;
pub(super) mod conflicting_gateway_server;
pub(super) mod contradicting_gateway_tls;
pub(super) mod contradicting_injection;
pub(super) mod contradicting_mutual_tls;
pub(super) mod contradicting_service_entries;
pub(super) mod contradicting_service_protocols;
pub(super) mod duplicate_destination;
pub(super) mod duplicate_gateway_route;
pub(super) mod duplicate_listener;
pub(super) mod duplicate_mesh_host;
pub(super) mod duplicate_route_match;
pub(super) mod identity_without_mutual_tls;
pub(super) mod idle_admission;
pub(super) mod idle_egress_gateway;
pub(super) mod ignored_filter_operation;
pub(super) mod ignored_in_ambient;
pub(super) mod ignored_peer_authentication;
pub(super) mod image_of_missing_injection;
pub(super) mod misplaced_annotation;
pub(super) mod missing_revision;
pub(super) mod missing_waypoint;
pub(super) mod reserved_user;
pub(super) mod retry_beyond_timeout;
pub(super) mod route_without_weight;
pub(super) mod shadowed_match;
pub(super) mod shared_certificate;
pub(super) mod token_never_read;
pub(super) mod token_not_required;
pub(super) mod unknown_mesh_annotation;
pub(super) mod unreachable_provider;
pub(super) mod unread_gateway_route;
pub(super) mod unreadable_mesh_annotation;
pub(super) mod unregistered_host;

use crate::graph::Graph;
use crate::objects::{Identity, Object, Value, list, text};

/// Whether a policy is for a Gateway, a Service or a waypoint instead of pods.
fn has_target(policy: &Object) -> bool {
    let spec = &policy.json["spec"];
    spec["targetRef"].is_object() || !list(&spec["targetRefs"]).is_empty()
}

/// Whether all policies of a kind that could be for a namespace are here.
fn sees_all(graph: &Graph<'_>, kind: &str, namespace: &str) -> bool {
    // None has this name, but whatever may make any may make this one.
    let any = |namespace| Identity::new(crate::graph::mesh::SECURITY, kind, Some(namespace), "");
    graph.is_missing(&any(namespace))
        && graph.environment.presence(&any(graph.root_namespace()))
            == crate::environment::Presence::Missing
}

/// The values of a policy that ask for a token.
fn token_values(policy: &Object) -> Vec<&Value> {
    let mut all = Vec::new();
    for rule in list(&policy.json["spec"]["rules"]) {
        for source in list(&rule["from"]) {
            for field in ["requestPrincipals", "notRequestPrincipals"] {
                all.extend(
                    Some(&source["source"][field]).filter(|values| !list(values).is_empty()),
                );
            }
        }
        let conditions = list(&rule["when"]).iter();
        all.extend(conditions.filter(|condition| {
            text(&condition["key"]).is_some_and(|key| key.starts_with("request.auth."))
        }));
    }
    all
}
