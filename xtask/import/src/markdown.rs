//! Upstream's text in doc comments.

/// Text as a Markdown code span: nothing in it is read as a link, as HTML or as the end of the span.
pub fn code(text: &str) -> String {
    let mut visible = String::new();
    for letter in text.chars() {
        if letter.is_control() || support::output::reorders(letter) {
            visible.extend(letter.escape_default());
        } else {
            visible.push(letter);
        }
    }
    let text = visible;
    let fence = "`".repeat(longest_run_of_backticks(&text) + 1);
    let touches = text.starts_with('`')
        || text.ends_with('`')
        || text.is_empty()
        || (text.starts_with(' ') && text.ends_with(' '));
    let space = if touches { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// The length of the longest run of backticks.
pub fn longest_run_of_backticks(text: &str) -> usize {
    text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0)
}

/// Number of places of a type that its documentation lists.
const LISTED_PLACES: usize = 5;

/// The first few, and how many more there are.
pub fn listed(places: &[String], separator: &str) -> String {
    let first = &places[..places.len().min(LISTED_PLACES)];
    let rest = places.len() - first.len();
    let more = if rest > 0 { format!("{separator}and {rest} more") } else { String::new() };
    first.join(separator) + &more
}

/// The lines that all lists share as one paragraph, and another paragraph if some list has more.
pub fn common(lists: &[&[String]], differs: &str) -> Vec<String> {
    let Some(first) = lists.first() else {
        return Vec::new();
    };
    let is_common = |line: &&String| lists.iter().all(|list| list.contains(line));
    let common: Vec<&str> = first.iter().filter(is_common).map(String::as_str).collect();
    let mut paragraphs = Vec::new();
    if !common.is_empty() {
        paragraphs.push(common.join(" "));
    }
    if lists.iter().any(|list| list.len() > common.len()) {
        paragraphs.push(differs.to_owned());
    }
    paragraphs
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// A span ends at the first run of backticks as long as the one that starts it.
        #[test]
        fn nothing_in_a_code_span_ends_it(text in "[`a\\[ \n<]{0,12}") {
            let span = code(&text);
            let fence: String = span.chars().take_while(|letter| *letter == '`').collect();
            let inner = &span[fence.len()..span.len() - fence.len()];
            prop_assert!(span.ends_with(&fence));
            prop_assert!(!inner.starts_with('`') && !inner.ends_with('`'), "{span}");
            prop_assert!(inner.split(|letter| letter != '`').all(|run| run.len() != fence.len()), "{span}");
            prop_assert!(!span.contains('\n'), "{span}");
        }
    }
}
