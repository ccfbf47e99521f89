#!/usr/bin/env python3
"""Writes the names of days, months and halves of the day of all locales as `Time` knows them.

Usage: generate_locales.py MODULE_OF_0.1.0 MODULE_OF_0.2.2 > ../../src/collector/ottl/functions/dates/locales.txt

The arguments are the directories of two releases of github.com/elastic/lunes, the library of the Collector, which has the
names of Unicode CLDR 45 and 48 (`go mod download -json github.com/elastic/lunes@v0.1.0` names the first).

A line is: locales of CLDR 45, locales of CLDR 48, and the names: short days, long days, short months, long months, halves of
the day. Fields end in tabs, locales in blanks, names in `|`; a field without names is a table that the locale lacks.
"""

import ast
import pathlib
import re
import sys

TABLE = re.compile(r"localeTable(\w+)(?: = |\(\) \[5\]\[\]string \{\n\treturn )\[5\]\[\]string\{(.*?)\n\t?\}\n", re.S)


def locales(module):
    source = pathlib.Path(module, "tables.go").read_text()
    tables = {}
    for name, rows in TABLE.findall(source):
        lists = [tuple(ast.literal_eval(f"[{row}]")) for row in re.findall(r"^\t+\{(.*)\},$", rows, re.M)]
        assert [len(each) for each in lists if each] and len(lists) == 5, name
        tables[name] = tuple(lists)
    tags = dict(re.findall(r'^\tLocale(\w+)\s+= "([^"]+)"', source, re.M))
    assert tags.keys() == tables.keys(), tags.keys() ^ tables.keys()
    return {tags[name]: table for name, table in tables.items()}


def main():
    old, new = (locales(module) for module in sys.argv[1:3])
    named = {}
    for at, each in enumerate((old, new)):
        for tag, table in each.items():
            named.setdefault(table, ([], []))[at].append(tag)
    for table, (olds, news) in sorted(named.items(), key=lambda item: sorted(item[1][0] + item[1][1])):
        fields = [" ".join(sorted(olds)), " ".join(sorted(news))]
        for names in table:
            assert not any(sign in name for name in names for sign in "|\t\n"), names
            fields.append("|".join(names))
        print("\t".join(fields))


main()
