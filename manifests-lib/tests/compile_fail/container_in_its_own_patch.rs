use manifests_lib::plain;
use manifests_lib::workload::{ContainerHandle, WithPort};

fn example(server: &ContainerHandle<WithPort>) {
    server.patch(|_| server.env([plain!("LOG", "debug")]));
}

fn main() {}
