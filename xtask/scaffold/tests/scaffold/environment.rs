//! `new environment`.

use std::fs;

use insta::assert_snapshot;

use crate::refusals::refused;
use crate::support::{Outcome, Scratch};

const STG: [&str; 4] = ["environment", "stg", "--like", "prd"];

/// Its values are still those of the other one; tests, what they need, and the rendered cluster stay behind.
#[test]
fn an_environment_is_a_copy_under_its_own_name_and_a_line_of_the_list() {
    assert_snapshot!(Scratch::new().diff_of(&STG), @r#"
    --- environments/Cargo.toml
    +++ environments/Cargo.toml
    @@ -7,2 +7,3 @@
     environment-prd = { path = "prd" }
    +environment-stg = { path = "stg" }
     # What they fill in.
    --- environments/src/lib.rs
    +++ environments/src/lib.rs
    @@ -10,2 +10,3 @@
         },
    +    Entry { name: "stg", environment: environment_stg::environment },
     ];
    --- /dev/null
    +++ environments/stg/Cargo.toml
    @@ -0,0 +1,8 @@
    +[package]
    +name = "environment-stg"
    +description = "The stg environment: EKS"
    +version.workspace = true
    +
    +[dependencies]
    +# The form.
    +services.workspace = true
    --- /dev/null
    +++ environments/stg/src/lib.rs
    @@ -0,0 +1,13 @@
    +//! The stg environment: EKS, for stg alone and not for prds.
    +
    +mod parts;
    +
    +/// Its settings.
    +pub fn settings() -> Settings<Aws> {
    +    Settings {
    +        site: site::Settings { name: name!("stg"), replicas: 2 },
    +        image: tag!("prd"),
    +        // A database of prd.
    +        database: aurora(name!("account"), secrets_manager_name!("prd/account/database")),
    +    }
    +}
    --- /dev/null
    +++ environments/stg/src/parts.rs
    @@ -0,0 +1,3 @@
    +//! Parts.
    +
    +pub mod nodes;
    --- /dev/null
    +++ environments/stg/src/parts/nodes.rs
    @@ -0,0 +1 @@
    +//! The nodes of stg.
    "#);
}

/// Two laptops of one name would be one cluster.
#[test]
fn a_laptop_gets_a_profile_of_its_own() {
    let diff = Scratch::new().diff_of(&["environment", "tst", "--like", "dev"]);
    assert!(diff.contains("+        profile: minikube_profile!(\"shop-tst\"),"), "{diff}");
}

#[test]
fn the_next_step_is_told() {
    assert_snapshot!(Scratch::new().run(&STG).stdout, @"
    new      environments/stg/Cargo.toml
    new      environments/stg/src/lib.rs
    new      environments/stg/src/parts.rs
    new      environments/stg/src/parts/nodes.rs
    changed  environments/Cargo.toml
    changed  environments/src/lib.rs

    Next: `cargo check` names the `about` that environments/src/lib.rs lacks. Then change in environments/stg/src what differs from prd:
    `cargo xtask render` names everything that both would use and must not share. docs/adding-an-environment.md tells the rest.
    ");
}

#[test]
fn a_name_with_a_hyphen_is_one_of_rust_with_an_underscore() {
    let scratch = Scratch::new();
    let diff = scratch.diff_of(&["environment", "prd-eu", "--like", "prd"]);
    assert!(diff.contains("+environment-prd-eu = { path = \"prd-eu\" }"), "{diff}");
    assert!(diff.contains("environment: environment_prd_eu::environment"), "{diff}");
    assert!(
        diff.contains("+//! The prd-eu environment: EKS, for prd-eu alone and not for prds."),
        "{diff}"
    );
}

#[test]
fn the_other_one_has_to_be_named_and_to_exist() {
    let scratch = Scratch::new();
    let message =
        refused(&scratch, |scratch| scratch.run(&["environment", "stg", "--like", "tst"]));
    assert_snapshot!(message, @"error: there is no environment tst in environments/src/lib.rs; nothing was written: choose one of dev, prd for --like");
    let message = refused(&scratch, |scratch| scratch.run(&["environment", "stg"]));
    assert!(message.contains("--like <ENV>"), "{message}");
}

/// An environment, the folder of the list, a folder that nothing lists, and a line without a folder.
#[test]
fn a_name_that_is_taken() {
    let run = |name: &'static str| {
        move |scratch: &Scratch| -> Outcome { scratch.run(&["environment", name, "--like", "prd"]) }
    };
    let scratch = Scratch::new();
    assert_snapshot!(refused(&scratch, run("prd")), @"error: environments/prd exists already; nothing was written: choose another name, or move it away");
    refused(&scratch, run("src"));
    fs::create_dir(scratch.path("environments/stg")).expect("a folder");
    refused(&scratch, run("stg"));
    fs::remove_dir(scratch.path("environments/stg")).expect("a folder");
    scratch.edit("environments/src/lib.rs", "name: \"dev\"", "name: \"stg\"");
    assert_snapshot!(refused(&scratch, run("stg")), @"error: environments/src/lib.rs lists stg already; nothing was written: choose another name");
}

/// The copy would write to the other one's snapshots.
#[test]
fn an_environment_that_does_not_say_its_name() {
    let scratch = Scratch::new();
    scratch.edit("environments/prd/src/lib.rs", "name!(\"prd\")", "NAME");
    assert_snapshot!(refused(&scratch, |scratch| scratch.run(&STG)), @r#"error: environments/prd/src has no `name!("prd")`, so the copy would call itself prd; nothing was written: give that environment its name by this literal"#);
}

#[test]
fn a_list_or_a_manifest_without_a_place() {
    for (path, from, to) in [
        ("environments/src/lib.rs", "pub const ALL", "pub const SOME"),
        ("environments/Cargo.toml", "[dependencies]", "[dev-dependencies]"),
        ("environments/prd/Cargo.toml", "[package]", "[workspace]"),
    ] {
        let scratch = Scratch::new();
        scratch.edit(path, from, to);
        let message = refused(&scratch, |scratch| scratch.run(&STG));
        assert!(message.contains(&format!("{path} has no ")), "{message}");
    }
    let scratch = Scratch::new();
    scratch.write("environments/Cargo.toml", "[package\n");
    assert_snapshot!(refused(&scratch, |scratch| scratch.run(&STG)), @"
    error: environments/Cargo.toml is not TOML: TOML parse error at line 1, column 9
      |
    1 | [package
      |         ^
    unclosed table, expected `]`
    nothing was written: mend it, then run again
    ");
}
