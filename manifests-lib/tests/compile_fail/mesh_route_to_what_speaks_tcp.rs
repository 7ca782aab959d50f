use manifests_lib::network::{Service, Tcp};

fn routes(database: &Service<Tcp>) {
    database.mesh_route();
}

fn main() {}
