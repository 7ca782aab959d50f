use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use manifests_lib::values::{gibibytes, mebibytes, millicores};
use proptest::prelude::*;

/// A quantity of the forms that the API server leaves as they are, as amount and thousandths of the unit; nothing for any
/// other form.
///
/// Its rule for binary suffixes: the largest one that leaves a whole number, none for zero. For thousandths: none if the
/// number is whole.
fn canonical(quantity: &Quantity) -> Option<u128> {
    let text = quantity.0.as_str();
    let digits = text.find(|character: char| !character.is_ascii_digit());
    let (amount, suffix) = text.split_at(digits.unwrap_or(text.len()));
    if amount.len() > 1 && amount.starts_with('0') {
        return None;
    }
    let amount: u128 = amount.parse().ok()?;
    let power = match suffix {
        "m" => return (!amount.is_multiple_of(1000)).then_some(amount),
        "" => return Some(amount * 1000),
        "Ki" => 1,
        "Mi" => 2,
        "Gi" => 3,
        "Ti" => 4,
        "Pi" => 5,
        "Ei" => 6,
        _ => return None,
    };
    (!amount.is_multiple_of(1024)).then(|| amount * 1024_u128.pow(power) * 1000)
}

/// Amounts of every magnitude, and those at which the suffix changes.
fn amounts() -> impl Strategy<Value = u32> {
    prop_oneof![
        any::<u32>(),
        0..5000_u32,
        (0..=21_u32, 1..8_u32).prop_map(|(shift, factor)| factor << shift),
        (0..4_294_968_u32).prop_map(|thousands| thousands.saturating_mul(1000)),
    ]
}

proptest! {
    #[test]
    fn processor_time_is_canonical_and_exact(amount in amounts()) {
        prop_assert_eq!(canonical(&millicores(amount).into()), Some(u128::from(amount)));
        prop_assert_eq!(millicores(amount).as_millicores(), amount);
    }

    #[test]
    fn memory_is_canonical_and_exact(amount in amounts()) {
        let bytes = u128::from(amount) << 20;
        prop_assert_eq!(canonical(&mebibytes(amount).into()), Some(bytes * 1000));
        prop_assert_eq!(mebibytes(amount).as_mebibytes(), amount);
    }

    #[test]
    fn a_gibibyte_is_1024_mebibytes(amount in 0..=4_194_303_u32) {
        prop_assert_eq!(gibibytes(amount), mebibytes(amount * 1024));
    }
}

#[test]
fn the_reference_refuses_what_the_api_server_would_rewrite() {
    for text in ["1024Mi", "1000m", "0Gi", "01", "1.5Gi", "1k", "1Gb", ""] {
        assert_eq!(canonical(&Quantity(text.to_owned())), None, "{text}");
    }
}
