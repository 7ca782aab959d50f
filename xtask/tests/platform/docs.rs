//! The committed pages: whatever the platform has is on one of them, counted from its objects.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use custom_resources::coreos::monitoring::v1::PrometheusRule;
use custom_resources::istio::security::v1::AuthorizationPolicy;
use k8s_openapi::api::core::v1::ServiceAccount;
use serde_json::Value;

use super::{platforms, workspace};

/// The pages by their names, whatever their folder.
fn pages(folders: &[&str]) -> BTreeMap<String, String> {
    let mut pages = BTreeMap::new();
    for folder in folders {
        let folder = workspace().join("docs/platform").join(folder);
        for entry in fs::read_dir(folder).expect("the folder of pages") {
            let path = entry.expect("a page").path();
            let name = path.file_stem().and_then(|name| name.to_str()).expect("a name").to_owned();
            pages.insert(name, fs::read_to_string(path).expect("a page"));
        }
    }
    pages
}

fn of_bundles() -> BTreeMap<String, String> {
    pages(&["services", "tools"])
}

/// A text as a cell of a table shows it.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[test]
fn every_service_and_tool_has_a_page_with_its_objects() {
    let pages = of_bundles();
    let mut names = BTreeSet::new();
    for platform in platforms() {
        for bundle in &platform.bundles {
            let page = pages.get(bundle.name.as_str());
            let page = page.unwrap_or_else(|| panic!("{} has no page", bundle.name));
            names.insert(bundle.name.to_string());
            for resource in &bundle.resources {
                let name = resource.object_ref().name;
                assert!(
                    page.contains(&format!("`{name}`")) || page.contains(&format!("/{name}`")),
                    "{resource:?} is not on the page of {}",
                    bundle.name
                );
            }
        }
    }
    let pages: BTreeSet<String> = pages.into_keys().collect();
    assert_eq!(pages, names, "a page without a bundle");
}

#[test]
fn every_alert_is_on_the_page_of_its_bundle() {
    let pages = of_bundles();
    let mut count = 0;
    for platform in platforms() {
        for bundle in &platform.bundles {
            let page = &pages[bundle.name.as_str()];
            let rules =
                bundle.resources.iter().filter_map(|resource| resource.get::<PrometheusRule>());
            let groups = rules.flat_map(|rule| rule.spec.groups.iter().flatten());
            for rule in groups.flat_map(|group| group.rules.iter().flatten()) {
                let Some(alert) = &rule.alert else { continue };
                let labels = rule.labels.iter().flatten().collect::<BTreeMap<_, _>>();
                let severity = labels.get(&"severity".to_owned()).map(|text| text.as_str());
                let row = format!("| `{alert}` ({}", severity.unwrap_or_default());
                assert!(page.contains(&row), "{row} is not on the page of {}", bundle.name);
                count += 1;
            }
        }
    }
    assert!(count > 0, "no alerts");
}

#[test]
fn every_admitted_call_is_on_the_pages_of_both() {
    let pages = of_bundles();
    let mut count = 0;
    for platform in platforms() {
        // Whose account it is; those of charts are named like their bundles.
        let mut accounts: BTreeMap<String, &str> = BTreeMap::new();
        for bundle in &platform.bundles {
            for resource in &bundle.resources {
                if resource.get::<ServiceAccount>().is_some() {
                    let identity = resource.object_ref();
                    let namespace = identity.namespace.unwrap_or_default();
                    let name = format!("cluster.local/ns/{namespace}/sa/{}", identity.name);
                    accounts.insert(name, bundle.name.as_str());
                }
            }
        }
        for bundle in &platform.bundles {
            let policies =
                bundle.resources.iter().filter_map(|own| own.get::<AuthorizationPolicy>());
            let rules = policies
                .flat_map(|policy| policy.spec.iter().flat_map(|spec| spec.rules.iter().flatten()));
            let from = rules.flat_map(|rule| rule.from.iter().flatten());
            let principals =
                from.filter_map(|from| from.source.as_ref()?.principals.as_ref()).flatten();
            for principal in principals {
                let last = principal.rsplit('/').next().unwrap_or_default();
                let caller = accounts.get(principal).copied().unwrap_or(last);
                if caller == bundle.name.as_str() || !pages.contains_key(caller) {
                    continue;
                }
                let (target, page) = (bundle.name.as_str(), &pages[bundle.name.as_str()]);
                let section = section(page, "Called by");
                assert!(
                    section.contains(&format!("[{caller}](")),
                    "{caller} → {target}: not on the page of {target}"
                );
                let section = self::section(&pages[caller], "Calls");
                assert!(
                    section.contains(&format!("[{target}](")),
                    "{caller} → {target}: not on the page of {caller}"
                );
                count += 1;
            }
        }
    }
    assert!(count > 0, "no calls");
}

/// What stands below a heading.
fn section<'p>(page: &'p str, title: &str) -> &'p str {
    let Some((_, rest)) = page.split_once(&format!("\n## {title}\n")) else { return "" };
    rest.split_once("\n## ").map_or(rest, |(section, _)| section)
}

#[test]
fn every_route_is_on_the_page_of_its_environment() {
    let pages = pages(&["environments"]);
    let mut count = 0;
    for platform in platforms() {
        let page = &pages[platform.environment.as_str()];
        for resource in platform.resources() {
            if !["HTTPRoute", "GRPCRoute"].contains(&resource.object_ref().kind) {
                continue;
            }
            let json = resource.to_json().expect("JSON");
            let none = Vec::new();
            let list = |value: &Value| value.as_array().unwrap_or(&none).clone();
            for host in list(&json["spec"]["hostnames"]) {
                let host = host.as_str().expect("a host").to_owned();
                assert!(page.contains(&host), "{host}: {resource:?}");
                for rule in list(&json["spec"]["rules"]) {
                    for one in list(&rule["matches"]) {
                        let path = one["path"]["value"].as_str().unwrap_or("/");
                        assert!(page.contains(&cell(&format!("{host}{path}"))), "{host}{path}");
                        count += 1;
                    }
                }
            }
        }
    }
    assert!(count > 0, "no routes");
}

/// The names of fields and the texts in what `Debug` wrote.
fn said(values: &str) -> (Vec<String>, Vec<String>) {
    let (mut fields, mut texts) = (Vec::new(), Vec::new());
    let mut word = String::new();
    let mut letters = values.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => {
                let mut text = String::new();
                while let Some(letter) = letters.next().filter(|letter| *letter != '"') {
                    text.push(letter);
                    if letter == '\\' {
                        text.extend(letters.next());
                    }
                }
                texts.push(text);
                word.clear();
            }
            ':' if letters.peek() == Some(&' ') && !word.is_empty() => {
                fields.push(std::mem::take(&mut word));
            }
            letter if letter.is_alphanumeric() || letter == '_' => word.push(letter),
            _ => word.clear(),
        }
    }
    (fields, texts)
}

#[test]
fn every_setting_is_on_the_page_of_its_environment_with_documentation() {
    let pages = pages(&["environments"]);
    for entry in environments::ALL {
        let page = section(&pages[entry.name], "Settings");
        let written = (entry.environment)().settings.expect("settings that are written down");
        let (fields, texts) = said(&written.values);
        assert!(fields.len() > 20 && texts.len() > 10, "{}", written.values);
        for field in &fields {
            // A row, a group of rows, or the unit of a quantity.
            let is_there = [
                format!("`{field}` |"),
                format!(".{field}` |"),
                format!("### {field}\n"),
                format!(" {field}` |"),
            ]
            .iter()
            .any(|form| page.contains(form))
                || page.contains(&format!("### {}\n", field.replace('_', "\\_")));
            assert!(is_there, "{field} is not on the page of {}", entry.name);
        }
        for text in &texts {
            assert!(page.contains(&cell(text)), "{text} is not on the page of {}", entry.name);
        }
        let rows = page.lines().filter(|line| line.starts_with("| `"));
        for row in rows {
            let cells: Vec<&str> = row.split(" | ").collect();
            let is_element = cells[0].ends_with("]`");
            assert!(
                is_element || !cells[3].trim_end_matches(" |").is_empty(),
                "no documentation: {row}"
            );
        }
    }
}
