//! The mesh routes, admits and encrypts as it says.

pub(super) mod colliding_tcp_entries;
pub(super) mod competing_destination_rules;
pub(super) mod competing_mesh_objects;
pub(super) mod conflicting_gateway_server;
pub(super) mod contradicting_gateway_tls;
pub(super) mod contradicting_service_entries;
pub(super) mod duplicate_destination;
pub(super) mod duplicate_gateway_route;
pub(super) mod duplicate_listener;
pub(super) mod duplicate_mesh_host;
pub(super) mod duplicate_route_match;
pub(super) mod ignored_peer_authentication;
pub(super) mod retry_beyond_timeout;
pub(super) mod route_without_weight;
pub(super) mod shadowed_match;
pub(super) mod unread_gateway_route;
