use manifests_lib::network::{Service, Tcp};
use manifests_lib::observability::Slo;

fn promises(database: &Service<Tcp>, slo: Slo) {
    database.slo(slo);
}

fn main() {}
