#!/usr/bin/env python3
"""Writes Grok's patterns as `ExtractGrokPatterns` knows them.

Usage: generate_grok.py MODULE > ../../src/collector/ottl/functions/grok/patterns.txt

The argument is the directory of github.com/elastic/go-grok (`go mod download -json github.com/elastic/go-grok@v0.3.1` names
it), which the Collector has. A line is a name, a blank and a pattern, as in the files of Logstash.
"""

import ast
import pathlib
import re
import sys

ENTRY = re.compile(r'^\t"(\w+)":\s*(`[^`]*`|"(?:[^"\\]|\\.)*"),', re.M)


def main():
    patterns = {}
    for path in sorted(pathlib.Path(sys.argv[1], "patterns").glob("*.go")):
        source = path.read_text()
        entries = ENTRY.findall(source)
        assert len(entries) == len(re.findall(r'^\t"', source, re.M)), path
        for name, written in entries:
            assert name not in patterns, name
            patterns[name] = written[1:-1] if written[0] == "`" else ast.literal_eval(written)
    for name, pattern in sorted(patterns.items()):
        assert "\n" not in pattern, name
        print(name, pattern)


main()
