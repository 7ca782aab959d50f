//! What the compiler says about values that a chart does not have.
//!
//! After a change of the wording: `TRYBUILD=overwrite cargo test -p helm-values --test compile_fail`.

#[test]
fn mistakes_are_errors_of_the_compiler() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
