//! The recipes, a file each, in the order of the page.

use crate::kitchen::Kitchen;

/// A recipe.
pub(crate) struct Recipe {
    /// The file, as the lines of objects name it.
    pub(crate) file: &'static str,
    /// What stands in it.
    pub(crate) source: &'static str,
    /// Adds it to the platform.
    pub(crate) cook: fn(&Kitchen),
}

macro_rules! recipes {
    ($($recipe:ident,)*) => {
        $(mod $recipe;)*

        /// Every recipe.
        pub(crate) const ALL: &[Recipe] = &[$(Recipe {
            file: concat!("examples/cookbook/src/recipes/", stringify!($recipe), ".rs"),
            source: include_str!(concat!("recipes/", stringify!($recipe), ".rs")),
            cook: $recipe::recipe,
        },)*];
    };
}

recipes! {
    // Services.
    grpc_service,
    several_ports,
    admin_port,
    metrics,
    headless_service,

    // Probes.
    http_probe,
    exec_probe,
    without_liveness,

    // Pods.
    waiting_for_another,
    sidecar,
    graceful_stop,
    config_file,
    secret_file,
    pod_fields,
    shared_folders,
    volume_claim,
    limits,
    low_port,
    placement,
    pod_labels,

    // Workloads.
    daemon_set,
    job,
    cron_job,
    migration,
    autoscaler,

    // Outside.
    https_outside,
    kafka_outside,

    // Data.
    postgresql,
    database_users,
    cache,
    bucket,
    messages,

    // Identity.
    aws_rights,
    kubernetes_role,

    // Routes.
    mesh_route,
    grpc_method,
    public_route,
    redirect,
    share,
}
