//! Faults for the lane `rules`.

use harness::{Failure, Programs, Report};
use serde_json::{Value, json};

use crate::lanes::Options;
use crate::lanes::faults::{environment, expect, first, no_object};
use crate::lanes::rules;
use crate::rendered::Rendered;

/// Rules and routes that Prometheus and Alertmanager refuse, and some that do not do what they should.
pub fn run(programs: &Programs, _options: &Options, report: &mut Report) -> Result<(), Failure> {
    for (fault, from, to, expected) in [
        ("a rule that is no PromQL", " > 0)", " > 0", "Prometheus does not take its rules"),
        ("an alert that fires too late", "> 14.4 *", "> 28.8 *", "critical"),
        ("an alert that fires too early", "> 3 *", "> 1 *", "warning"),
        ("an alert that a few requests set off", ">= 10\n", ">= 5\n", "critical"),
        ("an alert that wants too many requests", ">= 10\n", ">= 15\n", "critical"),
        (
            "an alert that does not end with the failures",
            "\nand\n",
            "\nor\n",
            "fires when it must not",
        ),
    ] {
        let mut rendered = small()?;
        change_rules(&mut rendered, from, to)?;
        found(programs, &rendered, fault, expected, report)?;
    }
    let mut rendered = small()?;
    change_page(&mut rendered, " > 0)", " > 0")?;
    found(
        programs,
        &rendered,
        "a query of Grafana that is no PromQL",
        "Prometheus does not take its queries",
        report,
    )?;
    let mut rendered = small()?;
    rendered.has_to_tell_people = true;
    found(
        programs,
        &rendered,
        "a receiver that tells nobody",
        "tells nobody: no alert would wake anybody",
        report,
    )?;
    for (fault, path, to, expected) in [
        (
            "a receiver that does not exist",
            "/route/receiver",
            json!("no-such-receiver"),
            "Alertmanager does not take its configuration",
        ),
        (
            "an alert that reaches somebody else",
            "/receivers",
            json!([{"name": "nobody"}, {"name": "page"}, {"name": "ticket"}]),
            "does not reach page",
        ),
    ] {
        let mut rendered = small()?;
        change_routing(&mut rendered, path, &to)?;
        found(programs, &rendered, fault, expected, report)?;
    }
    Ok(())
}

/// Runs the lane on a fault that it has to find.
fn found(
    programs: &Programs,
    rendered: &Rendered,
    fault: &str,
    expected: &str,
    report: &mut Report,
) -> Result<(), Failure> {
    let mut found = Report::default();
    rules::environment(programs, rendered, &mut rules::Tested::default(), &mut found)?;
    expect(report, fault, &found.findings, &[expected]);
    Ok(())
}

/// The environment with the rules of one service, which show a fault as well as those of all.
fn small() -> Result<Rendered, Failure> {
    let mut rendered = environment()?;
    let mut rules = 0;
    rendered.objects.retain(|object| {
        rules += usize::from(object.identity.kind == "PrometheusRule");
        object.identity.kind != "PrometheusRule" || rules == 1
    });
    Ok(rendered)
}

/// Changes every expression of the first rules that have the text.
fn change_rules(rendered: &mut Rendered, from: &str, to: &str) -> Result<(), Failure> {
    let index = first(&rendered.objects, "PrometheusRule")?;
    let object = &mut rendered.objects[index];
    let mut changed = false;
    *object = object.with(|value| {
        let rules = value.pointer_mut("/spec/groups/0/rules");
        for rule in rules.and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(expression) = rule["expr"].as_str()
                && expression.contains(from)
            {
                changed = true;
                rule["expr"] = json!(expression.replace(from, to));
            }
        }
    })?;
    changed.then_some(()).ok_or_else(|| no_object(&format!("PrometheusRule with {from:?}")))
}

/// Changes the text of every page of Grafana.
fn change_page(rendered: &mut Rendered, from: &str, to: &str) -> Result<(), Failure> {
    let mut changed = false;
    for object in &mut rendered.objects {
        if !rules::is_page(object) {
            continue;
        }
        *object = object.with(|value| {
            let files = value["data"].as_object_mut().into_iter().flatten();
            for (_, file) in files {
                if let Some(text) = file.as_str().filter(|text| text.contains(from)) {
                    changed = true;
                    *file = json!(text.replace(from, to));
                }
            }
        })?;
    }
    changed.then_some(()).ok_or_else(|| no_object(&format!("page of Grafana with {from:?}")))
}

/// Changes a field of Alertmanager's configuration.
fn change_routing(rendered: &mut Rendered, path: &str, to: &Value) -> Result<(), Failure> {
    let mut changed = false;
    for object in &mut rendered.objects {
        if object.identity.kind != "Application" {
            continue;
        }
        *object = object.with(|value| {
            let sources = value.pointer_mut("/spec/sources");
            for source in sources.and_then(Value::as_array_mut).into_iter().flatten() {
                let field = source
                    .pointer_mut("/helm/valuesObject/alertmanager/config")
                    .and_then(|configuration| configuration.pointer_mut(path));
                if let Some(field) = field {
                    changed = true;
                    *field = to.clone();
                }
            }
        })?;
    }
    changed.then_some(()).ok_or_else(|| no_object("Application with the routing of alerts"))
}
