#!/usr/bin/env python3
"""Writes the expressions by which `UserAgent` knows programs and systems.

Usage: generate_agents.py MODULE_OF_2024 MODULE_OF_2025 > ../../src/collector/ottl/functions/agents/expressions.txt

The arguments are the directories of two states of github.com/ua-parser/uap-go, the library of the Collector, which has the
expressions of uap-core (`go mod download -json github.com/ua-parser/uap-go@v0.0.0-20240611065828-3a4781585db6` names the
first, `@v0.0.0-20251207011819-db9adb27a0b8` the second).

A line is: `-` for the first state, `+` for the second or `=` for both; `ua` or `os`; the expression; and the replacements of
the family and of the parts of the version. Fields end in tabs; a replacement that is empty is the group of its place.
"""

import difflib
import pathlib
import sys

import yaml

KEYS = {
    "ua": ["family_replacement", "v1_replacement", "v2_replacement", "v3_replacement"],
    "os": ["os_replacement", "os_v1_replacement", "os_v2_replacement", "os_v3_replacement", "os_v4_replacement"],
}


def rows(module, kind):
    source = pathlib.Path(module, "uaparser", "yaml.go").read_text()
    # Go's raw text ends at a backquote; one inside of it is written as `` ` + "`" + ` ``.
    text = source.split("`", 1)[1].rsplit("`", 1)[0].replace('` + "`" + `', "`")
    for entry in yaml.safe_load(text)[{"ua": "user_agent_parsers", "os": "os_parsers"}[kind]]:
        assert entry.keys() <= {"regex", *KEYS[kind]}, entry
        fields = [entry["regex"], *(str(entry.get(key) or "") for key in KEYS[kind])]
        assert not any(sign in field for field in fields for sign in "\t\n"), entry
        yield "\t".join(fields)


def main():
    for kind in KEYS:
        old, new = (list(rows(module, kind)) for module in sys.argv[1:3])
        for what, start, end, new_start, new_end in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if what == "equal":
                print(*(f"=\t{kind}\t{row}" for row in old[start:end]), sep="\n")
            else:
                for row in old[start:end]:
                    print(f"-\t{kind}\t{row}")
                for row in new[new_start:new_end]:
                    print(f"+\t{kind}\t{row}")


main()
