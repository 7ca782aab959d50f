//! Files from the network.

use std::time::Duration;

/// The largest file that is downloaded, in bytes; the largest known CRD bundle has about 5 MB.
const LIMIT: u64 = 64 * 1024 * 1024;

/// How long one file may take, from the first look-up of the host to the last byte.
const TIMEOUT: Duration = Duration::from_mins(1);

/// Downloads a file; an error tells why the server did not answer in time or not with the file.
pub fn download(url: &str) -> Result<Vec<u8>, ureq::Error> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(TIMEOUT))
        .user_agent(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")))
        .build()
        .into();
    let mut response = agent.get(url).call()?;
    response.body_mut().with_config().limit(LIMIT).read_to_vec()
}
