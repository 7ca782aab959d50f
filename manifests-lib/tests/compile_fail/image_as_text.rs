use manifests_lib::Container;

fn changes(container: &mut Container) {
    container.image = "nginx";
}

fn main() {}
