//! Tells an exposition from anything else by how its first lines look, leaning towards yes.
//!
//! Whatever is turned away here is never counted, so broken lines, foreign comments and unknown
//! dialects pass as long as something among the first lines looks like metrics. Nothing is parsed.

use crate::source::container::unsupported;

/// A text without labels, HELP or TYPE must have one sample in so many lines: `exit 1` looks like a
/// sample, yet a shell script is no exposition.
const LINES_PER_BARE_SAMPLE: usize = 4;

/// Whether `head` is the beginning of an exposition.
pub(super) fn is_exposition(head: &[u8]) -> bool {
    if memchr::memchr(0, head).is_some() {
        return false;
    }
    let mut content = 0;
    let mut bare = 0;
    for line in head.split(|byte| *byte == b'\n') {
        match Line::of(line.trim_ascii_end()) {
            Line::Sure => return true,
            Line::Bare => {
                bare += 1;
                content += 1;
            }
            Line::Other => content += 1,
            Line::Blank => {}
        }
    }
    bare > 0 && bare * LINES_PER_BARE_SAMPLE >= content
}

/// What one line says about the text it is in.
#[derive(Debug, PartialEq, Eq)]
enum Line {
    /// Metadata, or a sample with labels: nothing else looks like that.
    Sure,
    /// A word and a number: a sample, or prose.
    Bare,
    Other,
    Blank,
}

impl Line {
    fn of(line: &[u8]) -> Self {
        if line.is_empty() {
            return Self::Blank;
        }
        if [&b"# HELP "[..], b"# TYPE ", b"# UNIT "]
            .iter()
            .any(|keyword| line.starts_with(keyword))
            || line == b"# EOF"
        {
            return Self::Sure;
        }
        let (name, rest) = line.split_at(name_length(line));
        match rest.first() {
            Some(b'{') => match memchr::memrchr(b'}', rest) {
                Some(end) if has_value(&rest[end + 1..], |_| true) => Self::Sure,
                _ if !name.is_empty() && begins_with_label(&rest[1..]) => Self::Sure,
                _ => Self::Other,
            },
            // A last colon is YAML's.
            Some(b' ' | b'\t') if !name.is_empty() && !name.ends_with(b":") => {
                if has_value(rest, ends_a_sample) {
                    Self::Bare
                } else {
                    Self::Other
                }
            }
            _ => Self::Other,
        }
    }
}

/// Whether `block` begins with `name="`: a line may go on far behind what is looked at.
fn begins_with_label(block: &[u8]) -> bool {
    let length = name_length(block);
    length > 0 && block[length..].starts_with(b"=\"")
}

/// How many bytes at the start of `line` can be a metric's name.
fn name_length(line: &[u8]) -> usize {
    if line.first().is_none_or(u8::is_ascii_digit) {
        return 0;
    }
    let in_name = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':');
    line.iter().take_while(in_name).count()
}

/// Whether `rest` is a number, and then something that `tail` agrees to.
fn has_value(rest: &[u8], tail: fn(&[u8]) -> bool) -> bool {
    let rest = rest.trim_ascii_start();
    let blank = rest.iter().position(u8::is_ascii_whitespace);
    let (value, after) = rest.split_at(blank.unwrap_or(rest.len()));
    is_number(value) && tail(after.trim_ascii_start())
}

/// Whether nothing, a timestamp or an exemplar stands after a sample's value.
fn ends_a_sample(after: &[u8]) -> bool {
    after.is_empty() || after.starts_with(b"#") || has_value(after, |_| true)
}

/// Whether `word` is a number as expositions write it; `Inf` and `NaN` included.
fn is_number(word: &[u8]) -> bool {
    std::str::from_utf8(word).is_ok_and(|word| word.parse::<f64>().is_ok())
}

/// What `head` is instead of an exposition, and what to do about it, for somebody who named it.
pub(super) fn describe(head: &[u8]) -> String {
    if let Some(name) = unsupported(head) {
        return format!("a {name} archive, which is not read: unpack it first");
    }
    let text = head.trim_ascii_start();
    let what = if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        "text in UTF-16, as PowerShell writes it: save it as UTF-8"
    } else if head.iter().all(|byte| *byte == 0) {
        "nothing but zero bytes: an empty archive or a damaged file"
    } else if is_protobuf(head) {
        "metrics in protobuf: scrape them as text, with the header `Accept: text/plain`"
    } else if memchr::memchr(0, head).is_some() {
        "a binary file"
    } else if text.starts_with(b"<") {
        "looks like HTML or XML, maybe a login or error page: fetch the metrics path itself"
    } else if text.starts_with(b"{") || text.starts_with(b"[") {
        "looks like JSON: save what the metrics endpoint sends, without converting it"
    } else if is_yaml(text) {
        "looks like YAML: name a saved scrape here"
    } else {
        "no line among the first looks like a metric"
    };
    format!("not an exposition: {what}")
}

/// Whether `head` begins with a length-delimited `MetricFamily`, whose first field is its name.
fn is_protobuf(head: &[u8]) -> bool {
    let length = head.iter().take_while(|byte| **byte >= 0x80).count() + 1;
    let Some([0x0a, size, rest @ ..]) = head.get(length..) else {
        return false;
    };
    let name = rest.get(..usize::from(*size)).unwrap_or_default();
    length <= 4 && !name.is_empty() && name_length(name) == name.len()
}

fn is_yaml(text: &[u8]) -> bool {
    let is_key = |line: &[u8]| {
        let key = line
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
        let key = key.count();
        key > 0 && (line[key..].starts_with(b": ") || line[key..].trim_ascii_end() == b":")
    };
    let mut lines = text.split(|byte| *byte == b'\n');
    let first = lines.find(|line| !line.trim_ascii().is_empty() && !line.starts_with(b"#"));
    first.is_some_and(|line| line.trim_ascii_end() == b"---" || is_key(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_expositions_by_any_of_their_signs() {
        for text in [
            "# HELP up Whether it is up.\nup 1\n",
            "# TYPE up gauge",
            "# EOF\n",
            "# UNIT up_seconds seconds\n",
            "requests_total{path=\"a line longer than what is looked at",
            "up 1\n",
            "up 1 1700000000000\n",
            "up\t+Inf\r\n",
            "up NaN # {trace_id=\"a\"} 1\n",
            "requests_total{a=\"b c\"} 1e3\n",
            "{\"http.requests\",code=\"200\"} 12\n",
            "job:requests:rate5m 0.25\n",
        ] {
            assert!(is_exposition(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn a_broken_beginning_does_not_hide_what_follows() {
        let text = "}}} garbage {{{\nfoo{a=\"b\nc\"\nrequests_total{path=\"/a\"b\"} 1\n";
        assert!(is_exposition(text.as_bytes()));
        let text = "W1121 something from a tool\nother noise\nup 1\ndown 0\n";
        assert!(is_exposition(text.as_bytes()));
    }

    #[test]
    fn turns_away_what_lies_beside_dumps() {
        for text in [
            "# Public dumps\n\nThese are 3 dumps, see above.\nTaken in 2024\n",
            "HTTP/1.1 200 OK\ncontent-type: text/plain\ncontent-length: 1016276\n",
            "replicas: 3\nport: 4191\n",
            "{\"status\": 1}\n",
            "[1, 2]\n",
            "<html><body>503</body></html>\n",
            "#!/bin/sh\nset -eu\nif test -f x; then\necho hello\nexit 1\nfi\n",
            "name,value\nup,1\n",
            "up 1\n\0\0\0",
            "\n\n\n",
            "",
        ] {
            assert!(!is_exposition(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn says_what_something_else_is() {
        let say = |head: &[u8]| describe(head);
        let descriptions = [
            say(b"PK\x03\x04\x14\0"),
            say(b"\xff\xfe#\0 \0"),
            say(&[0; 1024]),
            say(b"\x2c\x0a\x05up_to\x12\x04help\x18\x01"),
            say(b"\x7fELF\x02\0\0"),
            say(b"\n<!doctype html>\n"),
            say(b"{\"status\":\"success\"}"),
            say(b"# a comment\napiVersion: v1\nkind: Pod\n"),
            say(b"Some prose.\n"),
        ];
        insta::assert_snapshot!(descriptions.join("\n"), @"
        a zip archive, which is not read: unpack it first
        not an exposition: text in UTF-16, as PowerShell writes it: save it as UTF-8
        not an exposition: nothing but zero bytes: an empty archive or a damaged file
        not an exposition: metrics in protobuf: scrape them as text, with the header `Accept: text/plain`
        not an exposition: a binary file
        not an exposition: looks like HTML or XML, maybe a login or error page: fetch the metrics path itself
        not an exposition: looks like JSON: save what the metrics endpoint sends, without converting it
        not an exposition: looks like YAML: name a saved scrape here
        not an exposition: no line among the first looks like a metric
        ");
    }
}
