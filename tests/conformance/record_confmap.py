#!/usr/bin/env python3
"""Asks the configuration resolvers of several Collector releases what becomes of `$`, into fixtures/conformance/confmap_generated.json.

The strings are drawn from a seeded generator. README.md tells how to build the programs first.

    tests/conformance/record_confmap.py PROGRAMS_DIR
"""

import json
import pathlib
import random
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
ENVIRONMENT = {
    "X": "xval", "NODE": "n1", "DD": "a$$b", "D3": "$$$c", "CAP": "$1:4191", "BRACE": "${1}", "NEST": "${env:X}", "SELF": "${env:SELF}", "NUM": "0123",
    "INT": "5", "FLT": "1.50", "EXP": "1e3", "HEX": "0x1f", "BOO": "true", "YES": "yes", "LST": "[a, b]", "MAP": "{a: 1}", "EMPTY": "", "SP": "a b", "NAMEX": "X",
    "QUO": '"5"', "NUL": "null", "TILDE": "~", "BAD": "[a", "COLON": "a: b", "DATE": "2020-01-01", "BIG": "12345678901234567890", "HASH": "a #b", "DASH": "- a",
    "_U": "under", "lower": "low", "MULTI": "a\nb", "UNI": "é", "OCT": "0o17", "LEADING": " x ", "URI": "${NODE}", "UNCLOSED": "${env:X", "HALF": "${",
}
PIECES = (
    [f"${{env:{name}}}" for name in ENVIRONMENT]
    + ["${" + name + "}" for name in ["X", "NODE", "UNSET", "INT", "NUM", "1", "a.b", "", " X", "X ", "é", "_U", "lower", "X-Y", "EMPTY", "DD"]]
    + ["$" + name for name in ["X", "1", "12", "UNSET", "NODE", "", "_U", "{", "}", "(X)", "[X]", "-", ".", "@", "*", "#", "?", "!", "é", " ", ":", "0", "$"]]
    + ["$$", "$$$", "$$$$", "$$X", "$$1", "$${X}", "$${env:X}", "$$${env:X}", "$$$${env:X}", "$${1}", "$$$$$"]
    + ["${env:UNSET}", "${env:UNSET:-d}", "${env:X:-d}", "${env:EMPTY:-d}", "${env:UNSET:-}", "${env:UNSET:-${env:X}}", "${env:UNSET:-5}", "${env:UNSET:-a:-b}", "${env:UNSET:-$$}", "${env:UNSET:-[a]}", "${env:UNSET-d}"]
    + ["${env:${env:NAMEX}}", "${${env:NAMEX}}", "${env:$X}", "${env:X$}", "${nope:X}", "${e:X}", "${env:}", "${env: X}", "${env:X Y}", "${env:1}", "${env:a.b}", "${env:a-b}", "${yaml:a}", "${ENV:X}", "${env:X", "env:X}", "${{X}}", "{X}", "${env:X}}"]
    + ["a", "b", ":", "-", "/", " ", "1", "x_", ".*", "(.*)", "^", "\\", '"', "\n", "é", "{", "}", "4191", "_total", "a|b$", "[0-9]+$"]
)


def values(draw, count):
    made = list(dict.fromkeys(PIECES))
    while len(made) < count:
        value = "".join(draw.choice(PIECES) for _ in range(draw.choice([2, 2, 3, 3, 4])))
        if value not in made:
            made.append(value)
    return made


def main(programs):
    releases = sorted((path.name.removeprefix("confmap-") for path in pathlib.Path(programs).glob("confmap-*")), key=lambda name: [int(part) for part in name.split(".")])
    cases = [{"value": value, "place": place} for value in values(random.Random(20261126), 330) for place in ("list", "map")]
    answers = {}
    for release in releases:
        done = subprocess.run([f"{programs}/confmap-{release}"], input=json.dumps({"environment": ENVIRONMENT, "cases": cases}), capture_output=True, text=True, check=True)
        answers[release] = json.loads(done.stdout)
    rows = []
    for number, case in enumerate(cases):
        groups = {}
        for release in releases:
            answer = answers[release][number]
            groups.setdefault(json.dumps(answer), (answer, []))[1].append(release)
        rows.append({"id": f"mg{number + 1:04}", **case, "answers": [{"versions": versions, **answer} for answer, versions in groups.values()]})
    line = lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    text = f'{{\n "versions": {json.dumps(releases)},\n "environment": {json.dumps(ENVIRONMENT, ensure_ascii=False)},\n "cases": [\n'
    text += ",\n".join("  " + line(row) for row in rows) + "\n ]\n}\n"
    (ROOT / "fixtures/conformance/confmap_generated.json").write_text(text)
    print(f"confmap_generated.json: {len(rows)} cases, {len(releases)} releases, {len(text.encode())} bytes")


if __name__ == "__main__":
    main(sys.argv[1])
