//! `new tool`.

use insta::assert_snapshot;

use crate::support::Scratch;

#[test]
fn a_tool_is_a_module_and_its_call_among_the_tools() {
    assert_snapshot!(Scratch::new().diff_of(&["tool", "message-queue"]), @r#"
    --- services/src/infra.rs
    +++ services/src/infra.rs
    @@ -2,2 +2,3 @@
     
    +pub(crate) mod message_queue;
     pub(crate) mod metrics;
    --- /dev/null
    +++ services/src/infra/message_queue.rs
    @@ -0,0 +1,19 @@
    +//! Message queue: a Helm chart.
    +
    +use helm_values::{HelmChart, message_queue as chart};
    +use manifests_lib::delivery::Chart;
    +use manifests_lib::model::{GroupKind, Namespace, PodSecurity};
    +use manifests_lib::prelude::*;
    +
    +use super::shared::Infra;
    +
    +/// Its namespace, outside the mesh.
    +const NAMESPACE: Namespace = Namespace::new(name!("message-queue"));
    +
    +pub(crate) fn bundle(infra: &Infra) {
    +    infra.namespace(&NAMESPACE, PodSecurity::Restricted);
    +    let message_queue = infra.bundle(name!("message-queue"), &NAMESPACE);
    +    message_queue.chart(Chart {
    +        release: name!("message-queue"),
    +    });
    +}
    --- services/src/platform.rs
    +++ services/src/platform.rs
    @@ -6,3 +6,3 @@
     use crate::app::{cart, payment, shared};
    -use crate::infra::{metrics, traces};
    +use crate::infra::{message_queue, metrics, traces};
     use crate::site::{self, Kind, Site};
    @@ -36,2 +36,3 @@
         traces::bundle(&infra, &site, traces, &metrics);
    +    message_queue::bundle(&infra);
    "#);
}

#[test]
fn the_next_step_is_told() {
    assert_snapshot!(Scratch::new().run(&["tool", "redis"]).stdout, @"
    new      services/src/infra/redis.rs
    changed  services/src/infra.rs
    changed  services/src/platform.rs

    Next: add the chart to manifests-lib/helm-values/charts.toml, then `cargo run -p import -- chart` makes `helm_values::redis`.
    After that, `cargo check` names what only you know, in services/src/infra/redis.rs. Then `cargo fmt`, `cargo xtask render`, `cargo test`.
    ");
}

/// The bill of materials would have two things of that name.
#[test]
fn a_service_with_the_name_of_a_tool_is_refused() {
    let scratch = Scratch::new();
    assert_eq!(scratch.run(&["tool", "stock"]).code, 0);
    let before = scratch.files();
    assert_eq!(scratch.run(&["service", "stock"]).code, 2);
    assert_eq!(scratch.files(), before);
}
