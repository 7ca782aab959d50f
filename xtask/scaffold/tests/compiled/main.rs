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

#[path = "../scaffold/support.rs"]
mod support;

use support::Scratch;

/// The module that the program writes, with these lines after another one.
fn filled_in(arguments: &[&str], path: &str, after: &str, lines: &str) -> String {
    let scratch = Scratch::new();
    assert_eq!(scratch.run(arguments).code, 0);
    scratch.edit(path, after, &format!("{after}{lines}"));
    scratch.files()[path].clone()
}

#[test]
fn a_service() {
    let lines = "        port: port!(8080),
        resources: Resources { cpu: millicores(100), memory: mebibytes(128) },
        user: uid!(65532),
";
    let module = filled_in(
        &["service", "stock"],
        "services/src/app/stock.rs",
        "        probe: Probe::Tcp,\n",
        lines,
    );
    assert_eq!(module, include_str!("app/stock.rs"));
}
