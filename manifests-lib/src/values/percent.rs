//! Shares of a whole.

/// A share of 1 to 100 percent. Write a literal as [`percent!(70)`](crate::percent!).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percent(u8);

impl Percent {
    /// Takes a number. [`percent!`](crate::percent!) moves the check to compile time.
    ///
    /// # Panics
    ///
    /// Where the number is 0 or above 100.
    #[must_use]
    #[track_caller]
    pub const fn from_static(number: u8) -> Self {
        assert!(number >= 1 && number <= 100, "a share is a number of percent from 1 to 100");
        Self(number)
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }
}

/// A [`Percent`] from a literal, checked when it is compiled.
#[macro_export]
macro_rules! percent {
    ($literal:expr) => {{
        const VALUE: $crate::values::Percent = $crate::values::Percent::from_static($literal);
        VALUE
    }};
}
