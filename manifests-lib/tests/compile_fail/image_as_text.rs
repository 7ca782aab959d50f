use manifests_lib::workload::Container;

fn changes(container: &mut Container) {
    container.image = "nginx";
}

fn main() {}
