//! Names that are nearly right.

/// Among more names none is searched for: who names the objects of a list by number would wait for it.
const MANY: usize = 1_000;

/// Less alike names are not what somebody meant.
const ALIKE: f64 = 0.75;

/// `; did you mean customer-app-service?`, or nothing.
pub(crate) fn hint<'a>(wrong: &str, right: impl IntoIterator<Item = &'a str>) -> String {
    nearest(wrong, right).map_or_else(String::new, |name| format!("; did you mean {name}?"))
}

/// The name that is most like the wrong one.
fn nearest<'a>(wrong: &str, right: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let scored = right
        .into_iter()
        .filter(|name| *name != wrong)
        .take(MANY)
        .map(|name| (alike(wrong, name), name));
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
    // Names of very different lengths are never alike; this is soon told of many names.
    if !begins && short.len() * 4 < long.len() * 3 {
        return 0.0;
    }
    let by_letters = strsim::normalized_damerau_levenshtein(one, other);
    if begins { by_letters.max(ALIKE) } else { by_letters }
}

/// Whether one name is another one with a letter too many, one too few, or two that have changed places.
pub(super) fn is_slip(wrong: &str, right: &str) -> bool {
    let letters = |name: &str| {
        let mut letters: Vec<char> = name.chars().collect();
        letters.sort_unstable();
        letters
    };
    let is_long = wrong.len() >= 5 && right.len() >= 5;
    let has_other_letters = wrong.len() == right.len() && letters(wrong) != letters(right);
    // What begins alike is a family of names: `fast`, `fast-local`.
    let begins = wrong.starts_with(right) || right.starts_with(wrong);
    is_long && !has_other_letters && !begins && strsim::damerau_levenshtein(wrong, right) == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_not_another_name() {
        assert!(is_slip("standrad", "standard"));
        assert!(is_slip("high-prioriy", "high-priority"));
        for (one, other) in [("team-a", "team-b"), ("standard", "standard-rwo"), ("gp2", "gp3")] {
            assert!(!is_slip(one, other), "{one} {other}");
        }
    }

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
