//! Files from the network.

use std::time::Duration;

/// The largest file that is downloaded, in bytes; the largest known CRD bundle has about 5 MB.
const LIMIT: u64 = 64 * 1024 * 1024;

/// Time limit of one file, from the DNS lookup to the last byte.
const TIMEOUT: Duration = Duration::from_mins(1);

/// Downloads a file; the error says why that failed.
pub fn download(url: &str) -> Result<Vec<u8>, ureq::Error> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(TIMEOUT))
        .user_agent(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")))
        .build()
        .into();
    let mut response = agent.get(url).call()?;
    response.body_mut().with_config().limit(LIMIT).read_to_vec()
}
