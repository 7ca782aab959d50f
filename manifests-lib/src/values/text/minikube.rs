//! What Minikube names.

use super::kubernetes::dns_label;

text_type! {
    /// The name of a cluster of Minikube, `minikube --profile`: never the one that everybody has already, and short enough for the
    /// names of nodes that are derived from it.
    ///
    /// Upstream: <https://minikube.sigs.k8s.io/docs/commands/profile/>
    MinikubeProfile,
    profile,
    "a profile is a name of 2 to 58 characters, such as shop-dev, and neither minikube, which is everybody's default, nor a command of minikube",
    ($) minikube_profile
}

/// The default, and what `minikube profile` takes for a command.
const TAKEN: [&[u8]; 11] = [
    b"minikube",
    b"start",
    b"stop",
    b"status",
    b"delete",
    b"config",
    b"open",
    b"profile",
    b"addons",
    b"cache",
    b"logs",
];

/// What is left of a label's 63 characters in front of `-m123`.
const LONGEST: usize = 58;

const fn profile(bytes: &[u8]) -> bool {
    let mut index = 0;
    while index < TAKEN.len() {
        if same(bytes, TAKEN[index]) {
            return false;
        }
        index += 1;
    }
    dns_label(bytes) && bytes.len() >= 2 && bytes.len() <= LONGEST
}

const fn same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let mut index = 0;
    while index < one.len() {
        if one[index] != other[index] {
            return false;
        }
        index += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use crate::values::MinikubeProfile;

    #[test]
    fn everybodys_profile_is_nobodys() {
        for wrong in ["minikube", "status", "x", "", "Shop", "shop_dev", "shop.dev", "1shop"] {
            let error = MinikubeProfile::new(wrong).expect_err(wrong);
            assert!(error.rule.contains("neither minikube"), "{error}");
        }
        for right in ["shop-dev", "minikube-of-shop", "minikub", "minikubes"] {
            assert_eq!(MinikubeProfile::new(right).expect(right).as_str(), right);
        }
    }

    #[test]
    fn the_names_of_nodes_fit_into_labels() {
        assert!(MinikubeProfile::new("s".repeat(58)).is_ok());
        assert!(MinikubeProfile::new("s".repeat(59)).is_err());
    }
}
