//! The programs beside xtask, with a fake cargo that only prints how it was called.

use super::fakes::Fakes;

/// How each command calls cargo; options are the program's own.
#[test]
fn the_programs_get_their_options_as_they_stand() {
    for (arguments, call) in [
        (
            &["crd", "import", "--from", "a b", "--check"][..],
            "run --quiet --package import -- crd --from a b --check",
        ),
        (&["chart", "import", "--help"], "run --quiet --package import -- chart --help"),
        (&["conformance", "api", "--keep"], "run --quiet --package conformance -- api --keep"),
        (&["new", "service", "stock"], "run --quiet --package scaffold -- service stock"),
        (&["cluster", "check", "--help"], "run --quiet --package eksctl-schema -- --help"),
    ] {
        let fakes = Fakes::new(&[]);
        let run = fakes.with_cargo("exit 0").xtask(arguments);
        assert_eq!((run.code(), run.stdout().trim()), (Some(0), call), "{arguments:?}");
    }
}

#[test]
fn their_exit_codes_are_ours() {
    for code in [1, 2, 101] {
        let run = Fakes::new(&[]).with_cargo(&format!("exit {code}")).xtask(&["conformance"]);
        assert_eq!(run.code(), Some(code));
    }
}

/// A signal ends the program, and the shell sees that signal. Not SIGINT, which a shell makes its background jobs ignore.
#[test]
fn a_signal_ends_us_as_it_ends_them() {
    for arguments in [&["crd", "import"][..], &["conformance"], &["cluster", "check"]] {
        let run = Fakes::new(&[]).with_cargo("kill -TERM $$").xtask(arguments);
        assert_eq!(run.signal(), Some(15), "{arguments:?}");
    }
}

#[test]
fn without_cargo_the_way_out_is_told() {
    let run = Fakes::new(&[]).with("CARGO", "/nowhere/cargo").xtask(&["crd", "import"]);
    assert_eq!(run.code(), Some(2));
    insta::assert_snapshot!(run.stderr(), @"error: cannot start /nowhere/cargo to build the program import: No such file or directory (os error 2); install Rust with rustup");
}
