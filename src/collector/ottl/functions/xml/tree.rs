//! A document as a tree, read and written as Go's `encoding/xml` and the `xmlquery` module do it.
//!
//! Read are elements, attributes, texts, comments and CDATA below the top, without namespaces. What else there
//! may be in XML is refused by its name; what is no XML is an error.

/// What ends the message of what is not simulated.
pub(super) const REFUSED: &str = " is not simulated";

/// Deeper documents are refused: each level costs stack.
const DEEPEST: usize = 200;

/// Number of a part in its tree; 0 is the document.
pub(super) type Id = usize;

/// A part of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// The document itself.
    Document,
    /// An element: its name and attributes.
    Element(String, Vec<(String, String)>),
    /// A text, entities undone.
    Text(String),
    /// `<![CDATA[…]]>`.
    Cdata(String),
    /// `<!--…-->`.
    Comment(String),
}

/// A document.
#[derive(Debug, Clone)]
pub(super) struct Tree {
    /// `<?xml …?>` in front, as it is written again.
    pub declaration: String,
    /// What is there, the document first.
    pub parts: Vec<Part>,
    /// Parts within each.
    pub children: Vec<Vec<Id>>,
}

impl Tree {
    /// A document without anything.
    pub(super) fn empty() -> Self {
        Self {
            declaration: String::new(),
            parts: vec![Part::Document],
            children: vec![Vec::new()],
        }
    }

    /// Reads a text.
    ///
    /// # Errors
    /// It is no XML, or it has what is not simulated.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let mut tree = Self::empty();
        let mut rest = text;
        for declaration in [
            "<?xml version=\"1.0\"?>",
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>",
        ] {
            if let Some(after) = text.strip_prefix(declaration) {
                declaration.clone_into(&mut tree.declaration);
                rest = after;
            }
        }
        let mut reader = Reader { rest };
        while !reader.rest.is_empty() {
            if !reader.rest.starts_with('<') {
                return refuse("text outside of the elements of a document");
            }
            if reader.rest.starts_with("<!--") {
                return refuse("a comment outside of the elements of a document");
            }
            reader.element(&mut tree, 0, 0)?;
        }
        Ok(tree)
    }

    /// Puts a part at the end of another one.
    pub(super) fn add(&mut self, parent: Id, part: Part) -> Id {
        let id = self.parts.len();
        self.parts.push(part);
        self.children.push(Vec::new());
        self.children[parent].push(id);
        id
    }

    /// Copies an element of another document to the end of a part.
    pub(super) fn copy(&mut self, parent: Id, other: &Self, part: Id) {
        let id = self.add(parent, other.parts[part].clone());
        for child in &other.children[part] {
            self.copy(id, other, *child);
        }
    }

    /// The whole document.
    pub(super) fn text(&self) -> String {
        let mut out = self.declaration.clone();
        for child in &self.children[0] {
            self.write(*child, &mut out);
        }
        out
    }

    /// Writes one part: texts lose the space around them, and no tag is closed in short.
    pub(super) fn write(&self, part: Id, out: &mut String) {
        match &self.parts[part] {
            Part::Document => {}
            Part::Element(name, attributes) => {
                out.push('<');
                out.push_str(name);
                for (key, value) in attributes {
                    out.push(' ');
                    out.push_str(key);
                    out.push_str("=\"");
                    escape(value, out);
                    out.push('"');
                }
                out.push('>');
                for child in &self.children[part] {
                    self.write(*child, out);
                }
                out.push_str("</");
                out.push_str(name);
                out.push('>');
            }
            Part::Text(text) => escape(text.trim(), out),
            Part::Cdata(text) => {
                out.push_str("<![CDATA[");
                out.push_str(text);
                out.push_str("]]>");
            }
            Part::Comment(text) => {
                out.push_str("<!--");
                out.push_str(text);
                out.push_str("-->");
            }
        }
    }
}

/// As Go's `html.EscapeString`.
pub(super) fn escape(text: &str, out: &mut String) {
    for one in text.chars() {
        match one {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\'' => out.push_str("&#39;"),
            '"' => out.push_str("&#34;"),
            one => out.push(one),
        }
    }
}

pub(super) fn refuse<T>(what: &str) -> Result<T, String> {
    Err(format!("{what}{REFUSED}"))
}

fn wrong<T>(what: &str) -> Result<T, String> {
    Err(format!("XML syntax error: {what}"))
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn take(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn until(&mut self, end: &str) -> Result<&'a str, String> {
        let Some((before, after)) = self.rest.split_once(end) else {
            return wrong("unexpected EOF");
        };
        self.rest = after;
        Ok(before)
    }

    fn space(&mut self) -> bool {
        let trimmed = self.rest.trim_start_matches([' ', '\n', '\t']);
        let moved = trimmed.len() < self.rest.len();
        self.rest = trimmed;
        moved
    }

    fn name(&mut self) -> Result<&'a str, String> {
        let is_name = |one: char| one.is_ascii_alphanumeric() || "_-.".contains(one);
        let end = self.rest.find(|one| !is_name(one));
        let (name, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        if rest.starts_with(':') {
            return refuse("a namespace in XML");
        }
        if rest.starts_with(|one: char| !one.is_ascii()) {
            return refuse("a name with letters beyond ASCII in XML");
        }
        if name.is_empty() && rest.is_empty() {
            return wrong("unexpected EOF");
        }
        if !name.starts_with(|one: char| one.is_ascii_alphabetic() || one == '_') {
            return wrong("expected a name");
        }
        self.rest = rest;
        Ok(name)
    }

    /// Reads an element, its tag first.
    fn element(&mut self, tree: &mut Tree, parent: Id, depth: usize) -> Result<(), String> {
        if depth > DEEPEST {
            return refuse(&format!("XML of more than {DEEPEST} levels"));
        }
        self.take("<");
        if self.rest.starts_with(['!', '?']) {
            return refuse("a directive or processing instruction of XML");
        }
        let name = self.name()?;
        let (attributes, closed) = self.attributes()?;
        let id = tree.add(parent, Part::Element(name.to_owned(), attributes));
        if closed {
            return Ok(());
        }
        loop {
            if self.take("</") {
                let end = self.name()?;
                self.space();
                if end != name || !self.take(">") {
                    return wrong("an element is closed by another name");
                }
                return Ok(());
            }
            if self.take("<!--") {
                let text = self.until("-->")?;
                if text.contains("--") || text.ends_with('-') {
                    return wrong("`--` in a comment");
                }
                tree.add(id, Part::Comment(plain(text)?));
            } else if self.take("<![CDATA[") {
                let text = self.until("]]>")?;
                tree.add(id, Part::Cdata(plain(text)?));
            } else if self.rest.starts_with('<') {
                self.element(tree, id, depth + 1)?;
            } else if self.rest.is_empty() {
                return wrong("unexpected EOF");
            } else {
                let end = self.rest.find('<').unwrap_or(self.rest.len());
                let (text, rest) = self.rest.split_at(end);
                if text.contains("]]>") {
                    return wrong("unescaped ]]> not in CDATA section");
                }
                // `xmlquery` tells CDATA by the bytes that it has just read.
                if text.to_ascii_uppercase().starts_with("![CDATA[") {
                    return refuse("XML text that looks like CDATA");
                }
                self.rest = rest;
                tree.add(id, Part::Text(decoded(text)?));
            }
        }
    }

    /// The attributes of a tag, and whether it closes itself.
    fn attributes(&mut self) -> Result<(Vec<(String, String)>, bool), String> {
        let mut attributes: Vec<(String, String)> = Vec::new();
        loop {
            let spaced = self.space();
            if self.take("/>") {
                return Ok((attributes, true));
            }
            if self.take(">") {
                return Ok((attributes, false));
            }
            if self.rest.is_empty() {
                return wrong("unexpected EOF");
            }
            if !spaced {
                return refuse("a tag without space between its attributes");
            }
            let key = self.name()?;
            self.space();
            if !self.take("=") {
                return wrong("attribute name without = in element");
            }
            self.space();
            let quote = if self.take("\"") {
                "\""
            } else if self.take("'") {
                "'"
            } else {
                return wrong("unquoted or missing attribute value in element");
            };
            let value = self.until(quote)?;
            if value.contains('<') {
                return wrong("unescaped < inside quoted string");
            }
            if key == "xmlns" {
                return refuse("a namespace in XML");
            }
            if attributes.iter().any(|(known, _)| known == key) {
                return refuse("an attribute of XML that is there twice");
            }
            attributes.push((key.to_owned(), decoded(value)?));
        }
    }
}

/// A text that is taken as it stands.
fn plain(text: &str) -> Result<String, String> {
    let strange = |one: char| one.is_control() && one != '\n' && one != '\t';
    if text.contains(strange) || text.contains(['\u{fffe}', '\u{ffff}', '\r']) {
        return refuse("a control character in XML");
    }
    Ok(text.to_owned())
}

/// A text with the five entities undone.
fn decoded(text: &str) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let text = plain(text)?;
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let entities = [
            ("lt;", '<'),
            ("gt;", '>'),
            ("amp;", '&'),
            ("apos;", '\''),
            ("quot;", '"'),
        ];
        let found = entities
            .iter()
            .find_map(|(name, one)| after.strip_prefix(name).map(|rest| (*one, rest)));
        let Some((one, after)) = found else {
            return refuse("an entity of XML beside the five that it has");
        };
        out.push(one);
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Result<String, String> {
        Tree::read(text).map(|tree| tree.text())
    }

    #[test]
    fn a_document_is_written_as_go_writes_it() {
        for (text, wanted) in [
            ("<a/>", "<a></a>"),
            (
                "<a x = '1'  y=\"&lt;&quot;\"> t <b/>\n</a>",
                "<a x=\"1\" y=\"&lt;&#34;\">t<b></b></a>",
            ),
            (
                "<a>x<!-- c --><![CDATA[<z> ]]></a>",
                "<a>x<!-- c --><![CDATA[<z> ]]></a>",
            ),
            (
                "<?xml version=\"1.0\"?><a/>",
                "<?xml version=\"1.0\"?><a></a>",
            ),
            ("<a/><b/>", "<a></a><b></b>"),
        ] {
            assert_eq!(written(text).as_deref(), Ok(wanted), "{text}");
        }
    }

    #[test]
    fn what_is_no_xml_is_an_error_and_what_is_not_simulated_is_named() {
        for text in [
            "<a>",
            "<a></b>",
            "<a x=1/>",
            "<a x/>",
            "<a>]]></a>",
            "<",
            "<1/>",
            "<a><!-- -- --></a>",
        ] {
            let error = written(text).unwrap_err();
            assert!(error.starts_with("XML syntax error"), "{text}: {error}");
        }
        for text in [
            "<n:a/>",
            "<a xmlns='u'/>",
            "x<a/>",
            "<a/>\n",
            "<!DOCTYPE a><a/>",
            "<a>&nbsp;</a>",
            "<a x='1' x='2'/>",
            "<é/>",
            "<a><?p?></a>",
        ] {
            let error = written(text).unwrap_err();
            assert!(error.ends_with(REFUSED), "{text}: {error}");
        }
        assert!(written(&"<a>".repeat(100_000)).is_err());
    }
}
