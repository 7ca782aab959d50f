use manifests_lib::prelude::*;

fn further(files: &ExternalServiceHandle<Tls>) {
    let _ = files.another_port(port!(80), Http);
}

fn main() {}
