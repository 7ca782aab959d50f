//! What the program does not do, and that nothing changes then.

use std::fs;
use std::os::unix::fs::symlink;

use insta::assert_snapshot;

use crate::support::{Outcome, Scratch};

const PLATFORM: &str = "services/src/platform.rs";

/// The message of a run that changes nothing.
pub fn refused(scratch: &Scratch, run: impl Fn(&Scratch) -> Outcome) -> String {
    let before = scratch.files();
    let outcome = run(scratch);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{}", outcome.stderr);
    assert_eq!(scratch.files(), before);
    outcome
        .stderr
        .replace(scratch.path("").display().to_string().trim_end_matches('/'), "WORKSPACE")
}

fn refused_name(name: &str) -> String {
    refused(&Scratch::new(), |scratch| scratch.run(&["service", name]))
}

#[test]
fn names_that_kubernetes_does_not_take() {
    assert_snapshot!(refused_name("Stock"), @"
    error: invalid value 'Stock' for '<NAME>': a name has 1 to 63 of a-z, 0-9 and '-', begins with a letter, ends with a letter or digit and has no two '-' in a row, such as gift-card

    For more information, try '--help'.
    ");
    for name in ["", "stock-", "1st", "gift_card", "gift--card", "../stock", "käse"] {
        assert!(refused_name(name).contains("a name has 1 to 63 of a-z, 0-9 and '-'"), "{name}");
    }
    let longest = "a".repeat(63);
    assert_eq!(Scratch::new().run(&["service", &longest]).code, 0);
    assert!(refused_name(&format!("{longest}a")).contains("a name has 1 to 63"));
}

#[test]
fn names_that_are_words_of_rust() {
    assert_snapshot!(refused_name("type"), @"
    error: invalid value 'type' for '<NAME>': type is a word of Rust, so that no module can have this name; choose another one

    For more information, try '--help'.
    ");
    for word in ["mod", "self", "crate", "async", "gen", "abstract"] {
        assert!(refused_name(word).contains("is a word of Rust"), "{word}");
    }
}

/// A field of the settings, a module, an import, a variable.
#[test]
fn names_that_the_bill_of_materials_has_already() {
    assert_snapshot!(refused_name("cart"), @"error: services/src/platform.rs calls something cart already; nothing was written: choose another name");
    for name in ["metrics", "site", "host", "literal", "infra", "platform", "settings"] {
        assert!(refused_name(name).contains("calls something"), "{name}");
    }
}

#[test]
fn a_service_a_second_time() {
    let scratch = Scratch::new();
    assert_eq!(scratch.run(&["service", "stock"]).code, 0);
    refused(&scratch, |scratch| scratch.run(&["service", "stock"]));
}

#[test]
fn a_file_that_nothing_leads_to() {
    let scratch = Scratch::new();
    scratch.write("services/src/app/stock.rs", "// half a day's work\n");
    let message = refused(&scratch, |scratch| scratch.run(&["service", "stock"]));
    assert_snapshot!(message, @"error: services/src/app/stock.rs exists already; nothing was written: choose another name, or move it away");
    // A link that leads nowhere is no free place either.
    fs::remove_file(scratch.path("services/src/app/stock.rs")).expect("a file");
    symlink("/nowhere", scratch.path("services/src/app/stock.rs")).expect("a link");
    assert_eq!(refused(&scratch, |scratch| scratch.run(&["service", "stock"])), message);
}

#[test]
fn a_module_without_a_file() {
    let scratch = Scratch::new();
    scratch.edit("services/src/app.rs", "pub mod cart;", "pub mod cart;\npub mod stock;");
    let message = refused(&scratch, |scratch| scratch.run(&["service", "stock"]));
    assert_snapshot!(message, @"error: services/src/app.rs has a module stock already; nothing was written: choose another name");
}

#[test]
fn a_file_in_the_middle_of_an_edit() {
    let scratch = Scratch::new();
    scratch.edit(PLATFORM, "cart::bundle(&shop, &site, cart)", "cart::bundle(&shop");
    let message = refused(&scratch, |scratch| scratch.run(&["service", "stock"]));
    assert_snapshot!(message, @"error: services/src/platform.rs:44 is not Rust: cannot parse string into token stream; nothing was written: mend it, then run again");
}

#[test]
fn a_bill_of_materials_without_a_place() {
    for (from, to) in [
        ("pub struct Settings<P", "pub struct Form<P"),
        ("let Settings { site, cart, payment, traces } = settings;", ""),
        ("pub fn environment<P", "pub fn built<P"),
    ] {
        let scratch = Scratch::new();
        scratch.edit(PLATFORM, from, to);
        let message = refused(&scratch, |scratch| scratch.run(&["service", "stock"]));
        assert!(message.contains("services/src/platform.rs has no "), "{message}");
        assert!(message.contains("; nothing was written: write it by hand"), "{message}");
    }
}

#[test]
fn another_folder_than_a_workspace_of_manifests() {
    let scratch = Scratch::new();
    fs::remove_file(scratch.path(PLATFORM)).expect("a file");
    let message = refused(&scratch, |scratch| scratch.run(&["service", "stock"]));
    assert_snapshot!(message, @"error: services/src/platform.rs cannot be read: No such file or directory (os error 2); nothing was written: this command needs that file of the workspace WORKSPACE");
}

#[test]
fn a_symbolic_link_in_place_of_a_file() {
    let scratch = Scratch::new();
    let elsewhere = scratch.path("elsewhere.rs");
    fs::rename(scratch.path(PLATFORM), &elsewhere).expect("a file");
    symlink(&elsewhere, scratch.path(PLATFORM)).expect("a link");
    let message = refused(&scratch, |scratch| scratch.run(&["service", "stock"]));
    assert_snapshot!(message, @"error: services/src/platform.rs cannot be read: it is a symbolic link; nothing was written: this command needs that file of the workspace WORKSPACE");
}

/// The module fits, the bill of materials does not.
#[test]
fn a_disk_that_takes_only_some_of_it() {
    let scratch = Scratch::new();
    let message = refused(&scratch, |scratch| scratch.run_with_room(1, &["service", "stock"]));
    assert_snapshot!(message, @"error: services/src/platform.rs cannot be written: File too large (os error 27); nothing was written: make room for it, then run again");
    assert_eq!(scratch.run_with_room(2, &["service", "stock"]).code, 0);
}
