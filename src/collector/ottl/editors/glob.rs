//! Shell globs as the `gobwas/glob` module reads them without separators: `*`, `?`, `[a-z]`, `[!abc]`, `{a,b}`.

use std::fmt::Write as _;
use std::iter::Peekable;
use std::str::Chars;

use crate::collector::regex::GoRegex;

/// A glob, which has to match a whole text.
pub struct Glob {
    regex: GoRegex,
}

impl Glob {
    /// Reads a glob.
    ///
    /// # Errors
    /// A range is not closed, empty, or goes from a higher character to a lower.
    pub fn new(glob: &str) -> Result<Self, String> {
        let mut pattern = "(?s)^(?:".to_owned();
        let mut open = 0_usize;
        let mut rest = glob.chars().peekable();
        while let Some(one) = rest.next() {
            match one {
                '*' => {
                    while rest.next_if_eq(&'*').is_some() {}
                    pattern.push_str(".*");
                }
                '?' => pattern.push('.'),
                '[' => range(&mut rest, &mut pattern)?,
                '{' => {
                    open += 1;
                    pattern.push_str("(?:");
                }
                ',' if open > 0 => pattern.push('|'),
                '}' if open > 0 => {
                    open -= 1;
                    pattern.push(')');
                }
                '\\' => {
                    if let Some(escaped) = rest.next() {
                        literal(escaped, &mut pattern);
                    }
                }
                other => literal(other, &mut pattern),
            }
        }
        // Braces that are never closed end with the glob.
        for _ in 0..open {
            pattern.push(')');
        }
        pattern.push_str(")$");
        let regex = GoRegex::new(&pattern)
            .map_err(|error| format!("the pattern {glob:?} is not a valid pattern: {error}"))?;
        Ok(Self { regex })
    }

    /// Whether the whole text matches.
    pub fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }
}

/// A character that stands for itself.
fn literal(one: char, pattern: &mut String) {
    let _ = write!(pattern, "\\x{{{:x}}}", u32::from(one));
}

/// What stands between brackets: either two characters and a dash, or a list of characters.
fn range(rest: &mut Peekable<Chars<'_>>, pattern: &mut String) -> Result<(), String> {
    let ends = || "unexpected end of input".to_owned();
    pattern.push('[');
    if rest.next_if_eq(&'!').is_some() {
        pattern.push('^');
    }
    let mut ahead = rest.clone();
    let low = ahead.next().ok_or_else(ends)?;
    if ahead.next() == Some('-') {
        let high = ahead.next().ok_or_else(ends)?;
        if ahead.next().ok_or_else(ends)? != ']' {
            return Err("expected close range character".to_owned());
        }
        if high < low {
            return Err(format!(
                "hi character {high:?} should be greater than lo {low:?}"
            ));
        }
        *rest = ahead;
        literal(low, pattern);
        pattern.push('-');
        literal(high, pattern);
        pattern.push(']');
        return Ok(());
    }
    let mut any = false;
    loop {
        match rest.next().ok_or_else(ends)? {
            ']' if any => break,
            ']' => return Err("could not parse range".to_owned()),
            '\\' => literal(rest.next().ok_or_else(ends)?, pattern),
            other => literal(other, pattern),
        }
        any = true;
    }
    pattern.push(']');
    Ok(())
}
