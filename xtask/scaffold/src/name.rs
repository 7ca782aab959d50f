//! The name of a new thing: in the cluster, of a module, in a sentence.

use std::fmt;
use std::str::FromStr;

/// What a name may be.
const RULE: &str = "a name has 1 to 63 of a-z, 0-9 and '-', begins with a letter, ends with a letter or digit and has no two '-' in a row, such as gift-card";

/// A name that Kubernetes takes, and that is the name of a Rust module with `_` for `-`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Name(String);

impl Name {
    /// As Rust has it: `gift_card`.
    pub fn module(&self) -> String {
        self.0.replace('-', "_")
    }

    /// As a sentence begins with it: `Gift card`.
    pub fn title(&self) -> String {
        let (first, rest) = self.0.split_at(1);
        first.to_uppercase() + &rest.replace('-', " ")
    }

    /// A template with this name: in the cluster for `@name`, of the module for `@module`, as a sentence begins for `@Title`.
    pub fn fill_in(&self, template: &str) -> String {
        template
            .replace("@name", &self.0)
            .replace("@module", &self.module())
            .replace("@Title", &self.title())
    }
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromStr for Name {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let fits = (1..=63).contains(&text.len())
            && text.chars().all(allowed)
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && !text.ends_with('-')
            && !text.contains("--");
        if !fits {
            return Err(RULE.to_owned());
        }
        let name = Self(text.to_owned());
        // `gen` is a keyword since the edition of 2024, which the parser takes no notice of.
        if text == "gen" || syn::parse_str::<syn::Ident>(&name.module()).is_err() {
            return Err(format!(
                "{text} is a word of Rust, so that no module can have this name; choose another one"
            ));
        }
        Ok(name)
    }
}
