//! What plans say of typical changes: the folders below `src/plan/cases`, by effect.

use std::fs;
use std::path::{Path, PathBuf};

use analysis::command::plan::Format;
use analysis::environment::Environment;
use analysis::objects::{Objects, read};
use analysis::plan::{Effect, Plan, plan, report};

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/plan/cases")
}

fn folders(of: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(of).unwrap_or_else(|error| panic!("{}: {error}", of.display()));
    let mut folders: Vec<PathBuf> = entries
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

/// The folder of each case, with the effect that it is about; those of Argo CD are about several.
fn all() -> Vec<(PathBuf, Option<Effect>)> {
    let mut all = Vec::new();
    for folder in folders(&cases()) {
        let name = folder.file_name().expect("a name").to_string_lossy().replace('_', "-");
        let effect = Effect::ALL.into_iter().find(|effect| effect.name() == name);
        assert!(effect.is_some() || name == "argo", "{name} is no effect");
        all.extend(folders(&folder).into_iter().map(|case| (case, effect)));
    }
    all
}

fn environment(file: &Path) -> Environment {
    let read = read(file).expect("a readable file");
    assert!(read.troubles.is_empty(), "{:?}", read.troubles);
    Environment::of(None, Objects::new(read.objects))
}

fn planned(case: &Path) -> Plan {
    plan(&environment(&case.join("from.yaml")), &environment(&case.join("to.yaml")))
}

/// Lines are shown with the paths below the folder of the case.
fn shown(text: &str, case: &Path) -> String {
    text.replace(&format!("{}/", case.display()), "")
}

#[test]
fn plans_of_typical_changes_say_what_happens() {
    for (case, _) in all() {
        let text = shown(&report::plain(&[planned(&case)]), &case);
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => &case }, {
            insta::assert_snapshot!("plan", text);
        });
    }
}

#[test]
fn each_case_has_the_effect_that_it_is_about() {
    for (case, effect) in all() {
        if let Some(effect) = effect {
            let plan = planned(&case);
            let found: Vec<_> = plan.totals().into_keys().collect();
            // What is equal by meaning is no change at all.
            let is_nothing = case.ends_with("defaults_and_spellings");
            assert!(
                is_nothing && found.is_empty() || plan.has(&[effect]),
                "{}: {found:?}",
                case.display()
            );
        }
    }
}

#[test]
fn nothing_changes_where_both_sides_are_the_same() {
    for (case, _) in all() {
        for side in ["from.yaml", "to.yaml"] {
            let file = case.join(side);
            let plan = plan(&environment(&file), &environment(&file));
            assert!(plan.is_empty(), "{}", report::plain(&[plan]));
        }
    }
}

#[test]
fn no_report_has_a_value_of_a_secret() {
    let case = cases().join("until_restart/secret_by_sub_path");
    let plan = [planned(&case)];
    for format in [Format::Text, Format::Markdown, Format::Json, Format::Html] {
        let text = report::print(format, &plan).expect("a report");
        assert!(text.contains("password"), "{text}");
        for value in ["hunter2", "correct-horse", "aHVudGVyMg", "Y29ycmVjdC1ob3JzZQ"] {
            assert!(!text.contains(value), "{format:?}: {value}");
        }
    }
}

/// One case as each program reads it.
fn printed(format: Format) -> String {
    let case = cases().join("outage/address");
    shown(&report::print(format, &[planned(&case)]).expect("a report"), &case)
}

#[test]
fn json_has_a_stable_form() {
    insta::assert_snapshot!(printed(Format::Json));
}

#[test]
fn a_comment_has_the_risks_first() {
    insta::assert_snapshot!(printed(Format::Markdown));
}

#[test]
fn a_page_has_all_of_a_plan() {
    let page = printed(Format::Html);
    for part in
        ["spec.clusterIP", "10.96.0.10", "must be recreated", "kubectl -n shop delete service cart"]
    {
        assert!(page.contains(part), "{part} is not in {page}");
    }
}
