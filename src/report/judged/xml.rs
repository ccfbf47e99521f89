//! XML 1.0 from texts of strangers: what a parser would read, and what it would refuse, is escaped.

use std::fmt::Write as _;

use crate::report::text::is_hostile;

/// A document under construction, indented; elements are closed in the order in which they were opened.
#[derive(Debug)]
pub(super) struct Document {
    text: String,
    open: Vec<&'static str>,
}

impl Document {
    pub(super) fn new() -> Self {
        Self {
            text: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned(),
            open: Vec::new(),
        }
    }

    /// Opens an element that others follow in.
    pub(super) fn open(&mut self, name: &'static str, attributes: &[(&str, &str)]) {
        self.start(name, attributes);
        self.text.push_str(">\n");
        self.open.push(name);
    }

    /// Closes the element that was opened last.
    pub(super) fn close(&mut self) {
        if let Some(name) = self.open.pop() {
            self.indent();
            let _ = writeln!(self.text, "</{name}>");
        }
    }

    /// An element with nothing but text in it, or with nothing.
    pub(super) fn leaf(&mut self, name: &'static str, attributes: &[(&str, &str)], text: &str) {
        self.start(name, attributes);
        if text.is_empty() {
            self.text.push_str("/>\n");
            return;
        }
        self.text.push('>');
        escape_into(&mut self.text, text, false);
        let _ = writeln!(self.text, "</{name}>");
    }

    /// The whole text; what is open is closed.
    pub(super) fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.text
    }

    fn start(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.indent();
        let _ = write!(self.text, "<{name}");
        for (name, value) in attributes {
            let _ = write!(self.text, " {name}=\"");
            escape_into(&mut self.text, value, true);
            self.text.push('"');
        }
    }

    fn indent(&mut self) {
        for _ in &self.open {
            self.text.push_str("  ");
        }
    }
}

/// Characters that XML 1.0 does not know, not even as references, become `\u{…}`; those that a terminal would
/// obey or hide become references, which are the same text.
fn escape_into(out: &mut String, text: &str, in_attribute: bool) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // As themselves they would come back as spaces from an attribute, and as one line break from a text.
            '\n' if !in_attribute => out.push(c),
            '\t' | '\n' | '\r' => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {
                let _ = write!(out, "{}", c.escape_unicode());
            }
            c if is_hostile(c) => {
                let _ = write!(out, "&#x{:x};", u32::from(c));
            }
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_breaks_out_and_nothing_is_refused() {
        let mut document = Document::new();
        document.open("a", &[("b", "x\" y='&<>\n\t\u{0}\u{1b}\u{202e}")]);
        document.leaf("c", &[], "</c><![CDATA[ ]]> \r\n\u{fffe}\u{7f}ü");
        document.leaf("d", &[], "");
        assert_eq!(
            document.finish(),
            concat!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
                "<a b=\"x&quot; y='&amp;&lt;&gt;&#10;&#9;\\u{0}\\u{1b}&#x202e;\">\n",
                "  <c>&lt;/c&gt;&lt;![CDATA[ ]]&gt; &#13;\n\\u{fffe}&#x7f;ü</c>\n",
                "  <d/>\n",
                "</a>\n",
            )
        );
    }
}
