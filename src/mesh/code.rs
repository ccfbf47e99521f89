//! The status codes of gRPC, by number and by name.
//!
//! Source: the gRPC specification, `doc/statuscodes.md`.

use super::Text;

/// How a gRPC call ended.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// A number, mostly one of the specification's 17.
    Number(u32),
    /// Something that is neither a number nor a name of the specification.
    Other(Text),
    /// None came, and yet the call was one of gRPC: it was broken off. Whoever made it is told UNKNOWN or CANCELLED.
    Missing,
}

/// Whose fault a code names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// The call was wrong, not allowed, or given up by whoever made it.
    Client,
    /// The server, or the way to it, failed.
    Server,
}

impl Fault {
    /// Stable name, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Server => "server",
        }
    }
}

/// Names by number.
const NAMES: [&str; 17] = [
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];

impl Code {
    /// Reads a label value, a number or a name in any case (`14`, `UNAVAILABLE`, `Unavailable`, `DeadlineExceeded`);
    /// `None` where it is empty.
    pub fn read(text: &Text) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        if let Ok(number) = text.parse() {
            return Some(Self::Number(number));
        }
        let letters = |name: &str| -> String {
            let letters = name.chars().filter(|&letter| letter != '_');
            letters.map(|letter| letter.to_ascii_uppercase()).collect()
        };
        let written = letters(text);
        let number = NAMES.iter().position(|name| letters(name) == written);
        let number = number.or((written == "CANCELED").then_some(1));
        Some(number.map_or_else(
            || Self::Other(Text::clone(text)),
            |number| Self::Number(number as u32),
        ))
    }

    /// Its number.
    pub fn number(&self) -> Option<u32> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Other(_) | Self::Missing => None,
        }
    }

    /// Its name in the specification, or what was written.
    pub fn name(&self) -> String {
        match self {
            Self::Number(number) => match NAMES.get(*number as usize) {
                Some(name) => (*name).to_owned(),
                None => format!("CODE_{number}"),
            },
            Self::Other(text) => text.to_string(),
            Self::Missing => "NO_STATUS".to_owned(),
        }
    }

    /// Whether it says that the call succeeded.
    pub fn is_ok(&self) -> bool {
        *self == Self::Number(0)
    }

    /// Whose fault it names; `None` for `OK` and for what the specification does not know.
    ///
    /// The client's are those that a client alone can mend (`INVALID_ARGUMENT`, `NOT_FOUND`, `ALREADY_EXISTS`,
    /// `PERMISSION_DENIED`, `FAILED_PRECONDITION`, `ABORTED`, `OUT_OF_RANGE`, `UNAUTHENTICATED`) or brings about
    /// (`CANCELLED`).
    pub fn fault(&self) -> Option<Fault> {
        match self.number()? {
            1 | 3 | 5 | 6 | 7 | 9 | 10 | 11 | 16 => Some(Fault::Client),
            2 | 4 | 8 | 12 | 13 | 14 | 15 => Some(Fault::Server),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Code> {
        Code::read(&Text::from(text))
    }

    #[test]
    fn numbers_and_names_are_one_code() {
        for text in ["14", "UNAVAILABLE", "Unavailable", "unavailable"] {
            assert_eq!(read(text), Some(Code::Number(14)), "{text}");
        }
        assert_eq!(read("DeadlineExceeded"), Some(Code::Number(4)));
        assert_eq!(read("Canceled"), Some(Code::Number(1)));
        assert_eq!(read(""), None);
        assert_eq!(read("odd"), Some(Code::Other("odd".into())));
    }

    #[test]
    fn every_code_but_ok_is_somebodys_fault() {
        for number in 0..17 {
            let code = Code::Number(number);
            assert_eq!(code.fault().is_none(), code.is_ok(), "{}", code.name());
            assert_eq!(read(&code.name()), Some(code));
        }
        assert_eq!(Code::Number(99).fault(), None);
        assert_eq!(Code::Number(99).name(), "CODE_99");
    }

    #[test]
    fn a_call_without_a_status_did_not_succeed() {
        assert!(!Code::Missing.is_ok());
        assert_eq!(Code::Missing.number(), None);
        assert_eq!(Code::Missing.fault(), None);
    }
}
