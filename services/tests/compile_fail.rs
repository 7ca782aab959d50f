//! The compiler's errors when an environment in AWS gets what belongs to a laptop, or lacks a setting. They name no service and no
//! environment.
//!
//! When the compiler's wording has changed: `TRYBUILD=overwrite cargo test -p services --test compile_fail`.

#[test]
fn mistakes_are_errors_of_the_compiler() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
