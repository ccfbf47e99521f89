#!/usr/bin/env python3
"""Writes the character sets that `Decode` knows: their names, and the tables of those of one byte.

Usage: generate_charsets.py MODULE > ../../src/collector/ottl/functions/charset/charsets.txt

The argument is the directory of golang.org/x/text (`go mod download -json golang.org/x/text@v0.21.0` names it), which the
Collector decodes with. The names are IANA's, the tables those of the standards.

A line is: what it is, the names, and for `single` the bytes that are not the character of their own number, as
`80=20ac`. Fields end in tabs.
"""

import pathlib
import re
import sys

OTHERS = {
    "asciiEnc": "ascii",
    "unicode.UTF8": "utf-8",
    "unicode.UTF16(unicode.BigEndian, unicode.UseBOM)": "utf-16",
    "unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)": "utf-16be",
    "unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)": "utf-16le",
    "japanese.EUCJP": "euc-jp",
    "japanese.ISO2022JP": "iso-2022-jp",
    "japanese.ShiftJIS": "shift_jis",
    "korean.EUCKR": "euc-kr",
    "simplifiedchinese.GB18030": "gb18030",
    "simplifiedchinese.GBK": "gbk",
    "simplifiedchinese.HZGB2312": "hz-gb-2312",
    "traditionalchinese.Big5": "big5",
}


def tables(source):
    found = {}
    for name, body in re.findall(r"^var (\w+) = Charmap\{(.*?)^\}", source, re.S | re.M):
        entries = re.findall(r"\{(\d), \[3\]byte\{0x(..), 0x(..), 0x(..)\}\}", body)
        assert len(entries) == 256, name
        texts = [bytes.fromhex("".join(entry[1:]))[: int(entry[0])].decode() for entry in entries]
        found[name] = " ".join(f"{byte:02x}={ord(text):04x}" for byte, text in enumerate(texts) if ord(text) != byte)
    return found


def main():
    encoding = pathlib.Path(sys.argv[1], "encoding")
    index = (encoding / "ianaindex" / "ianaindex.go").read_text()
    aliases = re.findall(r'^\t"([^"]+)":\s+(enc\d+),', (encoding / "ianaindex" / "tables.go").read_text(), re.M)
    single = tables((encoding / "charmap" / "tables.go").read_text())
    for number, encoder in re.findall(r"^\t(enc\d+):\s+(.+),$", index, re.M):
        names = " ".join(sorted({alias.lower() for alias, of in aliases if of == number}))
        if encoder in OTHERS:
            print(f"{OTHERS[encoder]}\t{names}\t")
            continue
        name = encoder.removeprefix("charmap.")
        # Those of text in visual order differ in nothing else.
        name = re.sub(r"^(ISO8859_\d+)[EI]$", r"\1", name)
        print(f"single\t{names}\t{single[name[0].lower() + name[1:] if not name.startswith(('ISO', 'KOI')) else name[:3].lower() + name[3:]]}")


main()
