//! One row of comma-separated values, as Go's `encoding/csv` reads it, with line breaks inside fields
//! (`internal/coreinternal/parseutils/csv.go`).

/// What quotes mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quotes {
    /// They enclose fields, and must be where they belong.
    Strict,
    /// They enclose fields, and elsewhere are characters like others.
    Lazy,
    /// They are characters like others.
    Ignored,
}

/// The fields of a row. Where it has several lines, the last field of a line goes on with the first of the next.
///
/// # Errors
/// A quote is where none may be, or there is no row.
pub fn row(text: &str, delimiter: char, quotes: Quotes) -> Result<Vec<String>, String> {
    if quotes == Quotes::Ignored {
        return Ok(text.split(delimiter).map(str::to_owned).collect());
    }
    if matches!(
        delimiter,
        '\0' | '"' | '\r' | '\n' | char::REPLACEMENT_CHARACTER
    ) {
        return Err("read csv line: csv: invalid field or comment delimiter".to_owned());
    }
    let mut lines = Lines { rest: text };
    let mut joined: Option<Vec<String>> = None;
    while let Some(line) = lines.next() {
        if line == "\n" {
            continue;
        }
        let (fields, error) = record(line, &mut lines, delimiter, quotes == Quotes::Lazy);
        if let Some(error) = error
            && fields.is_empty()
        {
            return Err(format!("read csv line: {error}"));
        }
        match &mut joined {
            None => joined = Some(fields),
            Some(joined) => {
                let mut fields = fields.into_iter();
                if let (Some(last), Some(first)) = (joined.last_mut(), fields.next()) {
                    last.push('\n');
                    last.push_str(&first);
                }
                joined.extend(fields);
            }
        }
    }
    joined.ok_or_else(|| "no csv lines found".to_owned())
}

/// Lines with their ends, which are made single line feeds; a carriage return at the very end goes.
struct Lines<'t> {
    rest: &'t str,
}

impl<'t> Lines<'t> {
    fn next(&mut self) -> Option<std::borrow::Cow<'t, str>> {
        if self.rest.is_empty() {
            return None;
        }
        let end = self.rest.find('\n').map_or(self.rest.len(), |at| at + 1);
        let (line, rest) = self.rest.split_at(end);
        self.rest = rest;
        if let Some(content) = line.strip_suffix("\r\n") {
            return Some(format!("{content}\n").into());
        }
        if rest.is_empty()
            && let Some(content) = line.strip_suffix('\r')
        {
            return Some(content.into());
        }
        Some(line.into())
    }
}

/// The fields of one record that begins with `line`, and what is wrong after them.
fn record(
    line: std::borrow::Cow<'_, str>,
    lines: &mut Lines<'_>,
    delimiter: char,
    lazy: bool,
) -> (Vec<String>, Option<&'static str>) {
    let mut fields = Vec::new();
    let mut line = line.into_owned();
    loop {
        let Some(quoted) = line.strip_prefix('"') else {
            let (field, rest) = match line.split_once(delimiter) {
                Some((field, rest)) => (field, Some(rest)),
                None => (line.strip_suffix('\n').unwrap_or(&line), None),
            };
            if !lazy && field.contains('"') {
                return (fields, Some("bare \" in non-quoted field"));
            }
            fields.push(field.to_owned());
            match rest.map(str::to_owned) {
                Some(rest) => line = rest,
                None => return (fields, None),
            }
            continue;
        };
        let mut rest = quoted.to_owned();
        let mut field = String::new();
        loop {
            if let Some((before, after)) = rest.split_once('"') {
                field.push_str(before);
                if let Some(after) = after.strip_prefix('"') {
                    field.push('"');
                    rest = after.to_owned();
                } else if let Some(after) = after.strip_prefix(delimiter) {
                    fields.push(field);
                    after.clone_into(&mut line);
                    break;
                } else if after.is_empty() || after == "\n" {
                    fields.push(field);
                    return (fields, None);
                } else if lazy {
                    field.push('"');
                    rest = after.to_owned();
                } else {
                    return (fields, Some("extraneous or missing \" in quoted-field"));
                }
            } else if !rest.is_empty() {
                field.push_str(&rest);
                rest = lines.next().unwrap_or_default().into_owned();
            } else {
                if !lazy {
                    return (fields, Some("extraneous or missing \" in quoted-field"));
                }
                fields.push(field);
                return (fields, None);
            }
        }
    }
}
