//! What builders of functions are made with: arguments read as a type, and calls made of closures.

use std::rc::Rc;

use crate::collector::attributes::Attributes;
use crate::collector::ottl::function::Getter;
use crate::collector::ottl::scene::Scene;
use crate::collector::ottl::val::ListKind;
use crate::collector::ottl::val::Moment;
use crate::collector::ottl::val::Val;
use crate::collector::text::Text;

/// What a builder of a converter returns.
pub type Built = Result<Box<dyn Getter>, String>;

/// An argument.
pub type Term = Box<dyn Getter>;

/// A converter that is a closure.
struct Call<F>(F);

impl<F: Fn(&Scene<'_>) -> Result<Val, String>> Getter for Call<F> {
    fn get(&self, scene: &Scene<'_>) -> Result<Val, String> {
        (self.0)(scene)
    }
}

/// A converter made of what it does for one item.
///
/// # Errors
/// The arguments are not ones that the release takes.
pub fn call(work: impl Fn(&Scene<'_>) -> Result<Val, String> + 'static) -> Built {
    Ok(Box::new(Call(work)))
}

/// The message of a value of the wrong type.
pub fn unexpected(wanted: &str, value: &Val) -> String {
    format!("expected {wanted} but got {}", value.go_type())
}

/// The value as a text.
///
/// # Errors
/// The arguments are not ones that the release takes.
pub fn text(term: &dyn Getter, scene: &Scene<'_>) -> Result<Text, String> {
    match term.get(scene)? {
        Val::Str(text) => Ok(text),
        other => Err(unexpected("string", &other)),
    }
}

/// The value as a text that may be missing.
///
/// # Errors
/// The arguments are not ones that the release takes.
pub fn maybe_text(term: &dyn Getter, scene: &Scene<'_>) -> Result<Option<Text>, String> {
    match term.get(scene)? {
        Val::Nil => Ok(None),
        Val::Str(text) => Ok(Some(text)),
        other => Err(unexpected("string", &other)),
    }
}

/// The value as a whole number.
///
/// # Errors
/// The arguments are not ones that the release takes.
pub fn int(term: &dyn Getter, scene: &Scene<'_>) -> Result<i64, String> {
    match term.get(scene)? {
        Val::Int(value) => Ok(value),
        other => Err(unexpected("int64", &other)),
    }
}

/// The value as a map.
///
/// # Errors
/// The arguments are not ones that the release takes.
pub fn map(term: &dyn Getter, scene: &Scene<'_>) -> Result<Attributes, String> {
    match term.get(scene)? {
        Val::Map(map) => Ok(map),
        other => Err(unexpected("pcommon.Map", &other)),
    }
}

/// The value as the elements of a list.
///
/// # Errors
/// The arguments are not ones that the release takes.
pub fn items(term: &dyn Getter, scene: &Scene<'_>) -> Result<Rc<[Val]>, String> {
    match term.get(scene)? {
        Val::List(list) if list.kind != ListKind::Other => Ok(list.items),
        other => Err(unexpected("pcommon.Slice", &other)),
    }
}

/// The value as a point in time.
///
/// # Errors
/// The arguments are not ones that the release takes.
pub fn moment(term: &dyn Getter, scene: &Scene<'_>) -> Result<Rc<Moment>, String> {
    match term.get(scene)? {
        Val::Time(moment) => Ok(moment),
        other => Err(unexpected("time", &other)),
    }
}

/// The value as a span of time in nanoseconds.
///
/// # Errors
/// The arguments are not ones that the release takes.
pub fn duration(term: &dyn Getter, scene: &Scene<'_>) -> Result<i64, String> {
    match term.get(scene)? {
        Val::Duration(ns) => Ok(ns),
        other => Err(unexpected("duration", &other)),
    }
}

/// A converter of one text to another value.
///
/// # Errors
/// The arguments are not ones that the release takes.
pub fn of_text(target: Term, work: impl Fn(&Text) -> Result<Val, String> + 'static) -> Built {
    call(move |scene| work(&text(target.as_ref(), scene)?))
}

/// A text made of bytes. Go's texts may hold any bytes; each that is no UTF-8 becomes U+FFFD here.
pub fn text_of_bytes(bytes: &[u8]) -> Val {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        out.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    Val::from(out)
}
