//! Tags of images: the literal that is edited, and what becomes of it where rendering fails.

use std::fs;
use std::path::Path;

use insta::assert_snapshot;

use crate::support::{Outcome, Scratch, files};

const PRD: &str = "environments/prd/src/lib.rs";
const DIGEST: &str = "58ad3b3b5eed89e47ebbd5e776de0d6d85d924002773933ab881da49c073b85d";

/// The forms in which sources have images.
const SOURCE: &str = r#"//! The prd environment.

/// The database.
const MYSQL: PublicImage = public_image!(
    "mysql:8.4.11@sha256:b3b90af2a6552ae30c266fdb7d5dd55f3afb72404bb78d37fe8a23eb857fd3fb"
);

/// Its settings.
pub fn settings() -> Settings<Aws> {
    Settings {
        // Kept as it stands:   even this.
        account: account::Settings {
            image: image(repository!("account-gin"), fixed_tag!("d74ac1c")),
            replicas: 2,
        },
        order: order::Settings {
            lumen: EcrImage { registry, repository: repository!("order-lumen"), tag: fixed_tag!("b5d0574") },
            nginx: latest(repository!("order-nginx")),
        },
        twice: twice::Settings {
            first: image(repository!("twice"), tag!("v1")),
            second: image(repository!("twice"), manifests_lib::fixed_tag!("1.2.3")),
        },
    }
}
"#;

/// Counts its calls, and finds a difference to write.
const RENDERS: &str = "echo \"$*\" >> calls; case \"$*\" in *--check*) exit 1 ;; esac";

fn scratch() -> Scratch {
    let scratch = Scratch::new();
    scratch.write(PRD, SOURCE);
    scratch
}

fn set(scratch: &Scratch, cargo: &str, images: &[&str]) -> Outcome {
    scratch.run_with_cargo(cargo, &[&["image", "set", "prd"], images].concat())
}

/// The message of a run that changes nothing.
fn refused(cargo: &str, images: &[&str]) -> String {
    let scratch = scratch();
    let before = scratch.files();
    let outcome = set(&scratch, cargo, images);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{}", outcome.stderr);
    assert_eq!(scratch.files(), before);
    outcome.stderr
}

#[test]
fn only_the_literal_changes_and_the_environment_is_rendered() {
    let scratch = scratch();
    let mysql = format!("MYSQL=8.4.12@sha256:{DIGEST}");
    let second = format!("twice.second=release@sha256:{DIGEST}");
    let images = ["account-gin=00690e9", "order.lumen=cad5c87", "twice.first=v2", &second, &mysql];
    let outcome = set(&scratch, RENDERS, &images);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    assert_snapshot!(outcome.stdout);
    let new = SOURCE
        .replace("d74ac1c", "00690e9")
        .replace("b5d0574", "cad5c87")
        .replace("tag!(\"v1\")", "tag!(\"v2\")")
        .replace("\"1.2.3\"", &format!("\"release@sha256:{DIGEST}\""));
    let (rest, _) = SOURCE.split_once("8.4.11").expect("a tag");
    let text = fs::read_to_string(scratch.path(PRD)).expect("a file");
    assert!(text.starts_with(rest) && text.contains(&format!("mysql:8.4.12@sha256:{DIGEST}")));
    // Formatted, as long lines have become longer.
    let (_, settings) = new.split_once("// Kept").expect("a comment");
    let words = |text: &str| {
        text.split_whitespace().collect::<String>().replace(",)", ")").replace(",}", "}")
    };
    assert!(words(&text).contains(&words(settings)), "{text}");
    let calls = fs::read_to_string(scratch.path("calls")).expect("calls");
    assert_eq!(calls, "xtask render prd --check\nxtask render prd --names\n");
}

#[test]
fn a_tag_that_is_there_already_is_only_rendered() {
    let scratch = scratch();
    let before = scratch.files();
    let outcome = set(&scratch, "exit 0", &["account-gin=d74ac1c", "account.image=d74ac1c"]);
    assert_snapshot!(outcome.stdout, @"as it was environments/prd/src/lib.rs:13 account-gin (account.image): d74ac1c");
    assert_eq!((outcome.code, scratch.files()), (0, before));
}

#[test]
fn what_does_not_render_is_taken_back() {
    let compiler = "echo 'error: evaluation panicked: a fixed tag has a commit' >&2; exit 101";
    assert_snapshot!(refused(compiler, &["account-gin=00690e9"]), @r"
    error: prd does not render with the new tag
        error: evaluation panicked: a fixed tag has a commit
    error: the sources are as they were
    ");
    let full = "case \"$*\" in *--check*) exit 1 ;; *) exit 2 ;; esac";
    assert_snapshot!(refused(full, &["account-gin=00690e9"]), @r"
    error: prd could not be written as a whole: once there is room, `cargo xtask render prd` puts its snapshots right
    error: the sources are as they were
    ");
    let signal = "kill -TERM $PPID; exit 143";
    assert_snapshot!(refused(signal, &["account-gin=00690e9"]), @r"
    error: interrupted
    error: the sources are as they were
    ");
}

#[test]
fn a_person_who_writes_meanwhile_keeps_what_he_wrote() {
    let scratch = scratch();
    let edits = format!("echo '// mine' >> {PRD}; exit 2");
    let outcome = set(&scratch, &edits, &["account-gin=00690e9"]);
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("another program has changed it since"), "{}", outcome.stderr);
    assert!(fs::read_to_string(scratch.path(PRD)).expect("a file").ends_with("// mine\n"));
}

#[test]
fn names_that_are_not_there_or_mean_several() {
    let never = "echo called; exit 3";
    let mut messages = String::new();
    for images in [
        &["acount-gin=00690e9"][..],
        &["account=00690e9"],
        &["zebra=00690e9"],
        &["order-nginx=00690e9"],
        &["twice=00690e9"],
        &["account-gin=00690e9", "account.image=d74ac1c"],
        &["account-gin\u{1b}[31m=00690e9"],
        &["--moves=account-gin", "account-gin=latest"],
        &["MYSQL=8.4.12"],
        &["twice.first=v1@sha256:58ad"],
    ] {
        messages.push_str(&refused(never, images));
    }
    assert_snapshot!(messages);
}

#[test]
fn text_that_would_end_the_literal_stays_in_it() {
    let scratch = scratch();
    set(&scratch, "exit 0", &["account-gin=a\"); std::process::exit(1"]);
    let text = fs::read_to_string(scratch.path(PRD)).expect("a file");
    assert!(text.contains(r#"fixed_tag!("a\"); std::process::exit(1")"#), "{text}");
}

/// As docs/your-own-platform.md has them: a function each.
#[test]
fn one_crate_of_all_environments() {
    let scratch = scratch();
    fs::remove_dir_all(scratch.path("environments")).expect("a folder");
    let function = |name: &str| {
        format!(
            "fn {name}() -> Environment {{\n    services::platform(Settings {{ web: image(repository!(\"web\"), fixed_tag!(\"d74ac1c\")) }})\n}}\n"
        )
    };
    let text = format!("{}\n{}", function("prd"), function("stg_eu"));
    scratch.write("environments/src/lib.rs", &text);
    let outcome = scratch.run_with_cargo("exit 0", &["image", "set", "stg-eu", "web=00690e9"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let new = fs::read_to_string(scratch.path("environments/src/lib.rs")).expect("a file");
    let (prd, stg) = new.split_once("stg_eu").expect("a function");
    assert!(
        prd.contains("d74ac1c") && !stg.contains("d74ac1c") && stg.contains("00690e9"),
        "{new}"
    );
}

#[test]
fn the_images_of_this_repository_are_found() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let scratch = Scratch::new();
    fs::remove_dir_all(scratch.path("environments")).expect("a folder");
    for (path, text) in files(&root.join("environments")) {
        scratch.write(&format!("environments/{path}"), &text);
    }
    let listed = scratch.run(&["image", "list", "dev", "prd"]);
    assert_eq!((listed.code, listed.stderr.as_str()), (0, ""));
    // Every image in the snapshots of production that is ours has a line, by which its tag can be set.
    for (path, text) in files(&root.join("environments/prd/src")) {
        for literal in text.split("repository!(\"").skip(1) {
            let name = literal.split('"').next().expect("a name");
            let line = listed.stdout.lines().find(|line| line.contains(&format!("prd {name} (")));
            assert!(line.is_some_and(|line| line.contains(&path)), "{name}: {}", listed.stdout);
            let outcome = set(&scratch, "exit 0", &[&format!("{name}=0123456")]);
            assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        }
    }
}
