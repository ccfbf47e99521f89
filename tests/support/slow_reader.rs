//! Reads one line at a time, character by character, with nothing kept from the line before.

/// What one line is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Line {
    Blank,
    Comment,
    Type(String, String),
    /// `# HELP` or `# UNIT`.
    Described(String),
    Sample(SlowSample),
    Reject,
}

/// One sample.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SlowSample {
    pub(crate) name: String,
    /// Name, value, and bytes of the label's text with one separator.
    pub(crate) labels: Vec<(String, String, u64)>,
}

/// The lines of a body, each with its length including its end.
pub(crate) fn lines(body: &[u8]) -> Vec<(Line, u64)> {
    let mut found = Vec::new();
    for text in body.split_inclusive(|&byte| byte == b'\n') {
        let bare = text.strip_suffix(b"\n").unwrap_or(text);
        let bare = bare.strip_suffix(b"\r").unwrap_or(bare);
        found.push((line(bare), text.len() as u64));
    }
    found
}

fn line(text: &[u8]) -> Line {
    let start = text.iter().position(|byte| !b" \t".contains(byte));
    let Some(start) = start else {
        return Line::Blank;
    };
    let Ok(text) = std::str::from_utf8(&text[start..]) else {
        // What is not UTF-8 is a reject in names, labels and metadata, and harmless in a comment.
        let lossy = String::from_utf8_lossy(&text[start..]);
        let harmless = lossy.starts_with('#') && metadata(&lossy) == Some(Line::Comment);
        return if harmless {
            Line::Comment
        } else {
            Line::Reject
        };
    };
    if text.starts_with('#') {
        return metadata(text).unwrap_or(Line::Reject);
    }
    let mut cursor = Cursor {
        text: text.chars().collect(),
        at: 0,
    };
    match cursor.sample() {
        Some(sample) => Line::Sample(sample),
        None => Line::Reject,
    }
}

/// `None` where a declaration is malformed.
fn metadata(text: &str) -> Option<Line> {
    let rest = &text[1..];
    let words = rest.trim_start_matches([' ', '\t']);
    let keyword: String = words.chars().take_while(|c| !" \t".contains(*c)).collect();
    if rest.len() == words.len() || !["HELP", "TYPE", "UNIT"].contains(&keyword.as_str()) {
        return Some(Line::Comment);
    }
    let rest = words[keyword.len()..].trim_start_matches([' ', '\t']);
    let mut cursor = Cursor {
        text: rest.chars().collect(),
        at: 0,
    };
    let family = if cursor.peek() == Some('"') {
        cursor.quoted()?
    } else {
        let family: String = rest.chars().take_while(|c| !" \t".contains(*c)).collect();
        cursor.at = family.chars().count();
        let mut name = Cursor {
            text: family.chars().collect(),
            at: 0,
        };
        (name.name(true)? == family).then_some(family)?
    };
    let behind: String = cursor.text[cursor.at..].iter().collect();
    let behind = behind
        .trim_matches([' ', '\t', '\r', '\n', '\x0c'])
        .to_owned();
    if keyword != "TYPE" {
        return Some(Line::Described(unescape(&family)));
    }
    let known = [
        "counter",
        "gauge",
        "histogram",
        "gaugehistogram",
        "summary",
        "info",
        "stateset",
        "unknown",
        "untyped",
    ];
    known
        .contains(&behind.as_str())
        .then(|| Line::Type(unescape(&family), behind))
}

fn unescape(text: &str) -> String {
    let mut plain = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some('\\' | '"')) => plain.push(chars.next().unwrap()),
            ('\\', Some('n')) => {
                chars.next();
                plain.push('\n');
            }
            _ => plain.push(c),
        }
    }
    plain
}

struct Cursor {
    text: Vec<char>,
    at: usize,
}

impl Cursor {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(' ' | '\t')) {
            self.at += 1;
        }
    }

    fn take(&mut self, wanted: char) -> Option<()> {
        (self.peek()? == wanted).then(|| self.at += 1)
    }

    fn name(&mut self, colons: bool) -> Option<String> {
        let mut name = String::new();
        while let Some(c) = self.peek() {
            let letter = c.is_ascii_alphabetic() || c == '_' || (colons && c == ':');
            if !letter && (!c.is_ascii_digit() || name.is_empty()) {
                break;
            }
            name.push(c);
            self.at += 1;
        }
        (!name.is_empty()).then_some(name)
    }

    /// A quoted text, escapes left in.
    fn quoted(&mut self) -> Option<String> {
        self.take('"')?;
        let mut inner = String::new();
        loop {
            let c = self.peek()?;
            self.at += 1;
            match c {
                '"' => return Some(inner),
                '\\' => {
                    inner.push(c);
                    inner.push(self.peek()?);
                    self.at += 1;
                }
                _ => inner.push(c),
            }
        }
    }

    fn sample(&mut self) -> Option<SlowSample> {
        let mut name = self.name(true);
        self.blanks();
        let mut labels = Vec::new();
        if self.peek() == Some('{') {
            self.at += 1;
            let (inner_name, found) = self.labels(name.is_none())?;
            name = name.or(inner_name);
            labels = found;
        }
        let name = name?;
        self.blanks();
        let value = self.token();
        number(&value)?;
        self.blanks();
        if !matches!(self.peek(), None | Some('#')) {
            let timestamp = self.token();
            number(&timestamp).filter(|number| number.is_finite())?;
            self.blanks();
        }
        if self.peek().is_some() {
            self.exemplar()?;
        }
        Some(SlowSample {
            name: unescape(&name),
            labels,
        })
    }

    fn token(&mut self) -> String {
        let mut token = String::new();
        while let Some(c) = self.peek().filter(|c| !" \t".contains(*c)) {
            token.push(c);
            self.at += 1;
        }
        token
    }

    fn exemplar(&mut self) -> Option<()> {
        self.take('#')?;
        self.blanks();
        self.take('{')?;
        let (name, _) = self.labels(false)?;
        if name.is_some() {
            return None;
        }
        let rest: String = self.text[self.at..].iter().collect();
        let rest = rest.trim_matches([' ', '\t', '\r', '\n', '\x0c']);
        let (value, timestamp) = rest.split_once(' ').unwrap_or((rest, ""));
        number(value)?;
        let timestamp = timestamp.trim_matches([' ', '\t', '\r', '\n', '\x0c']);
        if !timestamp.is_empty() {
            number(timestamp).filter(|number| number.is_finite())?;
        }
        Some(())
    }

    /// Labels to the closing brace; a quoted name in the first place where one is allowed.
    #[expect(
        clippy::type_complexity,
        reason = "a name and the labels as SlowSample has them"
    )]
    fn labels(
        &mut self,
        name_allowed: bool,
    ) -> Option<(Option<String>, Vec<(String, String, u64)>)> {
        let mut name = None;
        let mut labels: Vec<(String, String, u64)> = Vec::new();
        loop {
            self.blanks();
            if self.peek()? == '}' {
                self.at += 1;
                return Some((name, labels));
            }
            if name.is_some() || !labels.is_empty() {
                if self.peek()? == ',' {
                    self.at += 1;
                    self.blanks();
                    if self.peek()? == '}' {
                        self.at += 1;
                        return Some((name, labels));
                    }
                } else if self.peek()? == '"' {
                    return None;
                }
            }
            let start = self.at;
            let quoted = self.peek()? == '"';
            let key = if quoted {
                self.quoted()?
            } else {
                self.name(false)?
            };
            if key.is_empty() {
                return None;
            }
            self.blanks();
            if quoted && matches!(self.peek()?, ',' | '}') {
                if !name_allowed || name.is_some() || !labels.is_empty() {
                    return None;
                }
                name = Some(key);
                continue;
            }
            self.take('=')?;
            self.blanks();
            let value = self.quoted()?;
            if labels.iter().any(|(known, _, _)| *known == unescape(&key)) {
                return None;
            }
            let text: String = self.text[start..self.at].iter().collect();
            labels.push((unescape(&key), unescape(&value), text.len() as u64 + 1));
        }
    }
}

fn number(text: &str) -> Option<f64> {
    let unsigned = text
        .strip_prefix(['+', '-'])
        .unwrap_or(text)
        .to_ascii_lowercase();
    if unsigned == "nan" {
        return (unsigned.len() == text.len()).then_some(f64::NAN);
    }
    if unsigned == "inf" || unsigned == "infinity" {
        return Some(f64::INFINITY);
    }
    let plain = |c: char| c.is_ascii_digit() || "+-.eE".contains(c);
    let number: f64 = text.chars().all(plain).then(|| text.parse().ok())??;
    number.is_finite().then_some(number)
}
