//! What stands between percent sign and verb, and how a text is filled up to its width.

/// The flags, width and precision of one verb.
#[expect(clippy::struct_excessive_bools, reason = "flags are as many as Go has")]
#[derive(Debug, Clone, Copy, Default)]
pub struct Flags {
    /// `-`: blanks go behind.
    pub minus: bool,
    /// `+`: a sign always.
    pub plus: bool,
    /// `0`: zeros instead of blanks, not behind.
    pub zero: bool,
    /// ` `: a blank where a plus would be.
    pub space: bool,
    /// `#`: another form.
    pub sharp: bool,
    /// `%#v`: as in Go's source.
    pub go_syntax: bool,
    /// At least so many characters; not below zero.
    pub width: Option<i64>,
    /// Of numbers the digits, of texts the most characters; not below zero.
    pub precision: Option<i64>,
}

impl Flags {
    /// How many characters there are at least.
    pub fn width(&self) -> usize {
        usize::try_from(self.width.unwrap_or_default()).unwrap_or_default()
    }

    /// The precision as a count.
    pub fn precision(&self) -> Option<usize> {
        self.precision.and_then(|it| usize::try_from(it).ok())
    }

    /// The same without zeros.
    #[must_use]
    pub fn without_zeros(self) -> Self {
        Self {
            zero: false,
            ..self
        }
    }

    /// Whether zeros go before a number.
    pub fn fills_with_zeros(&self) -> bool {
        self.zero && !self.minus
    }

    /// So many blanks or zeros.
    pub fn fill(&self, out: &mut String, count: usize) {
        let with = if self.fills_with_zeros() { '0' } else { ' ' };
        out.extend(std::iter::repeat_n(with, count));
    }

    /// A text, filled up to the width.
    pub fn pad(&self, out: &mut String, text: &str) {
        let missing = self.width().saturating_sub(text.chars().count());
        if self.minus {
            out.push_str(text);
            self.fill(out, missing);
        } else {
            self.fill(out, missing);
            out.push_str(text);
        }
    }

    /// A text of at most as many characters as the precision says.
    pub fn cut<'a>(&self, text: &'a str) -> &'a str {
        let end = self
            .precision()
            .and_then(|most| text.char_indices().nth(most));
        end.map_or(text, |(end, _)| &text[..end])
    }

    /// The sign before a number that is not negative.
    pub fn sign(&self) -> &'static str {
        match (self.plus, self.space) {
            (true, _) => "+",
            (false, true) => " ",
            (false, false) => "",
        }
    }
}
