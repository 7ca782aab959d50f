//! Every rule.

use super::{
    Family, Rule, Severity, capacity, data, gitops, lifetime, mesh, network, port, reference,
    reliability, schema, security, selection, text,
};

/// Every rule, by the names of its family and its own.
pub const ALL: &[&Rule] = &[
    // capacity
    &capacity::autoscaled_beyond_nodes::RULE,
    &capacity::beyond_limit_range::RULE,
    &capacity::beyond_quota::RULE,
    &capacity::pod_too_large::RULE,
    &capacity::pod_without_node::RULE,
    &capacity::replicas_beyond_nodes::RULE,
    &capacity::requests_beyond_nodes::RULE,
    &capacity::rollout_without_room::RULE,
    &capacity::run_without_room::RULE,
    // data
    &data::claim_of_one_node::RULE,
    &data::data_outside_volume::RULE,
    &data::deleted_claim::RULE,
    &data::deleting_reclaim_policy::RULE,
    &data::duplicate_mount_path::RULE,
    &data::pruned_data::RULE,
    &data::unbound_node_volume::RULE,
    &data::unpinned_node_folder::RULE,
    // gitops
    &gitops::duplicate_object::RULE,
    &gitops::endless_hook::RULE,
    &gitops::forbidden_by_project::RULE,
    &gitops::late_definition::RULE,
    &gitops::late_dependency::RULE,
    &gitops::moving_chart::RULE,
    &gitops::null_value::RULE,
    &gitops::overlapping_applications::RULE,
    &gitops::repeated_job::RULE,
    &gitops::too_large_to_apply::RULE,
    &gitops::waiting_claim::RULE,
    // lifetime
    &lifetime::rotated_variable::RULE,
    &lifetime::unnoticed_configuration::RULE,
    // mesh
    &mesh::colliding_tcp_entries::RULE,
    &mesh::competing_destination_rules::RULE,
    &mesh::competing_mesh_objects::RULE,
    &mesh::conflicting_gateway_server::RULE,
    &mesh::contradicting_gateway_tls::RULE,
    &mesh::contradicting_service_entries::RULE,
    &mesh::duplicate_destination::RULE,
    &mesh::duplicate_gateway_route::RULE,
    &mesh::duplicate_listener::RULE,
    &mesh::duplicate_mesh_host::RULE,
    &mesh::duplicate_route_match::RULE,
    &mesh::ignored_peer_authentication::RULE,
    &mesh::retry_beyond_timeout::RULE,
    &mesh::route_without_weight::RULE,
    &mesh::shadowed_match::RULE,
    &mesh::unread_gateway_route::RULE,
    // network
    &network::refused_call::RULE,
    &network::refused_control_plane::RULE,
    &network::refused_gateway::RULE,
    &network::refused_name_resolution::RULE,
    &network::refused_scrape::RULE,
    &network::refused_webhook::RULE,
    // port
    &port::contradicting_protocol::RULE,
    &port::duplicate_container_port::RULE,
    &port::duplicate_node_port::RULE,
    &port::duplicate_service_port::RULE,
    &port::gateway_port_without_service_port::RULE,
    &port::missing_policy_port::RULE,
    &port::missing_probe_port::RULE,
    &port::missing_target_port::RULE,
    &port::policy_of_service_port::RULE,
    &port::route_of_other_protocol::RULE,
    &port::undeclared_server_first_protocol::RULE,
    &port::undeclared_target_port::RULE,
    // reference
    &reference::idle_external::RULE,
    &reference::missing_admission_policy::RULE,
    &reference::missing_alertmanager::RULE,
    &reference::missing_backend::RULE,
    &reference::missing_bound_queue::RULE,
    &reference::missing_called_port::RULE,
    &reference::missing_called_service::RULE,
    &reference::missing_calling_namespace::RULE,
    &reference::missing_claim::RULE,
    &reference::missing_config_map::RULE,
    &reference::missing_credential::RULE,
    &reference::missing_delegate::RULE,
    &reference::missing_destination::RULE,
    &reference::missing_destination_namespace::RULE,
    &reference::missing_destination_port::RULE,
    &reference::missing_export_namespace::RULE,
    &reference::missing_gateway_class::RULE,
    &reference::missing_generator::RULE,
    &reference::missing_governing_service::RULE,
    &reference::missing_issuer::RULE,
    &reference::missing_mesh_gateway::RULE,
    &reference::missing_messaging_cluster::RULE,
    &reference::missing_messaging_user::RULE,
    &reference::missing_monitored_port::RULE,
    &reference::missing_pod_volume::RULE,
    &reference::missing_policy_target::RULE,
    &reference::missing_principal::RULE,
    &reference::missing_priority_class::RULE,
    &reference::missing_project::RULE,
    &reference::missing_provider::RULE,
    &reference::missing_pull_secret::RULE,
    &reference::missing_reference_grant::RULE,
    &reference::missing_role::RULE,
    &reference::missing_route_backend::RULE,
    &reference::missing_route_filter::RULE,
    &reference::missing_route_parent::RULE,
    &reference::missing_rule_host::RULE,
    &reference::missing_runtime_class::RULE,
    &reference::missing_scale_target::RULE,
    &reference::missing_secret::RULE,
    &reference::missing_secret_store::RULE,
    &reference::missing_served_certificate::RULE,
    &reference::missing_service_account::RULE,
    &reference::missing_sidecar_host::RULE,
    &reference::missing_storage_class::RULE,
    &reference::missing_subject::RULE,
    &reference::missing_subset::RULE,
    &reference::missing_virtual_host::RULE,
    &reference::missing_volume::RULE,
    &reference::missing_webhook_service::RULE,
    &reference::unadmitted_route::RULE,
    &reference::unserved_host::RULE,
    // reliability
    &reliability::autoscaled_replicas::RULE,
    &reliability::autoscaler_without_requests::RULE,
    &reliability::blocking_disruption_budget::RULE,
    &reliability::contradicting_probe_times::RULE,
    &reliability::dependent_liveness::RULE,
    &reliability::equal_probes::RULE,
    &reliability::idle_autoscaler::RULE,
    &reliability::missing_disruption_budget::RULE,
    &reliability::missing_memory_limit::RULE,
    &reliability::missing_readiness_gate::RULE,
    &reliability::missing_readiness_probe::RULE,
    &reliability::missing_requests::RULE,
    &reliability::missing_spread::RULE,
    &reliability::overlapping_runs::RULE,
    &reliability::short_grace_period::RULE,
    &reliability::single_replica::RULE,
    &reliability::stuck_rolling_update::RULE,
    &reliability::unhealthy_pod_eviction::RULE,
    // schema
    &schema::broken_validation::RULE,
    &schema::deprecated_api_version::RULE,
    &schema::duplicate_list_key::RULE,
    &schema::duplicate_merge_key::RULE,
    &schema::malformed_value::RULE,
    &schema::missing_required_field::RULE,
    &schema::out_of_bounds::RULE,
    &schema::removed_api_version::RULE,
    &schema::unknown_field::RULE,
    &schema::unserved_version::RULE,
    &schema::value_not_in_enum::RULE,
    &schema::wrong_type::RULE,
    // security
    &security::binding_to_everyone::RULE,
    &security::cluster_admin_binding::RULE,
    &security::escalating_role::RULE,
    &security::exposed_service::RULE,
    &security::mutable_image::RULE,
    &security::node_access::RULE,
    &security::open_dashboard::RULE,
    &security::plain_text_entry::RULE,
    &security::pod_security_violation::RULE,
    &security::secret_in_plain_text::RULE,
    &security::unisolated_pod::RULE,
    &security::unrestricted_pod::RULE,
    &security::unused_token::RULE,
    &security::wildcard_project::RULE,
    &security::wildcard_role::RULE,
    &security::writable_root_file_system::RULE,
    // selection
    &selection::budget_without_pods::RULE,
    &selection::contested_volume::RULE,
    &selection::gateway_without_pods::RULE,
    &selection::mesh_policy_without_pods::RULE,
    &selection::monitor_without_targets::RULE,
    &selection::network_policy_without_pods::RULE,
    &selection::overlapping_workloads::RULE,
    &selection::peer_without_pods::RULE,
    &selection::pod_in_two_budgets::RULE,
    &selection::selector_misses_template::RULE,
    &selection::service_of_two_workloads::RULE,
    &selection::service_without_pods::RULE,
    &selection::spread_without_self::RULE,
    &selection::subset_without_pods::RULE,
    &selection::workload_scaled_twice::RULE,
    // text
    &text::ambiguous_scalar::RULE,
    &text::duplicate_key::RULE,
    &text::duplicate_variable::RULE,
    &IDLE_EXCEPTION,
    &text::missing_shebang::RULE,
    &text::numeric_tag::RULE,
];

/// Exceptions that accept nothing; found by [`super::check`] itself, after all other rules.
pub static IDLE_EXCEPTION: Rule = Rule {
    name: "idle-exception",
    family: Family::Text,
    severity: Severity::Warning,
    summary: "An exception accepts nothing",
    consequence: "the next mistake of this kind at this place would be accepted without a word",
    explanation: "An exception stands for one decision. When what it accepts is gone, so is its reason; and a name that is no \
                  rule accepts nothing at all.",
    remedy: "remove the exception, or correct the name of its rule",
    upstream: "",
    check: |_, _| {},
};

/// The rules that are fast and sure enough to run in every render: what they find does not work.
pub fn of_every_render() -> impl Iterator<Item = &'static Rule> {
    let families = [Family::Capacity, Family::Port, Family::Reference, Family::Selection];
    let all = ALL.iter().copied();
    all.filter(move |rule| rule.severity == Severity::Error && families.contains(&rule.family))
}

/// The rule of this name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|rule| rule.name == name)
}

/// The names of all rules.
pub fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|rule| rule.name)
}

pub(super) fn is_known(name: &str) -> bool {
    named(name).is_some()
}
