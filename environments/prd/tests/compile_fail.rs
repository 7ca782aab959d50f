//! The compiler's errors when production gets settings of a laptop, or lacks one.
//!
//! When the compiler's wording has changed: `TRYBUILD=overwrite cargo test -p environment-prd --test compile_fail`.

#[test]
fn mistakes_are_errors_of_the_compiler() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
