//! What the compiler says when production is filled in with what belongs on a laptop, or not at all.
//!
//! After a change of the wording: `TRYBUILD=overwrite cargo test -p environment-prd --test compile_fail`.

#[test]
fn mistakes_are_errors_of_the_compiler() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
