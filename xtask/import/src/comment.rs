//! Comments of generated code: the only way for text from outside to get into one.

use support::visible;

/// The lines of a text as comments: `///`, `//!` or `//` before each, and a line break at the end.
///
/// Nothing in the text ends the comment, and no letter in it is one that the compiler rejects or an editor hides: control
/// letters are written as Rust escapes.
pub fn comment(marker: &str, text: &str) -> String {
    let mut out = String::new();
    for line in text.split('\n') {
        out.push_str(format!("{marker} {}", visible(line)).trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_text_leaves_its_comment(text in any::<String>(), marker in "//[/!]?") {
            let comment = comment(&marker, &text);
            prop_assert!(comment.ends_with('\n') && !comment.contains('\r'), "{comment:?}");
            for line in comment.lines() {
                prop_assert!(line.starts_with(&marker), "{line:?}");
            }
        }
    }

    #[test]
    fn what_cannot_be_seen_is_written_as_an_escape() {
        assert_eq!(comment("///", "a\n\nb\r"), "/// a\n///\n/// b\\r\n");
    }
}
