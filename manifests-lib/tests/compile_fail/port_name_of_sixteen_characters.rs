use manifests_lib::port_name;
use manifests_lib::values::PortName;

fn name() -> PortName {
    port_name!("administrators-1")
}

fn main() {}
