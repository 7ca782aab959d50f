//! What holds for the whole platform in every environment.

use std::fs;
use std::path::{Path, PathBuf};

use manifests_lib::environment::{Entry, Environment};
use manifests_lib::outside::{self, Outside};
use manifests_lib::platform::BuiltPlatform;

use super::{build, platforms, workspace};

fn yaml(platform: &BuiltPlatform) -> String {
    let mut yaml = String::new();
    for resource in platform.resources() {
        yaml.push_str("---\n");
        resource.write_yaml(&mut yaml).expect("an object that can be written");
    }
    yaml
}

/// Assembles the bundles: the origin of what Argo CD needs above them.
const PLATFORM: &str = "services/src/platform.rs";

/// What a module adds to another one's bundle: its namespace with the policy that nobody is admitted, monitors and the CA by which what is
/// scraped is checked, routes.
const ADDED_TO_OTHERS: [&str; 6] =
    ["Certificate", "HTTPRoute", "Namespace", "NetworkPolicy", "PodMonitor", "ServiceMonitor"];

#[test]
fn every_resource_comes_from_the_module_of_its_bundle_or_of_who_asks_for_it() {
    for platform in platforms() {
        for bundle in &platform.bundles {
            for resource in &bundle.resources {
                let file = resource.origin().file;
                // An Application is in the folder of its parent, a project in that of the root; both come from the module of the bundle
                // that they are for.
                let identity = resource.object_ref();
                let name = match identity.kind {
                    "Application" => identity.name.strip_suffix("-application"),
                    "AppProject" => identity.name.split_once('.').map(|(_, bundle)| bundle),
                    _ => None,
                };
                let name = name.unwrap_or(bundle.name.as_str());
                let added = file.starts_with("services/src/")
                    && ADDED_TO_OTHERS.contains(&resource.object_ref().kind);
                assert!(
                    added
                        || is_module_of(file, name)
                        || (file == PLATFORM && bundle.origin.file == PLATFORM),
                    "{resource:?} is in the bundle {}",
                    bundle.name
                );
            }
        }
    }
}

/// `services/src/app/account.rs` for account, `services/src/app/shared.rs` for app-shared, and files below a module's
/// folder; `istio-base` is a part of istio.
fn is_module_of(file: &str, bundle: &str) -> bool {
    let Some(module) = file.strip_prefix("services/src/").and_then(|file| file.strip_suffix(".rs"))
    else {
        return false;
    };
    let mut parts = module.split('/');
    let (Some(team), Some(stem)) = (parts.next(), parts.next()) else {
        return false;
    };
    let stem = stem.replace('_', "-");
    let begins = |name: &str| {
        bundle.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    begins(&stem) || bundle == format!("{team}-{stem}")
}

#[test]
fn the_same_environment_gives_the_same_bytes() {
    for entry in environments::ALL {
        assert_eq!(yaml(&build((entry.environment)())), yaml(&build((entry.environment)())));
    }
}

/// A copied environment must not lead to what belongs to another; `cargo xtask render` refuses it as well.
#[test]
fn environments_share_nothing_outside_their_clusters() {
    let of = |entry: &Entry| {
        let Environment { platform, infrastructure, .. } = (entry.environment)();
        Outside::of(&platform.build().expect("a platform without mistakes"), &infrastructure)
    };
    let all: Vec<Outside> = environments::ALL.iter().map(of).collect();
    let mistakes = outside::mistakes(&all.iter().collect::<Vec<_>>());
    assert!(mistakes.is_empty(), "{mistakes:#?}");
    // Each of them under another name leads to everything of its own.
    for (entry, copied) in environments::ALL.iter().zip(&all) {
        assert!(!outside::mistakes(&[copied, &of(entry)]).is_empty(), "{}", entry.name);
    }
}

/// The language names no service and no environment, the platform no environment.
#[test]
fn names_stay_where_they_belong() {
    let platforms = platforms();
    let services: Vec<_> = platforms
        .iter()
        .flat_map(|platform| &platform.bundles)
        .filter(|bundle| bundle.origin.file.starts_with("services/src/app/"))
        .map(|bundle| bundle.name.as_str())
        .collect();
    let environments: Vec<&str> = environments::ALL.iter().map(|entry| entry.name).collect();
    for (line, literal) in string_literals(&workspace().join("manifests-lib/src")) {
        let named = services.iter().chain(&environments).find(|name| literal == **name);
        assert_eq!(named, None, "{line} names what the language does not know");
    }
    for (line, literal) in string_literals(&workspace().join("services/src")) {
        assert!(!environments.contains(&literal.as_str()), "{line} names an environment");
    }
}

/// Building is a pure function: modules of the standard library with side effects do not appear in its crates.
#[test]
fn building_does_no_input_or_output() {
    for folder in ["manifests-lib/src", "services/src", "environments"] {
        for (line, code) in code(&workspace().join(folder)) {
            for module in [
                "std::fs",
                "std::net",
                "std::env",
                "std::process",
                "std::time",
                "std::io",
                "HashMap",
            ] {
                assert!(!code.contains(module), "{line} uses {module}");
            }
        }
    }
}

/// The quoted texts of every line of code below a folder, with their place.
fn string_literals(folder: &Path) -> Vec<(String, String)> {
    let lines = code(folder).into_iter();
    lines
        .flat_map(|(line, code)| {
            let quoted: Vec<_> = code.split('"').skip(1).step_by(2).map(str::to_owned).collect();
            quoted.into_iter().map(move |literal| (line.clone(), literal))
        })
        .collect()
}

/// Every line of code below a folder with its place; comments and tests left out.
fn code(folder: &Path) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    for file in rust_files(folder) {
        let text = fs::read_to_string(&file).expect("a readable source file");
        let lines_of_code =
            text.split("#[cfg(test)]").next().unwrap_or_default().lines().enumerate();
        lines.extend(
            lines_of_code.filter(|(_, line)| !line.trim_start().starts_with("//")).map(
                |(number, line)| (format!("{}:{}", file.display(), number + 1), line.to_owned()),
            ),
        );
    }
    assert!(!lines.is_empty(), "no code below {}", folder.display());
    lines
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "tests") {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}
