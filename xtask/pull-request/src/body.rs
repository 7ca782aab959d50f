//! Texts that fit into a comment, and are found again.

use std::fs;
use std::path::Path;

use support::Failure;

/// The most letters that GitHub takes in a comment or a description, counted as UTF-16.
const LIMIT: usize = 65_536;

/// Room for what closes what is open where a text is cut.
const CLOSING: usize = 200;

/// A text, and how it is found again.
pub struct Body {
    text: String,
    /// Its first line.
    mark: String,
    /// Where the whole is, if not all of it fits.
    artifact: Option<String>,
}

impl Body {
    /// The text in a file.
    ///
    /// # Errors
    /// If there is none, or its kind is no line.
    pub fn read(path: &Path, kind: &str, artifact: Option<&str>) -> Result<Self, Failure> {
        let mark = mark(kind)?;
        let text = fs::read_to_string(path).map_err(|error| {
            Failure::new(format!(
                "cannot read {}: {error}; name the file that `plan --format markdown` was written to",
                path.display()
            ))
        })?;
        if text.trim().is_empty() {
            return Err(Failure::new(format!(
                "{} is empty: what was to write it has failed; look at its output",
                path.display()
            )));
        }
        Ok(Self::new(&text, mark, artifact))
    }

    fn new(text: &str, mark: String, artifact: Option<&str>) -> Self {
        // Two programs may write it with other ends of lines.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
        let text = text.strip_prefix(&mark).unwrap_or(&text).trim().to_owned();
        Self { text, mark, artifact: artifact.map(str::to_owned) }
    }

    /// What it begins with.
    pub fn mark(&self) -> &str {
        &self.mark
    }

    /// All of it, behind what somebody has written before it; cut where GitHub would not take it.
    pub fn behind(&self, before: &str) -> String {
        let Self { text, mark, artifact } = self;
        let before = match before.trim_end() {
            "" => String::new(),
            before => format!("{before}\n\n"),
        };
        let whole = format!("{before}{mark}\n{text}\n");
        if length(&whole) <= LIMIT {
            return whole;
        }
        let place = artifact.as_ref().map_or_else(
            || "the artifact of the run".to_owned(),
            |url| format!("[the artifact of the run]({url})"),
        );
        let note =
            format!("\n**This is cut: a comment takes no more. The whole is in {place}.**\n");
        // Room for what closes what is open where it is cut.
        let taken = length(&before) + length(mark) + 1 + length(&note) + CLOSING;
        let mut left = LIMIT.saturating_sub(taken);
        let (mut kept, mut open) = (String::new(), Open::default());
        for line in text.lines() {
            let own = length(line) + 1;
            if own > left {
                break;
            }
            left -= own;
            open.read(line);
            kept.push_str(line);
            kept.push('\n');
        }
        format!("{before}{mark}\n{kept}{}{note}", open.closed())
    }
}

/// What begins the text of a kind.
///
/// # Errors
/// If such a line would end before its end.
fn mark(kind: &str) -> Result<String, Failure> {
    let fits = !kind.is_empty()
        && kind.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == ' ');
    if fits {
        return Ok(format!("<!-- {kind} -->"));
    }
    Err(Failure::new(format!(
        "{kind:?} is no kind of text: give --kind of letters, digits and spaces, such as «manifests plan»"
    )))
}

/// What has begun and not ended: it would swallow what follows.
#[derive(Default)]
struct Open {
    fence: bool,
    details: usize,
}

impl Open {
    fn read(&mut self, line: &str) {
        if line.trim_start().starts_with("```") {
            self.fence = !self.fence;
        } else if !self.fence {
            self.details += line.matches("<details").count();
            self.details = self.details.saturating_sub(line.matches("</details").count());
        }
    }

    fn closed(&self) -> String {
        let fence = if self.fence { "```\n" } else { "" };
        // No plan has more than two, one in the other.
        format!("{fence}{}", "\n</details>\n".repeat(self.details.min(8)))
    }
}

fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARK: &str = "<!-- manifests plan -->";

    fn fitted(text: &str, artifact: Option<&str>) -> String {
        Body::new(text, MARK.to_owned(), artifact).behind("")
    }

    #[test]
    fn what_fits_is_as_it_was_behind_its_mark() {
        for text in ["one\ntwo", "<!-- manifests plan -->\none\ntwo\n", "\u{feff}one\r\ntwo\r\n"] {
            assert_eq!(fitted(text, None), "<!-- manifests plan -->\none\ntwo\n");
        }
    }

    #[test]
    fn what_does_not_fit_is_cut_at_a_line_and_says_where_the_rest_is() {
        let line = "| 𝛼 an object of many | in place |\n";
        let text = format!("# Plan\n<details>\n\n```diff\n{}", line.repeat(3_000));
        let cut = fitted(&text, Some("https://github.com/example/shop/actions/runs/1"));
        assert!(length(&cut) <= LIMIT && length(&cut) > LIMIT - 500, "{}", length(&cut));
        let end = "in place |\n```\n\n</details>\n\n**This is cut: a comment takes no more. The whole is in \
                   [the artifact of the run](https://github.com/example/shop/actions/runs/1).**\n";
        assert!(cut.ends_with(end), "{}", &cut[cut.len() - 300..]);
    }

    #[test]
    fn a_line_that_does_not_fit_leaves_the_note() {
        let cut = fitted(&"x".repeat(LIMIT), None);
        assert_eq!(
            cut,
            "<!-- manifests plan -->\n\n**This is cut: a comment takes no more. The whole is in the artifact of the run.**\n"
        );
        assert_eq!(length(&fitted(&"x".repeat(LIMIT - length(MARK) - 2), None)), LIMIT);
    }

    #[test]
    fn what_somebody_has_written_before_it_stays() {
        let body = Body::new(&"a line\n".repeat(20_000), MARK.to_owned(), None);
        let whole = body.behind("Release of Monday.\n\n");
        assert!(whole.starts_with("Release of Monday.\n\n<!-- manifests plan -->\na line\n"));
        assert!(length(&whole) <= LIMIT);
        // More than a description takes is left to GitHub to refuse.
        assert!(body.behind(&"x".repeat(LIMIT)).starts_with('x'));
    }

    #[test]
    fn a_mark_is_one_comment_of_html() {
        for kind in ["", "a-->b", "a\nb", "é"] {
            assert!(mark(kind).is_err(), "{kind:?}");
        }
    }
}
