//! The part of `XPath` that is simulated: paths of names from the top, `//`, `*`, `text()`, attributes at the end,
//! and conditions `[@name='value']`.

use super::tree::Id;
use super::tree::Part;
use super::tree::Tree;
use super::tree::refuse;

/// A path.
#[derive(Debug, Clone)]
pub(super) struct Path(Vec<Step>);

#[derive(Debug, Clone)]
struct Step {
    /// At any depth, rather than right below.
    deep: bool,
    test: Test,
    /// Attributes that must be so.
    conditions: Vec<(String, String)>,
}

#[derive(Debug, Clone)]
enum Test {
    /// An element; `None` for any.
    Element(Option<String>),
    /// An attribute; `None` for any.
    Attribute(Option<String>),
    /// A text.
    Text,
}

/// What a path leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Hit {
    /// A part of the document, or the document.
    Part(Id),
    /// An attribute: its element and its name.
    Attribute(Id, String),
}

impl Path {
    /// Reads a path.
    ///
    /// # Errors
    /// It is none, or it is not simulated.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("invalid xpath: expr expression is nil".to_owned());
        }
        if text == "[" {
            return Err("invalid xpath: expression must evaluate to a node-set".to_owned());
        }
        let refused = || refuse(&format!("the XPath `{text}`"));
        let mut steps: Vec<Step> = Vec::new();
        let mut rest = text;
        if text == "/" {
            return Ok(Self(steps));
        }
        while !rest.is_empty() {
            let Some(after) = rest.strip_prefix('/') else {
                return refused();
            };
            if steps.last().is_some_and(Step::is_last) {
                return refused();
            }
            // The real one finds a part twice behind two of these, or never ends.
            if after.starts_with('/') && steps.iter().any(|step| step.deep) {
                return refused();
            }
            let (deep, after) = match after.strip_prefix('/') {
                Some(after) => (true, after),
                None => (false, after),
            };
            let Some((step, after)) = Step::read(after, deep) else {
                return refused();
            };
            steps.push(step);
            rest = after;
        }
        Ok(Self(steps))
    }

    /// Whether it asks for texts.
    pub(super) fn asks_for_text(&self) -> bool {
        matches!(
            self.0.last(),
            Some(Step {
                test: Test::Text,
                ..
            })
        )
    }

    /// Whether it looks at any depth.
    pub(super) fn is_deep(&self) -> bool {
        self.0.iter().any(|step| step.deep)
    }

    /// What it leads to, in the order of the document.
    pub(super) fn find(&self, tree: &Tree) -> Vec<Hit> {
        let mut hits = Vec::new();
        let mut marked = vec![false; tree.parts.len()];
        marked[0] = true;
        for step in &self.0 {
            let mut next = vec![false; tree.parts.len()];
            hits.clear();
            step.walk(tree, 0, false, &marked, &mut next, &mut hits);
            marked = next;
        }
        if self.0.is_empty() {
            hits.push(Hit::Part(0));
        }
        hits
    }
}

impl Step {
    fn read(text: &str, deep: bool) -> Option<(Self, &str)> {
        if let Some(rest) = text.strip_prefix("text()") {
            let step = Self {
                deep,
                test: Test::Text,
                conditions: Vec::new(),
            };
            return Some((step, rest));
        }
        let (attribute, text) = match text.strip_prefix('@') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (name, mut rest) = if let Some(rest) = text.strip_prefix('*') {
            (None, rest)
        } else {
            let (name, rest) = name(text)?;
            (Some(name.to_owned()), rest)
        };
        let mut conditions = Vec::new();
        while let Some(inner) = rest.strip_prefix("[@").filter(|_| !attribute) {
            let (key, inner) = name_of(inner)?;
            let inner = inner.strip_prefix("='")?;
            let (value, after) = inner.split_once("']")?;
            if value.contains('\'') {
                return None;
            }
            conditions.push((key.to_owned(), value.to_owned()));
            rest = after;
        }
        let step = Self {
            deep,
            test: if attribute {
                Test::Attribute(name)
            } else {
                Test::Element(name)
            },
            conditions,
        };
        Some((step, rest))
    }

    /// Whether nothing can stand behind it.
    fn is_last(&self) -> bool {
        !matches!(self.test, Test::Element(_))
    }

    /// Looks below `part`, which stands within a marked part or not.
    fn walk(
        &self,
        tree: &Tree,
        part: Id,
        within: bool,
        marked: &[bool],
        next: &mut [bool],
        hits: &mut Vec<Hit>,
    ) {
        let below = marked[part] || self.deep && within;
        // An attribute belongs to its element, which `//` finds wherever it is.
        if let (true, Part::Element(_, attributes), Test::Attribute(wanted)) =
            (below, &tree.parts[part], &self.test)
        {
            for (name, _) in attributes {
                if wanted.as_ref().is_none_or(|wanted| wanted == name) {
                    hits.push(Hit::Attribute(part, name.clone()));
                }
            }
        }
        for child in &tree.children[part] {
            if below && self.takes(&tree.parts[*child]) {
                next[*child] = true;
                hits.push(Hit::Part(*child));
            }
            self.walk(tree, *child, below && self.deep, marked, next, hits);
        }
    }

    fn takes(&self, part: &Part) -> bool {
        match (&self.test, part) {
            (Test::Text, Part::Text(_)) => true,
            (Test::Element(wanted), Part::Element(name, attributes)) => {
                wanted.as_ref().is_none_or(|wanted| wanted == name)
                    && self
                        .conditions
                        .iter()
                        .all(|condition| attributes.contains(condition))
            }
            _ => false,
        }
    }
}

fn name(text: &str) -> Option<(&str, &str)> {
    let (name, rest) = name_of(text)?;
    // What else follows is an axis, a function or an operator.
    (rest.is_empty() || rest.starts_with(['/', '['])).then_some((name, rest))
}

fn name_of(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|one: char| !one.is_ascii_alphanumeric() && one != '_');
    let (name, rest) = text.split_at(end.unwrap_or(text.len()));
    name.starts_with(|one: char| one.is_ascii_alphabetic() || one == '_')
        .then_some((name, rest))
}
