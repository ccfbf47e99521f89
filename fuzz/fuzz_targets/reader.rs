//! Any bytes, in any pieces, under any line limit: the reader does not panic, tells every line, and tells
//! the same whatever stands before a line and however the body comes in.
//!
//! Input: a byte for the line limit, one for the number of piece sizes, the sizes, the body.
#![no_main]

#[path = "../../tests/support/reading.rs"]
mod reading;
#[path = "../../tests/support/slow_reader.rs"]
mod slow_reader;

use std::cell::RefCell;

use libfuzzer_sys::fuzz_target;
use meshctl::exposition::Reader;

use reading::Reading;
use reading::Told;
use slow_reader::Line;

/// No line of an input is this long.
const NO_LIMIT: usize = 1 << 20;

thread_local! {
    static READER: RefCell<Reader> = RefCell::new(Reader::new(NO_LIMIT));
}

fuzz_target!(|input: &[u8]| {
    let [limit, count, rest @ ..] = input else {
        return;
    };
    let (sizes, body) = rest.split_at(usize::from(count % 8).min(rest.len()));
    let whole = READER.with_borrow_mut(|reader| reading::read_with(reader, body));
    check(body, &whole);
    ensure_slow_reader_agrees(body, &whole);
    READER.with_borrow_mut(|reader| {
        reading::ensure_lines_stand_alone(body, &whole, |line| reading::read_with(reader, line));
    });
    let mut sizes: Vec<usize> = sizes.iter().map(|&size| usize::from(size)).collect();
    sizes.push(1 + usize::from(count / 8));
    assert_eq!(whole, reading::read_in_pieces(body, &sizes, NO_LIMIT));
    let limit = usize::from(*limit) + 1;
    let limited = reading::read(body, limit);
    check(body, &limited);
    let limited_in_pieces = reading::read_in_pieces(body, &sizes, limit);
    check(body, &limited_in_pieces);
    assert_eq!(limited, limited_in_pieces);
});

fn check(body: &[u8], reading: &Reading) {
    reading::ensure_every_line_counts(body, reading);
    reading::ensure_rejects_point_into_their_lines(body, reading);
    reading::ensure_comparisons_are_true(reading);
}

fn ensure_slow_reader_agrees(body: &[u8], reading: &Reading) {
    let mut told = reading.told.iter();
    for (line, bytes) in slow_reader::lines(body) {
        match &line {
            Line::Blank | Line::Comment => {}
            Line::Reject => {
                let told = told.next();
                assert!(matches!(told, Some(Told::Reject { .. })), "{told:?}");
            }
            Line::Type(..) | Line::Described(_) => {
                let told = told.next();
                assert!(matches!(told, Some(Told::Metadata { .. })), "{told:?}");
            }
            Line::Sample(slow) => {
                let Some(Told::Sample(fast)) = told.next() else {
                    panic!("the slow reader takes {slow:?}");
                };
                assert_eq!(fast.name, slow.name.as_bytes());
                assert_eq!(fast.line_bytes as u64, bytes);
                let labels = fast.labels.iter();
                assert!(
                    labels
                        .map(|label| (&label.name[..], &label.value[..], label.text.len() as u64 + 1))
                        .eq(slow
                            .labels
                            .iter()
                            .map(|(name, value, bytes)| (name.as_bytes(), value.as_bytes(), *bytes))),
                    "{fast:?} {slow:?}"
                );
            }
        }
    }
    assert_eq!(told.next(), None);
}
