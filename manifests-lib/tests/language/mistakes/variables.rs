//! Values and arguments that do not reach the program as they were written.

use insta::assert_snapshot;
use k8s_openapi::api::core::v1 as core;
use manifests_lib::plain;
use manifests_lib::workload::PodField;

use crate::support::{NODES, Shop, listed, server};

/// What is wrong with these arguments of a container that knows its address and its node.
fn arguments(arguments: &[&str]) -> String {
    let shop = Shop::new();
    let server = server(&shop.bundle().app(&NODES));
    server.env([PodField::Ip.variable("POD_IP"), plain!("NODE_NAME", "a")]);
    server.arguments(arguments.iter().copied());
    listed(&shop.errors())
}

#[test]
fn a_variable_that_is_not_there() {
    let shop = Shop::new();
    let server = server(&shop.bundle().app(&NODES));
    server.env([plain!("ADDRESS", "$(POD_IP):80"), PodField::Ip.variable("POD_IP")]);
    server.arguments(["--node=$(NODE)"]);
    assert_snapshot!(shop.mistakes(), @r"
    manifests-lib/tests/language/support.rs:N: Deployment.apps shop/web-app-deployment: container server: the variable ADDRESS refers to $(POD_IP), and the container has no variable of that name before it: the text would stay as it is; give it the variable first, or write $$(POD_IP) if the text is meant [unknown-variable]
    manifests-lib/tests/language/support.rs:N: Deployment.apps shop/web-app-deployment: container server: an argument refers to $(NODE), and the container has no variable of that name before it: the text would stay as it is; give it the variable first, or write $$(NODE) if the text is meant [unknown-variable]
    ");
}

#[test]
fn what_is_a_reference_and_what_is_none() {
    for accepted in [
        "--address=$(POD_IP):80/$(NODE_NAME)",
        "--text=$$(UNKNOWN)",
        "echo $(date)",
        "echo $UNKNOWN ${UNKNOWN} $",
        "$(",
        "$()",
        "--api=$(KUBERNETES_SERVICE_HOST)",
    ] {
        assert_eq!(arguments(&[accepted]), "", "{accepted}");
    }
    for refused in ["$(UNKNOWN)", "$$$(UNKNOWN)", "$(POD_IP)$(UNKNOWN)", "$ $(UNKNOWN)"] {
        let mistakes = arguments(&[refused]);
        assert!(mistakes.contains("[unknown-variable]"), "{refused}: {mistakes}");
    }
}

#[test]
fn variables_of_a_whole_secret_are_not_known() {
    let shop = Shop::new();
    server(&shop.bundle().app(&NODES)).patch(|container| {
        container.env_from = Some(vec![core::EnvFromSource::default()]);
        container.args = Some(vec!["--user=$(DB_USER)".to_owned()]);
    });
    assert_eq!(listed(&shop.errors()), "");
}

#[test]
fn a_text_that_no_program_can_have() {
    assert_snapshot!(crate::support::without_lines(&arguments(&["a\0b"])), @"manifests-lib/tests/language/support.rs:N: Deployment.apps shop/web-app-deployment: container server: an argument has a NUL character, at which it ends, and the runtime refuses the container: remove it [invalid-variable-value]");
    let long = "x".repeat(128 << 10);
    assert_snapshot!(crate::support::without_lines(&arguments(&[long.as_str()])), @"manifests-lib/tests/language/support.rs:N: Deployment.apps shop/web-app-deployment: container server: an argument has 131072 bytes, and Linux starts no program with one of 131072: give it to the container as a file (Component::config) [invalid-variable-value]");
    assert_eq!(arguments(&[&long[1..]]), "");
    let shop = Shop::new();
    server(&shop.bundle().app(&NODES)).env([plain!("TEXT", &long[5..])]);
    assert!(listed(&shop.errors()).contains("[invalid-variable-value]"));
}

#[test]
fn a_value_that_a_patch_writes() {
    let shop = Shop::new();
    server(&shop.bundle().app(&NODES)).patch(|container| {
        let value = Some("fa\0st".to_owned());
        let variable = core::EnvVar { name: "MODE".to_owned(), value, value_from: None };
        container.env = Some(vec![variable]);
    });
    assert!(listed(&shop.errors()).contains("[invalid-variable-value]"));
}
