//! Unicode as Go knows it: the tables of version 15.0, and which of them have a name in a pattern.
//!
//! The tables at hand are those of a later version. Characters that came after 15.0 are taken out again.

use std::sync::LazyLock;

use regex_syntax::hir::Class;
use regex_syntax::hir::ClassUnicode;
use regex_syntax::hir::ClassUnicodeRange;
use regex_syntax::hir::HirKind;

/// Characters that exist since Unicode 15.0 or longer (`unicode/tables.go`, `Version`).
static KNOWN: LazyLock<ClassUnicode> = LazyLock::new(|| property("age=15.0"));

/// Those that may have other cases. Three pairs became equal in Unicode 15.1: ΐ, ΰ and the ligature of s and t.
static CASED: LazyLock<ClassUnicode> = LazyLock::new(|| {
    let late = [
        '\u{390}', '\u{3b0}', '\u{1fd3}', '\u{1fe3}', '\u{fb05}', '\u{fb06}',
    ];
    let mut cased = KNOWN.clone();
    cased.difference(&ClassUnicode::new(
        late.map(|c| ClassUnicodeRange::new(c, c)),
    ));
    cased
});

/// Ahom's medial ra, which Unicode 16.0 moved from `Mn` to `Mc`.
const AHOM_RA: char = '\u{1171e}';

/// Combining iota below, a case of iota that Go leaves out where it folds `LC` (`unicode/tables.go`,
/// `FoldCategory`).
const IOTA_BELOW: char = '\u{345}';

/// Letters and decimal digits.
static WORD: LazyLock<ClassUnicode> = LazyLock::new(|| {
    let mut word = property("L");
    word.union(&property("Nd"));
    word.intersect(&KNOWN);
    word
});

/// Long and short names of the categories, as `unicode.CategoryAliases`, folded as Go folds names.
const CATEGORIES: [(&str, &str); 38] = [
    ("C", "Other"),
    ("Cc", "Control"),
    ("Cf", "Format"),
    ("Cn", "Unassigned"),
    ("Co", "Privateuse"),
    ("Cs", "Surrogate"),
    ("L", "Letter"),
    ("Lc", "Casedletter"),
    ("Ll", "Lowercaseletter"),
    ("Lm", "Modifierletter"),
    ("Lo", "Otherletter"),
    ("Lt", "Titlecaseletter"),
    ("Lu", "Uppercaseletter"),
    ("M", "Mark"),
    ("Mc", "Spacingmark"),
    ("Me", "Enclosingmark"),
    ("Mn", "Nonspacingmark"),
    ("N", "Number"),
    ("Nd", "Decimalnumber"),
    ("Nl", "Letternumber"),
    ("No", "Othernumber"),
    ("P", "Punctuation"),
    ("Pc", "Connectorpunctuation"),
    ("Pd", "Dashpunctuation"),
    ("Pe", "Closepunctuation"),
    ("Pf", "Finalpunctuation"),
    ("Pi", "Initialpunctuation"),
    ("Po", "Otherpunctuation"),
    ("Ps", "Openpunctuation"),
    ("S", "Symbol"),
    ("Sc", "Currencysymbol"),
    ("Sk", "Modifiersymbol"),
    ("Sm", "Mathsymbol"),
    ("So", "Othersymbol"),
    ("Z", "Separator"),
    ("Zl", "Lineseparator"),
    ("Zp", "Paragraphseparator"),
    ("Zs", "Spaceseparator"),
];

/// Further names of categories.
const ALIASES: [(&str, &str); 4] = [
    ("Cntrl", "Cc"),
    ("Combiningmark", "M"),
    ("Digit", "Nd"),
    ("Punct", "P"),
];

/// Scripts that a pattern can name. Those of several words cannot be named: Go takes out the blanks of what
/// is asked for, not those of its own names (`regexp/syntax/parse.go`, `unicodeTable`).
const SCRIPTS: &str = " Adlam Ahom Arabic Armenian Avestan Balinese Bamum Batak Bengali Bhaiksuki Bopomofo Brahmi \
    Braille Buginese Buhid Carian Chakma Cham Cherokee Chorasmian Common Coptic Cuneiform Cypriot Cyrillic Deseret \
    Devanagari Dogra Duployan Elbasan Elymaic Ethiopic Georgian Glagolitic Gothic Grantha Greek Gujarati Gurmukhi \
    Han Hangul Hanunoo Hatran Hebrew Hiragana Inherited Javanese Kaithi Kannada Katakana Kawi Kharoshthi Khmer \
    Khojki Khudawadi Lao Latin Lepcha Limbu Lisu Lycian Lydian Mahajani Makasar Malayalam Mandaic Manichaean \
    Marchen Medefaidrin Miao Modi Mongolian Mro Multani Myanmar Nabataean Nandinagari Newa Nko Nushu Ogham Oriya \
    Osage Osmanya Palmyrene Phoenician Rejang Runic Samaritan Saurashtra Sharada Shavian Siddham Sinhala Sogdian \
    Soyombo Sundanese Syriac Tagalog Tagbanwa Takri Tamil Tangsa Tangut Telugu Thaana Thai Tibetan Tifinagh \
    Tirhuta Toto Ugaritic Vai Vithkuqi Wancho Yezidi Yi ";

/// Whether Go 1.26 knew a character when it was built.
pub(in super::super) fn is_known(c: char) -> bool {
    c.is_ascii() || contains(&KNOWN, c)
}

/// Whether a character is a letter or a decimal digit, as `unicode.IsLetter` and `unicode.IsDigit` say.
pub(in super::super) fn is_letter_or_digit(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric();
    }
    contains(&WORD, c)
}

fn single(c: char) -> ClassUnicode {
    ClassUnicode::new([ClassUnicodeRange::new(c, c)])
}

fn contains(class: &ClassUnicode, c: char) -> bool {
    let ranges = class.ranges();
    let after = ranges.partition_point(|range| range.start() <= c);
    after > 0 && c <= ranges[after - 1].end()
}

/// The class of a name as in `\p{Name}`; `None` where Go knows no such name.
pub(super) fn named(name: &str) -> Option<ClassUnicode> {
    let name = canonical(name);
    match &*name {
        "Any" => return Some(all()),
        "Ascii" => return Some(ClassUnicode::new([ClassUnicodeRange::new('\0', '\x7f')])),
        "Assigned" => {
            let mut class = category("Cn");
            class.negate();
            return Some(class);
        }
        _ => {}
    }
    let alias = ALIASES.iter().find(|(alias, _)| *alias == name);
    let name = alias.map_or(&*name, |(_, category)| category);
    let known = CATEGORIES
        .iter()
        .find(|(short, long)| *short == name || *long == name);
    if let Some((short, _)) = known {
        return Some(category(short));
    }
    // A name holds no blank any more, so that it cannot reach over the borders of an entry.
    if name.is_empty() || !SCRIPTS.contains(&format!(" {name} ")) {
        return None;
    }
    let mut class = property(&format!("sc={name}"));
    class.intersect(&KNOWN);
    Some(class)
}

fn category(short: &str) -> ClassUnicode {
    match short {
        "Cs" => ClassUnicode::empty(),
        "Mn" => {
            let mut class = property("gc=Mn");
            class.union(&single(AHOM_RA));
            class.intersect(&KNOWN);
            class
        }
        "Mc" => {
            let mut class = property("gc=Mc");
            class.difference(&single(AHOM_RA));
            class.intersect(&KNOWN);
            class
        }
        "Lc" => {
            let mut class = category("Lu");
            class.union(&category("Ll"));
            class.union(&category("Lt"));
            class
        }
        "C" => {
            let mut class = category("Cn");
            for part in ["Cc", "Cf", "Co"] {
                class.union(&category(part));
            }
            class
        }
        "Cn" => {
            let mut class = KNOWN.clone();
            class.negate();
            class.union(&property("gc=Cn"));
            class
        }
        _ => {
            let mut class = property(&format!("gc={short}"));
            class.intersect(&KNOWN);
            class
        }
    }
}

fn property(query: &str) -> ClassUnicode {
    let query = if query.contains('=') {
        format!(r"\p{{{query}}}")
    } else {
        format!(r"\p{{gc={query}}}")
    };
    match regex_syntax::parse(&query).map(regex_syntax::hir::Hir::into_kind) {
        Ok(HirKind::Class(Class::Unicode(class))) => class,
        Ok(HirKind::Literal(literal)) => {
            let text = String::from_utf8_lossy(&literal.0);
            ClassUnicode::new(text.chars().map(|c| ClassUnicodeRange::new(c, c)))
        }
        _ => ClassUnicode::empty(),
    }
}

pub(super) fn all() -> ClassUnicode {
    ClassUnicode::new([ClassUnicodeRange::new('\0', char::MAX)])
}

/// A capital, then small letters, without `_`, `-` and blanks.
fn canonical(name: &str) -> String {
    let mut first = true;
    let kept = name.chars().filter(|c| !matches!(c, '_' | '-' | ' '));
    kept.map(|c| {
        if std::mem::take(&mut first) {
            c.to_ascii_uppercase()
        } else {
            c.to_ascii_lowercase()
        }
    })
    .collect()
}

/// Adds to a class the other cases of its characters.
pub(super) fn fold(class: &mut ClassUnicode) {
    if class.ranges().is_empty() || *class == all() {
        return;
    }
    let mut folded = class.clone();
    folded.intersect(&CASED);
    if folded.try_case_fold_simple().is_ok() {
        folded.intersect(&KNOWN);
        class.union(&folded);
    }
}

/// Folds the class of a name.
pub(super) fn fold_named(name: &str, class: &mut ClassUnicode) {
    fold(class);
    if matches!(&*canonical(name), "Lc" | "Casedletter") {
        class.difference(&single(IOTA_BELOW));
    }
}

/// A character with its other cases.
pub(super) fn folded(c: char) -> ClassUnicode {
    let mut class = single(c);
    if !(c.is_ascii() || contains(&CASED, c)) || class.try_case_fold_simple().is_err() {
        return class;
    }
    let cases = class
        .iter()
        .flat_map(|range| range.start()..=range.end())
        .filter(|&case| is_known(case));
    ClassUnicode::new(cases.map(|case| ClassUnicodeRange::new(case, case)))
}
