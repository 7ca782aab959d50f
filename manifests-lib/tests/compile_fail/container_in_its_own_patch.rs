use manifests_lib::plain;
use manifests_lib::workload::{ContainerHandle, WithPort};

fn example(server: &ContainerHandle<WithPort>) {
    let other = server.clone();
    server.patch(move |_| other.env([plain!("LOG", "debug")]));
}

fn main() {}
