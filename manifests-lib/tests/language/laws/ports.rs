use std::panic::catch_unwind;

use manifests_lib::values::{NodePort, Port};
use proptest::prelude::*;

#[test]
fn every_number_but_zero_is_a_port() {
    for number in 1..=u16::MAX {
        let port = Port::from_static(number);
        assert_eq!(port.number(), number);
        assert_eq!(i32::from(port), i32::from(number));
        assert_eq!(port.to_string(), number.to_string());
    }
    assert!(catch_unwind(|| Port::from_static(0)).is_err());
}

#[test]
fn every_number_of_the_range_is_a_node_port() {
    for number in 30_000..=32_767 {
        assert_eq!(NodePort::from_static(number).number(), number);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn no_number_outside_of_the_range_is_a_node_port(number in prop_oneof![0..30_000_u16, 32_768..=u16::MAX]) {
        prop_assert!(catch_unwind(|| NodePort::from_static(number)).is_err());
    }
}

#[test]
fn the_ends_of_the_range_are_exact() {
    for number in [29_999, 32_768] {
        assert!(catch_unwind(|| NodePort::from_static(number)).is_err());
    }
}
