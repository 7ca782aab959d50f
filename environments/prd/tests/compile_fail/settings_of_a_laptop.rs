use services::infra::fluentbit;
use services::platform::Settings;
use services::site::{Aws, Laptop};

fn changes(prd: &mut Settings<Aws>, dev: fluentbit::Settings<Laptop>) {
    prd.fluentbit = dev;
}

fn main() {}
