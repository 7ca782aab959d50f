//! What the program writes compiles, as soon as the compiler's blanks are filled in: here as modules beside those that they build
//! on, which are the real ones.

// This crate calls nothing of them.
#![allow(dead_code)]

#[path = "../../../../services/src/node_group.rs"]
mod node_group;
#[path = "../../../../services/src/site.rs"]
mod site;

mod app {
    #[path = "../../../../../services/src/app/shared.rs"]
    mod shared;
    mod stock;
}

mod infra {
    mod fluent_bit;
    #[path = "../../../../../services/src/infra/shared.rs"]
    mod shared;
}

#[path = "../scaffold/support.rs"]
mod support;

use support::Scratch;

/// The module that the program writes, with what the compiler asks for: pieces, each after a text.
fn filled_in(arguments: &[&str], path: &str, pieces: &[(&str, &str)]) -> String {
    let scratch = Scratch::new();
    assert_eq!(scratch.run(arguments).code, 0);
    for (after, piece) in pieces {
        scratch.edit(path, after, &format!("{after}{piece}"));
    }
    scratch.files()[path].clone()
}

/// As if a released chart had not been used yet.
#[test]
fn a_tool() {
    let kinds = "
        values: chart::Values::with(|values| values.metrics_port = Some(2020)),
        kinds: vec![GroupKind::of::<core::ConfigMap>()],
        crd_groups: vec![],";
    let module = filled_in(
        &["tool", "fluent-bit"],
        "services/src/infra/fluent_bit.rs",
        &[
            ("release: name!(\"fluent-bit\"),", kinds),
            (
                "use helm_values::{HelmChart, fluent_bit as chart};",
                "\nuse k8s_openapi::api::core::v1 as core;",
            ),
        ],
    );
    assert_eq!(module, include_str!("infra/fluent_bit.rs"));
}

#[test]
fn a_service() {
    let fields = "
        port: port!(8080),
        resources: Resources { cpu: millicores(100), memory: mebibytes(128) },
        user: uid!(65532),";
    let module = filled_in(
        &["service", "stock"],
        "services/src/app/stock.rs",
        &[("probe: Probe::Tcp,", fields)],
    );
    assert_eq!(module, include_str!("app/stock.rs"));
}
