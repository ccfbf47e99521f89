//! A value of any type by a verb, as Go's `fmt` writes it.

use std::rc::Rc;

use crate::collector::ottl::functions::arguments::text_of_bytes;
use crate::collector::ottl::functions::hashes::hex;
use crate::collector::ottl::functions::times;
use crate::collector::ottl::functions::times::span;
use crate::collector::ottl::val::List;
use crate::collector::ottl::val::ListKind;
use crate::collector::ottl::val::Val;

use super::flags::Flags;
use super::float;
use super::integer;
use super::quote;

/// Writes values.
#[derive(Debug, Default)]
pub struct Printer {
    /// What is written so far.
    pub out: String,
    /// Those of the verb.
    pub flags: Flags,
    /// Whether a value is shown that the verb was not for: then no value writes itself.
    is_bad: bool,
}

impl Printer {
    /// A value that an argument is.
    ///
    /// # Errors
    /// Go would write an address in memory.
    pub fn value(&mut self, value: &Val, verb: char) -> Result<(), String> {
        match (verb, value) {
            ('T' | 'v', Val::Nil) => self.flags.pad(&mut self.out, "<nil>"),
            (_, Val::Nil) => self.bad(verb, None)?,
            ('T', value) => {
                let name = self.flags.cut(value.go_type());
                self.flags.pad(&mut self.out, name);
            }
            ('p', Val::List(_) | Val::Bytes(_) | Val::Opaque(_)) => return Err(address(value)),
            ('p', value) => self.bad(verb, Some(value))?,
            (
                'w',
                Val::List(_) | Val::Map(_) | Val::Time(_) | Val::Duration(_) | Val::Opaque(_),
            ) => {
                self.bad(verb, Some(value))?;
            }
            (verb, Val::Bytes(bytes)) => self.bytes(bytes, verb, "[]byte")?,
            (verb, value) => self.inner(value, verb)?,
        }
        Ok(())
    }

    /// A value, or one inside of another.
    fn inner(&mut self, value: &Val, verb: char) -> Result<(), String> {
        if !self.is_bad && self.own_text(value, verb)? {
            return Ok(());
        }
        match value {
            Val::Nil if self.flags.go_syntax => self.out.push_str("interface {}(nil)"),
            Val::Nil => self.out.push_str("<nil>"),
            Val::Bool(is) if matches!(verb, 't' | 'v') => {
                self.flags.pad(&mut self.out, &is.to_string());
            }
            Val::Int(number) | Val::Duration(number) => {
                let number = *number as u64;
                if integer::write(&mut self.out, &self.flags, number, true, verb).is_none() {
                    self.bad(verb, Some(value))?;
                }
            }
            Val::Float(number) => {
                if float::write(&mut self.out, &self.flags, *number, verb).is_none() {
                    self.bad(verb, Some(value))?;
                }
            }
            Val::Str(text) if matches!(verb, 'v' | 's' | 'x' | 'X' | 'q') => {
                self.text(text, verb);
            }
            Val::Bool(_) | Val::Str(_) => self.bad(verb, Some(value))?,
            Val::Bytes(bytes) => self.bytes(bytes, verb, "[]uint8")?,
            Val::List(list) => self.list(list, verb)?,
            Val::Map(_) | Val::Time(_) | Val::Opaque(_) => return Err(address(value)),
        }
        Ok(())
    }

    /// A value that has a text of its own, if the verb is for texts.
    fn own_text(&mut self, value: &Val, verb: char) -> Result<bool, String> {
        let is_for_texts = matches!(verb, 'v' | 's' | 'x' | 'X' | 'q');
        let text = match value {
            Val::Time(_) if self.flags.go_syntax => {
                return Err("%#v of a time.Time is not simulated".to_owned());
            }
            _ if !is_for_texts || self.flags.go_syntax => return Ok(false),
            Val::Duration(ns) => span::shown(*ns),
            Val::Time(moment) => times::shown(moment),
            _ => return Ok(false),
        };
        self.text(&text, verb);
        Ok(true)
    }

    fn text(&mut self, text: &str, verb: char) {
        let flags = self.flags;
        match verb {
            'v' if flags.go_syntax => self.quoted(text),
            'q' => self.quoted(text),
            'x' | 'X' => self.bytes_in_hexadecimal(text.as_bytes(), verb),
            _ => flags.pad(&mut self.out, flags.cut(text)),
        }
    }

    fn quoted(&mut self, text: &str) {
        let text = self.flags.cut(text);
        let quoted = if self.flags.sharp && quote::fits_backquotes(text) {
            format!("`{text}`")
        } else {
            quote::text(text, self.flags.plus)
        };
        self.flags.pad(&mut self.out, &quoted);
    }

    fn bytes(&mut self, bytes: &Rc<[u8]>, verb: char, name: &str) -> Result<(), String> {
        match verb {
            'v' | 'd' if self.flags.go_syntax => {
                self.out.push_str(name);
                self.out.push('{');
                for (at, byte) in bytes.iter().enumerate() {
                    if at > 0 {
                        self.out.push_str(", ");
                    }
                    let number = u64::from(*byte);
                    integer::write(&mut self.out, &self.flags, number, false, 'v');
                }
                self.out.push('}');
            }
            'x' | 'X' => self.bytes_in_hexadecimal(bytes, verb),
            's' => {
                // Go's texts may hold any bytes; ours have U+FFFD for each that is none of UTF-8.
                if let Val::Str(text) = text_of_bytes(bytes) {
                    self.text(&text, verb);
                }
            }
            'q' => match std::str::from_utf8(bytes) {
                Ok(text) => self.text(text, verb),
                Err(_) if self.flags.precision.is_some() => {
                    return Err("a precision of bytes that are no text is not simulated".to_owned());
                }
                Err(_) => {
                    let quoted = quote::bytes(bytes, self.flags.plus);
                    self.flags.pad(&mut self.out, &quoted);
                }
            },
            _ => {
                self.out.push('[');
                for (at, byte) in bytes.iter().enumerate() {
                    if at > 0 {
                        self.out.push(' ');
                    }
                    let number = u64::from(*byte);
                    if integer::write(&mut self.out, &self.flags, number, false, verb).is_none() {
                        self.bad_byte(verb, number);
                    }
                }
                self.out.push(']');
            }
        }
        Ok(())
    }

    fn bytes_in_hexadecimal(&mut self, bytes: &[u8], verb: char) {
        let flags = self.flags;
        let most = flags.precision().unwrap_or(usize::MAX).min(bytes.len());
        let bytes = &bytes[..most];
        let prefix = if flags.sharp { "0x" } else { "" };
        let shown = if flags.space {
            let parts: Vec<String> = bytes
                .iter()
                .map(|byte| format!("{prefix}{byte:02x}"))
                .collect();
            parts.join(" ")
        } else if bytes.is_empty() {
            String::new()
        } else {
            format!("{prefix}{}", hex(bytes))
        };
        let shown = if verb == 'X' {
            shown.to_uppercase()
        } else {
            shown
        };
        flags.pad(&mut self.out, &shown);
    }

    fn list(&mut self, list: &List, verb: char) -> Result<(), String> {
        if matches!(list.kind, ListKind::Slice | ListKind::Other) {
            return Err(address(&Val::List(list.clone())));
        }
        let is_go = self.flags.go_syntax;
        let value = Val::List(list.clone());
        self.out.push_str(if is_go { value.go_type() } else { "[" });
        if is_go {
            self.out.push('{');
        }
        for (at, item) in list.items.iter().enumerate() {
            if at > 0 {
                self.out.push_str(if is_go { ", " } else { " " });
            }
            self.inner(item, verb)?;
        }
        self.out.push(if is_go { '}' } else { ']' });
        Ok(())
    }

    /// A verb that is not for the value: the value's type, and the value.
    fn bad(&mut self, verb: char, value: Option<&Val>) -> Result<(), String> {
        self.out.extend(["%!", verb.encode_utf8(&mut [0; 4]), "("]);
        match value {
            None => self.out.push_str("<nil>"),
            Some(value) => {
                self.out.push_str(value.go_type());
                self.out.push('=');
                let before = std::mem::replace(&mut self.is_bad, true);
                let shown = match value {
                    Val::Bytes(bytes) => self.bytes(bytes, 'v', "[]byte"),
                    value => self.inner(value, 'v'),
                };
                self.is_bad = before;
                shown?;
            }
        }
        self.out.push(')');
        Ok(())
    }

    fn bad_byte(&mut self, verb: char, number: u64) {
        self.out
            .extend(["%!", verb.encode_utf8(&mut [0; 4]), "(uint8="]);
        integer::write(&mut self.out, &self.flags, number, false, 'v');
        self.out.push(')');
    }
}

/// Why a value is not written: Go's text has an address in it, another one each time.
fn address(value: &Val) -> String {
    format!(
        "Format of a {}, of which the Collector writes addresses in memory, is not simulated",
        value.go_type()
    )
}
