//! What Argo CD makes of the state of an object: its checks are taken from the rendered settings and evaluated.

use manifests_lib::delivery::SourceFrom;
use mlua::{Lua, LuaOptions, LuaSerdeExt, StdLib, Table};
use serde_json::{Value, json};

use super::platforms;

/// Long ago: nothing may take that long.
const EARLIER: &str = "2020-01-01T00:00:00Z";

/// In times to come: it cannot have taken too long yet.
const LATER: &str = "9999-01-01T00:00:00Z";

/// The check of a kind, which is the same in every environment.
fn check(kind: &str) -> String {
    let key = format!("resource.customizations.health.{kind}");
    let mut scripts: Vec<String> = platforms()
        .iter()
        .map(|platform| {
            let bundle = platform.bundles.iter().find(|bundle| bundle.name.as_str() == "argocd");
            let source = bundle.and_then(|bundle| bundle.sources.first()).expect("a chart");
            let SourceFrom::Chart { values, .. } = &source.from else { panic!("no chart") };
            values["configs"]["cm"][&key].as_str().expect("a check").to_owned()
        })
        .collect();
    scripts.dedup();
    assert_eq!(scripts.len(), 1, "{kind}");
    scripts.remove(0)
}

/// Status and message, by what Argo CD gives a check: Lua 5.1 without libraries but `table`, and times.
///
/// Upstream: <https://github.com/argoproj/argo-cd/blob/v3.5.3/util/lua/lua.go>
fn health(script: &str, object: &Value) -> String {
    let libraries = StdLib::PACKAGE | StdLib::TABLE | StdLib::OS;
    let lua = Lua::new_with(libraries, LuaOptions::default()).expect("safe libraries");
    let object = lua.to_value(object).expect("an object");
    lua.globals().set("obj", object).expect("a global variable");
    let health: Table = lua.load(script).eval().unwrap_or_else(|error| panic!("{error}"));
    let text = |key: &str| health.get::<String>(key).expect("a text");
    format!("{} {}", text("status"), text("message")).trim_end().to_owned()
}

/// An Application of this name, with this status.
fn application(name: &str, status: &Value) -> Value {
    json!({ "metadata": { "name": name, "creationTimestamp": LATER }, "status": status })
}

#[test]
fn an_application_is_healthy_after_its_own_sync() {
    let check = check("argoproj.io_Application");
    let health = |status: Value| health(&check, &application("web-application", &status));
    let healthy = json!({ "status": "Healthy" });
    let synced = json!({ "status": "Synced" });
    let out_of_sync = json!({ "status": "OutOfSync" });
    let operation = |phase: &str| json!({ "phase": phase, "startedAt": LATER });
    assert_eq!(health(json!({})), "Progressing its sync has not succeeded");
    // It deploys nothing yet, of which nothing is unhealthy.
    assert_eq!(
        health(json!({ "health": healthy, "sync": out_of_sync })),
        "Progressing its sync has not succeeded"
    );
    for (phase, sync) in [("Running", &synced), ("Failed", &out_of_sync), ("Error", &out_of_sync)] {
        assert_eq!(
            health(json!({ "health": healthy, "sync": sync, "operationState": operation(phase) })),
            "Progressing its sync has not succeeded",
            "{phase}"
        );
    }
    // Its chart cannot be fetched.
    assert_eq!(
        health(json!({ "health": healthy, "sync": { "status": "Unknown" } })),
        "Progressing its sync has not succeeded"
    );
    // In sync before anybody has synced it.
    assert_eq!(health(json!({ "health": healthy, "sync": synced })), "Healthy");
    let succeeded = operation("Succeeded");
    for code in ["Healthy", "Degraded", "Progressing"] {
        assert_eq!(
            health(
                json!({ "health": { "status": code }, "sync": synced, "operationState": succeeded })
            ),
            code
        );
    }
    // Something was changed by hand, or must not be pruned.
    assert_eq!(
        health(json!({ "health": healthy, "sync": out_of_sync, "operationState": succeeded })),
        "Healthy"
    );
}

#[test]
fn nobody_waits_for_ever_for_an_application() {
    let check = check("argoproj.io_Application");
    let health_of = |object: &Value| health(&check, object);
    let health = |status: Value| health_of(&application("web-application", &status));
    for phase in ["Running", "Failed"] {
        let operation = json!({ "phase": phase, "startedAt": EARLIER });
        assert_eq!(
            health(json!({ "health": { "status": "Healthy" }, "operationState": operation })),
            "Degraded not healthy in time: its sync has not succeeded"
        );
    }
    for code in ["Progressing", "Missing", "Suspended"] {
        let status = json!({
            "health": { "status": code, "lastTransitionTime": EARLIER },
            "operationState": { "phase": "Succeeded", "startedAt": EARLIER },
        });
        assert_eq!(health(status), format!("Degraded not healthy in time: {code}"));
    }
    let mut never_synced = application("web-application", &json!({}));
    never_synced["metadata"]["creationTimestamp"] = json!(EARLIER);
    assert_eq!(
        health_of(&never_synced),
        "Degraded not healthy in time: its sync has not succeeded"
    );
    // Its sync begins.
    never_synced["operation"] = json!({ "sync": {} });
    assert_eq!(health_of(&never_synced), "Progressing its sync has not succeeded");
    // What is healthy stays so.
    assert_eq!(
        health(json!({
            "health": { "status": "Healthy", "lastTransitionTime": EARLIER },
            "operationState": { "phase": "Succeeded", "startedAt": EARLIER },
        })),
        "Healthy"
    );
}

#[test]
fn root_does_not_wait_for_itself() {
    let check = check("argoproj.io_Application");
    let status = json!({
        "health": { "status": "Healthy" },
        "sync": { "status": "OutOfSync" },
        "operationState": { "phase": "Running", "startedAt": EARLIER },
    });
    assert_eq!(health(&check, &application("root-application", &status)), "Healthy");
    assert_eq!(health(&check, &application("root-application", &json!({}))), "Progressing");
}

#[test]
fn an_application_that_is_held_back_holds_up_nobody() {
    let check = check("argoproj.io_Application");
    let mut held = application("app-parent-application", &json!({}));
    held["metadata"]["annotations"] = json!({ "argocd.argoproj.io/skip-reconcile": "true" });
    assert_eq!(health(&check, &held), "Healthy held back by an annotation");
}

#[test]
fn a_crd_is_healthy_unless_it_can_never_be_served() {
    let check = check("apiextensions.k8s.io_CustomResourceDefinition");
    assert_eq!(health(&check, &json!({})), "Healthy");
    let health =
        |conditions: Value| health(&check, &json!({ "status": { "conditions": conditions } }));
    assert_eq!(
        health(json!([
            { "type": "NamesAccepted", "status": "True" },
            { "type": "Established", "status": "False", "message": "not yet" },
        ])),
        "Healthy"
    );
    assert_eq!(
        health(json!([{ "type": "NamesAccepted", "status": "False", "message": "taken" }])),
        "Degraded taken"
    );
    assert_eq!(
        health(json!([{ "type": "NonStructuralSchema", "status": "True", "message": "no type" }])),
        "Degraded no type"
    );
}

#[test]
fn nobody_waits_for_ever_for_a_job() {
    let check = check("batch_Job");
    let health = |status: Value| health(&check, &json!({ "status": status }));
    let ended = |condition: &str| json!({ "startTime": EARLIER, "conditions": [{ "type": condition, "status": "True" }] });
    assert_eq!(health(json!({})), "Progressing");
    assert_eq!(health(json!({ "startTime": LATER })), "Progressing");
    assert_eq!(health(json!({ "startTime": EARLIER })), "Degraded not finished in time");
    assert_eq!(health(ended("Complete")), "Healthy");
    assert_eq!(health(ended("Failed")), "Degraded");
    assert_eq!(health(ended("Suspended")), "Suspended");
}

#[test]
fn a_route_waits_for_no_gateway() {
    let check = check("gateway.networking.k8s.io_HTTPRoute");
    let health = |status: Value| {
        health(&check, &json!({ "metadata": { "generation": 2 }, "status": status }))
    };
    let seen = |generation: u32, status: &str| {
        let condition = json!({
            "type": "Accepted",
            "status": status,
            "message": "no listener",
            "observedGeneration": generation,
        });
        json!({ "parents": [{ "conditions": [condition] }] })
    };
    // Its gateway may come later.
    assert_eq!(health(json!({})), "Healthy");
    assert_eq!(health(seen(2, "True")), "Healthy");
    assert_eq!(health(seen(2, "False")), "Degraded no listener");
    // About what it was before.
    assert_eq!(health(seen(1, "False")), "Healthy");
}
