use manifests_lib::workload::Container;

fn changes(container: &mut Container) {
    container.name = "gin";
    container.port = 8080;
    container.user = 65532;
    container.resources.memory = "128Mi";
}

fn main() {}
