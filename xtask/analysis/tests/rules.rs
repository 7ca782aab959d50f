//! Each rule finds something in its bad manifests, and nothing in its good ones.

use std::env;
use std::path::{Path, PathBuf};

use analysis::check::{Checked, Rule, check_all, rules};
use analysis::environment::Environment;
use analysis::objects::{Objects, read};
use analysis::report;

/// The folder of a rule's manifests.
fn folder(rule: &Rule, which: &str) -> PathBuf {
    let name = rule.name.replace('-', "_");
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src/check")
        .join(rule.family.name())
        .join(name)
        .join(which)
}

/// Every rule but the one about exceptions, which has tests of its own.
fn all() -> impl Iterator<Item = &'static Rule> {
    rules::ALL.iter().copied().filter(|rule| rule.name != rules::IDLE_EXCEPTION.name)
}

/// Checks the manifests of a folder; each file is an environment of its own, and the files of a folder are checked together. One whose
/// name begins with `whole` is all that its cluster has.
fn findings(rule: &'static Rule, folder: &Path) -> (String, usize) {
    let cases = sorted(folder);
    assert!(!cases.is_empty(), "{} is empty", folder.display());
    let (mut text, mut count) = (String::new(), 0);
    for case in cases {
        let files = if case.is_dir() { sorted(&case) } else { vec![case] };
        let together = files.len() > 1;
        let environments = files.iter().map(|file| {
            // Lines are shown with the paths below the folder of the rule.
            let read = read(file).expect("a readable file");
            assert!(read.troubles.is_empty(), "{:?}", read.troubles);
            let name = file.file_stem().map(|name| name.to_string_lossy().into_owned());
            let is_whole = name.as_ref().is_some_and(|name| name.starts_with("whole"));
            let mut environment =
                Environment::of(name.filter(|_| together), Objects::new(read.objects));
            environment.cluster.is_whole = is_whole;
            environment
        });
        let environments: Vec<Environment> = environments.collect();
        let checked: Vec<Checked> = check_all(&environments, &[rule]);
        count += checked.iter().map(|checked| checked.findings.len()).sum::<usize>();
        text.push_str(&report::plain(&environments, &checked));
    }
    let shown = text.replace(&format!("{}/", folder.display()), "");
    (shown, count)
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("a readable folder").path())
        .collect();
    entries.sort();
    entries
}

#[test]
fn each_rule_finds_what_is_bad() {
    for rule in all() {
        let (text, count) = findings(rule, &folder(rule, "bad"));
        assert!(count > 0, "{} finds nothing in its bad manifests", rule.name);
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => folder(rule, "") }, {
            insta::assert_snapshot!("findings", text);
        });
    }
}

#[test]
fn no_rule_finds_anything_in_what_is_good() {
    for rule in all() {
        let (text, count) = findings(rule, &folder(rule, "good"));
        assert_eq!(count, 0, "{} finds in its good manifests:\n{text}", rule.name);
    }
}

#[test]
fn names_are_in_kebab_case_and_stand_once() {
    let mut names: Vec<&str> = rules::names().collect();
    for name in &names {
        assert!(name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-'), "{name}");
    }
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn rules_are_listed_by_family_and_name() {
    let listed: Vec<_> = rules::ALL.iter().map(|rule| (rule.family.name(), rule.name)).collect();
    assert!(listed.is_sorted(), "{listed:#?}");
}

#[test]
fn texts_are_sentences_without_a_full_stop() {
    for rule in rules::ALL {
        for text in [rule.summary, rule.consequence, rule.remedy] {
            assert!(!text.is_empty() && !text.ends_with('.'), "{}: {text}", rule.name);
        }
        assert!(!rule.explanation.is_empty(), "{}", rule.name);
    }
}

#[test]
fn each_rule_has_its_page() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/rules");
    let pages = report::pages();
    let way_out = "run `cargo run -p analysis --example pages`";
    for (name, page) in &pages {
        let found = std::fs::read_to_string(folder.join(name)).unwrap_or_default();
        assert_eq!(found, *page, "{name} is not what the rules say: {way_out}");
    }
    for entry in std::fs::read_dir(&folder).expect("a folder of pages") {
        let name = entry.expect("a readable folder").file_name().to_string_lossy().into_owned();
        assert!(pages.contains_key(&name), "{name} is the page of no rule: {way_out}");
    }
}

#[test]
fn each_rule_has_its_constant() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../manifests-lib/src/check/rules.rs");
    let found = std::fs::read_to_string(file).expect("the constants");
    assert_eq!(found, report::constants(), "run `cargo run -p analysis --example pages`");
}
