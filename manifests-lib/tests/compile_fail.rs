//! What a newcomer's compiler says about the mistakes that the types make impossible.
//!
//! After a change of the wording: `TRYBUILD=overwrite cargo test -p manifests-lib --test compile_fail`.

#[test]
fn mistakes_are_errors_of_the_compiler() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
