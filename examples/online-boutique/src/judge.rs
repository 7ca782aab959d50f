//! The lanes, with the environments of the example.

use std::process::ExitCode;

fn main() -> ExitCode {
    conformance::run_with_records(
        online_boutique::environments::ALL,
        "examples/online-boutique/reviews",
    )
}
