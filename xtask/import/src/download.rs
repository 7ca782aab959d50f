//! Source files from the network.

use std::time::Duration;

use crate::failure::{Failure, Result};

/// The largest file that is downloaded, in bytes; the largest known CRD bundle has about 5 MB.
const LIMIT: u64 = 64 * 1024 * 1024;

/// How long one file may take, from the first look-up of the host to the last byte.
const TIMEOUT: Duration = Duration::from_mins(1);

/// Downloads a file.
///
/// # Errors
/// If the server does not answer in time or not with the file.
pub fn download(url: &str) -> Result<Vec<u8>> {
    let failed = |reason: String| {
        Failure::new(format!(
            "{url} cannot be downloaded: {reason}; check the URL in crds.toml and the network, or give the file with --from"
        ))
    };
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(TIMEOUT))
        .user_agent(concat!(
            env!("CARGO_PKG_NAME"),
            "/",
            env!("CARGO_PKG_VERSION")
        ))
        .build()
        .into();
    let mut response = agent
        .get(url)
        .call()
        .map_err(|error| failed(error.to_string()))?;
    response
        .body_mut()
        .with_config()
        .limit(LIMIT)
        .read_to_vec()
        .map_err(|error| failed(error.to_string()))
}
