//! Names that are nearly right.

/// Less alike names are not what somebody meant.
const ALIKE: f64 = 0.75;

/// `; did you mean customer-app-service?`, or nothing.
pub(crate) fn hint<'a>(wrong: &str, right: impl IntoIterator<Item = &'a str>) -> String {
    nearest(wrong, right).map_or_else(String::new, |name| format!("; did you mean {name}?"))
}

/// The name that is most like the wrong one.
fn nearest<'a>(wrong: &str, right: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let scored =
        right.into_iter().filter(|name| *name != wrong).map(|name| (alike(wrong, name), name));
    let best = scored.max_by(|(one, first), (other, second)| {
        // Of equally near ones the first in the alphabet, whatever their order.
        one.total_cmp(other).then_with(|| second.cmp(first))
    });
    best.filter(|(score, _)| *score >= ALIKE).map(|(_, name)| name)
}

/// How alike two names are, from 0 to 1: by letters, or because one begins with the other.
fn alike(one: &str, other: &str) -> f64 {
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    let begins = short.len() >= 4 && long.starts_with(short);
    let by_letters = strsim::normalized_damerau_levenshtein(one, other);
    if begins { by_letters.max(ALIKE) } else { by_letters }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_proposed() {
        assert_eq!(hint("acount", ["account", "customer"]), "; did you mean account?");
        assert_eq!(
            hint("customer-app", ["customer-app-service", "order"]),
            "; did you mean customer-app-service?"
        );
        assert_eq!(hint("x", ["account"]), "");
    }
}
