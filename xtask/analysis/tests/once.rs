//! A rule stands once: what building a platform and `check` both refuse is one function, or the table says why it is another rule.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use analysis::check::rules;
use manifests_lib::model::Rule;

/// Where a rule of the build stands.
enum Stands {
    /// The rule of `check` of this name asks the same function of `manifests_lib::check`.
    Once { rule: &'static str, function: &'static str },
    /// `check` refuses something near, or nothing: what the build knows beyond finished objects makes it another rule.
    ByTypes(&'static str),
}

use Stands::{ByTypes, Once};

/// The rules of the build about finished objects, and those with the name of a rule of `check`.
#[rustfmt::skip]
const TABLE: &[(Rule, Stands)] = &[
    (Rule::AddressAsText, ByTypes("calls are lines of Rust, and an address without one is a mistake; check reads from policies who is admitted")),
    (Rule::ClusterWrittenField, ByTypes("a manifest of the language has the field only by mistake; foreign ones have uids and finalizers of exports")),
    (Rule::ClusterWrittenKind, ByTypes("foreign folders may hold Endpoints and Nodes by intent")),
    (Rule::DuplicateContainerPort, Once { rule: "duplicate-container-port", function: "repeated" }),
    (Rule::DuplicateMountPath, Once { rule: "duplicate-mount-path", function: "repeated" }),
    (Rule::DuplicateNodePort, Once { rule: "duplicate-node-port", function: "repeated" }),
    (Rule::DuplicateObject, Once { rule: "duplicate-object", function: "repeated" }),
    (Rule::DuplicateServicePort, ByTypes("it is said at the line that adds the port, and two ports to one port of a container count: admission is by the latter")),
    (Rule::DuplicateVariable, ByTypes("it is said at the line that gives the variable again; patches are seen by check alone")),
    (Rule::EmptySelector, Once { rule: "invalid-selector", function: "asks_nothing" }),
    (Rule::EphemeralContainer, ByTypes("a field that is there; the API server's validation in check finds it in what is not typed")),
    (Rule::InvalidAnnotation, Once { rule: "invalid-annotation", function: "annotation_key" }),
    (Rule::InvalidDataKey, Once { rule: "invalid-configuration-key", function: "data_key" }),
    (Rule::InvalidLabel, Once { rule: "invalid-label", function: "label_key" }),
    (Rule::InvalidObjectName, Once { rule: "invalid-name", function: "NameForm" }),
    (Rule::InvalidPodOverride, ByTypes("an override is read as a PodSpec, so that exceptions of its containers can be judged")),
    (Rule::InvalidRollout, Once { rule: "stuck-rolling-update", function: "is_stuck" }),
    (Rule::InvalidVariableValue, ByTypes("no rule of check looks at it")),
    (Rule::MissingContainer, ByTypes("no list is a typed one that is empty; in JSON the schema requires the field")),
    (Rule::MissingGoverningService, ByTypes("the build asks that a StatefulSet names a Service of its own pods; check, that the named one is there")),
    (Rule::MissingName, ByTypes("an object without a name is none for check, which names it as unread")),
    (Rule::MissingReason, ByTypes("exceptions are lines of Rust")),
    (Rule::MissingSecretStore, ByTypes("a store of AWS admits one namespace and one folder, which its type knows; check asks that the named store is there")),
    (Rule::MissingVolume, Once { rule: "missing-pod-volume", function: "missing_volumes" }),
    (Rule::NameTooLong, Once { rule: "invalid-name", function: "longest_name" }),
    (Rule::NamespaceOfClusterScopedObject, ByTypes("the type knows its scope; the API server ignores the field")),
    (Rule::NeedsMesh, ByTypes("conventions of the platform say whether there is a mesh")),
    (Rule::NullValue, ByTypes("the type of a chart's values knows which may be null, and the build then delivers them as text; check finds a null where Helm never sees it")),
    (Rule::ObjectTooLarge, Once { rule: "oversized-object", function: "CONFIGURATION" }),
    (Rule::PodSecurityViolation, Once { rule: "pod-security-violation", function: "beyond" }),
    (Rule::ProxyPort, ByTypes("no rule of check looks at it")),
    (Rule::SecretInPlainText, Once { rule: "secret-in-plain-text", function: "secret_texts" }),
    (Rule::SelectorMismatch, Once { rule: "selector-misses-template", function: "lacking_labels" }),
    (Rule::ServiceWithoutPods, Once { rule: "service-without-pods", function: "have_no_pods" }),
    (Rule::SharedSelector, ByTypes("a component is one workload, so that a second one is always one too many; in other manifests versions of one stand behind one Service")),
    (Rule::SystemFolder, ByTypes("no rule of check looks at it")),
    (Rule::UndeclaredSecurityException, ByTypes("exceptions are lines of Rust")),
    (Rule::UnknownVariable, ByTypes("no rule of check looks at it")),
    (Rule::UnpinnedImage, Once { rule: "mutable-image", function: "pinned" }),
    (Rule::UnplacedPod, ByTypes("node groups are typed")),
    (Rule::UnusedSecretException, ByTypes("exceptions are lines of Rust")),
    (Rule::UnusedSecurityException, ByTypes("exceptions are lines of Rust")),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The code of the Rust files below a folder, or of a file, without comments.
fn code(path: &Path) -> String {
    let mut text = String::new();
    if path.is_dir() {
        let mut entries: Vec<PathBuf> = fs::read_dir(path)
            .expect("a folder")
            .map(|entry| entry.expect("an entry").path())
            .collect();
        entries.sort();
        for entry in entries {
            text.push_str(&code(&entry));
        }
    } else if path.extension().is_some_and(|end| end == "rs") {
        let file = fs::read_to_string(path).expect("a readable file");
        for line in file.lines().filter(|line| !line.trim_start().starts_with("//")) {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

/// How often a word stands in code.
fn count(code: &str, word: &str) -> usize {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    code.split(|letter| !is_part(letter)).filter(|found| *found == word).count()
}

#[test]
fn each_rule_about_finished_objects_is_in_the_table() {
    let language = root().join("manifests-lib/src");
    let about_objects = code(&language.join("check")) + &code(&language.join("check.rs"));
    let names: Vec<&str> = rules::names().collect();
    let expected: Vec<&str> = Rule::ALL
        .iter()
        .filter(|rule| {
            // A claim that names a volume, and a container that mounts one, are not alike.
            names.contains(&rule.as_str()) || about_objects.contains(&format!("Rule::{rule:?},"))
        })
        .map(|rule| rule.as_str())
        .collect();
    let mut listed: Vec<&str> = TABLE.iter().map(|(rule, _)| rule.as_str()).collect();
    // What a platform's conventions say of every rollout is a part's rule, and the same function all the same.
    listed.retain(|name| *name != Rule::InvalidRollout.as_str());
    assert_eq!(listed, expected);
}

#[test]
fn what_stands_once_is_asked_by_both() {
    let [language, analysis] =
        ["manifests-lib/src", "xtask/analysis/src"].map(|it| code(&root().join(it)));
    let known: BTreeSet<&str> = rules::names().collect();
    for (rule, stands) in TABLE {
        match stands {
            Once { rule: name, function } => {
                assert!(known.contains(name), "{rule}: there is no rule {name}");
                // Its definition, and whoever asks it.
                assert!(
                    count(&language, function) > 1,
                    "{rule}: the build does not ask {function}"
                );
                assert!(count(&analysis, function) > 0, "{rule}: {name} does not ask {function}");
                let public = ["pub fn", "pub const fn", "pub const", "pub enum"];
                let defined: usize =
                    public.iter().map(|kind| count_defined(&language, kind, function)).sum();
                assert_eq!(defined, 1, "{function} stands once");
                let again: usize = ["fn", "const", "enum"]
                    .iter()
                    .map(|kind| count_defined(&analysis, kind, function))
                    .sum();
                assert_eq!(again, 0, "{function} stands in the checks again");
            }
            ByTypes(reason) => assert!(!reason.is_empty(), "{rule}"),
        }
    }
}

fn count_defined(code: &str, kind: &str, name: &str) -> usize {
    let begins = format!("{kind} {name}");
    let ends =
        |rest: &str| !rest.starts_with(|letter: char| letter.is_alphanumeric() || letter == '_');
    code.match_indices(&begins).filter(|(at, _)| ends(&code[at + begins.len()..])).count()
}
