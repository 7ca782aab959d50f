//! Quantities of Kubernetes that two versions spell: `1000m` is `1`, and `1Gi` is `1024Mi`.

use crate::objects::Value;
use crate::objects::quantity::{self, LARGEST};

/// A quantity in billionths; none where it is none, or so large that others cannot be told from it.
pub(in crate::plan) fn billionths(value: &Value) -> Option<i128> {
    quantity::billionths(value).filter(|billionths| billionths.abs() != LARGEST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objects::json;

    #[test]
    fn spellings_of_one_quantity_are_equal() {
        let equal = [
            (json!("1000m"), json!(1)),
            (json!("1"), json!("1.0")),
            (json!("1Gi"), json!("1024Mi")),
            (json!("1e3"), json!("1k")),
            (json!("0.5"), json!("500m")),
            (json!(".5"), json!("500m")),
            (json!("1E"), json!("1000P")),
            (json!("-1"), json!("-1000m")),
        ];
        for (one, other) in equal {
            let (left, right) = (billionths(&one), billionths(&other));
            assert!(left.is_some() && left == right, "{one} {left:?}, {other} {right:?}");
        }
        assert_ne!(billionths(&json!("1G")), billionths(&json!("1Gi")));
    }

    #[test]
    fn what_is_no_quantity_is_none() {
        for text in [
            "",
            "m",
            "1x",
            "one",
            "1e",
            "1e99",
            "--1",
            "1.2.3",
            "99999999999999999999999999999999999999999Ei",
        ] {
            assert_eq!(billionths(&json!(text)), None, "{text}");
        }
    }
}
