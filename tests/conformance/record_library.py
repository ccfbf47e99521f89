#!/usr/bin/env python3
"""Asks the libraries of two Collector releases many generated questions and keeps the answers in fixtures/conformance.

The questions are drawn from a seeded generator, so a second run asks the same. README.md tells how to build the
Go programs beside this file first.

    tests/conformance/record_library.py PROGRAMS_DIR regex relabel ottl ottl_statements functions texts expressions
"""

import json
import pathlib
import random
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
OUT = ROOT / "fixtures/conformance"
RELEASES = ["0.156.0", "0.118.0"]
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))


def line(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def ask(programs, program, question):
    """Answers of each release, in order."""
    answers = {}
    for release in RELEASES:
        done = subprocess.run(
            [str(pathlib.Path(programs, f"{program}-{release}"))],
            input=json.dumps(question),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"{program}-{release}: {done.stderr[-2000:]}")
        answers[release] = json.loads(done.stdout)
    return answers


def agreed(answers):
    """`both` where the releases agree."""
    first, *rest = answers.values()
    return {"both": first} if all(other == first for other in rest) else answers


def write(name, head, cases):
    """One case a line, so that a changed answer is one changed line."""
    text = "{\n"
    for key, value in head.items():
        text += f" {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)},\n"
    text += ' "cases": [\n' + ",\n".join("  " + line(case) for case in cases) + "\n ]\n}\n"
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / name).write_text(text)
    print(f"{name}: {len(cases)} cases, {len(text.encode())} bytes")


def record(name, prefix, cases, answers, kind, head):
    rows = []
    for number, case in enumerate(cases):
        answer = {release: answers[release][kind][number] for release in RELEASES}
        row = {"id": f"{prefix}{number + 1:04}", **case, **agreed(answer)}
        # A statement can make a name grow with every item; a few such are enough, and they are among the short ones.
        if len(line(row)) < 12_000:
            rows.append(row)
    write(name, head, rows)


def regex(programs):
    import generate_regex

    cases = generate_regex.cases(random.Random(20261121), 1500)
    answers = ask(programs, "relabel", {"regex": cases})
    record("regex_generated.json", "xg", cases, answers, "regex", {})


def relabel(programs):
    import generate_relabel

    sets, cases = generate_relabel.cases(random.Random(20261122), 1500)
    answers = ask(programs, "relabel", {"label_sets": sets, "relabel": cases})
    record("relabel_generated.json", "rg", cases, answers, "relabel", {"label_sets": sets})


def ask_ottl(programs, kind, key, cases, times=6):
    import generate_ottl

    texts = [{"context": case["context"], "text": case[key]} for case in cases]
    question = {"data": generate_ottl.DATA, kind: texts}
    first, *others = [ask(programs, "ottl", question) for _ in range(times)]
    # What follows the order of a Go map is another answer every time, and no answer to compare with.
    stable = [all(first[r][kind][n] == other[r][kind][n] for r in RELEASES for other in others) for n in range(len(cases))]
    for answer in first.values():
        answer[kind] = [each for each, keep in zip(answer[kind], stable) if keep]
    return [case for case, keep in zip(cases, stable) if keep], first


def ottl(programs):
    import generate_ottl

    cases = generate_ottl.conditions(random.Random(20261123), 2000)
    cases, answers = ask_ottl(programs, "conditions", "condition", cases)
    record("ottl_generated.json", "og", cases, answers, "conditions", {"data": generate_ottl.DATA})


def ottl_statements(programs):
    import generate_ottl

    cases = generate_ottl.statements(random.Random(20261124), 600)
    cases, answers = ask_ottl(programs, "statements", "statement", cases)
    record("ottl_statements_generated.json", "sg", cases, answers, "statements", {"data": generate_ottl.DATA})


def functions(programs):
    import generate_functions
    import generate_ottl

    cases = generate_functions.cases(random.Random(20261125))
    cases, answers = ask_ottl(programs, "converters", "expression", cases)
    keep = {"typed", "resp_in", "resp_bare"}
    # The program hands each expression to an editor of its own, whose name has no place in the answer.
    ours = 'error while parsing arguments for call to "capture": invalid argument at position 0: '
    for answer in answers.values():
        for each in answer["converters"]:
            if "compile_error" in each:
                each["compile_error"] = each["compile_error"].removeprefix(ours)
            if results := each.get("results"):
                each["results"] = {key: value for key, value in results.items() if key in keep}
    record("functions.json", "f", cases, answers, "converters", {"data": generate_ottl.DATA})


def expressions(programs):
    import generate_expr

    cases = generate_expr.cases(random.Random(20261128), 600)
    texts = [case["expression"] for case in cases]
    answers = ask(programs, "expr", {"points": generate_expr.POINTS, "expressions": texts})
    record("expr.json", "e", cases, answers, "expressions", {"points": generate_expr.POINTS})


def texts(programs):
    import generate_ottl
    import generate_texts

    now = int(time.time())
    cases = generate_texts.cases(random.Random(20261128))
    # None of these follows the order of a Go map; what has an address in it differs each time.
    cases, answers = ask_ottl(programs, "converters", "expression", cases, times=2)
    for answer in answers.values():
        for each in answer["converters"]:
            if results := each.get("results"):
                # They are nearly all the same for each datapoint.
                each["results"] = {"typed": results["typed"]}
    record("functions_generated.json", "fg", cases, answers, "converters", {"now": now, "data": generate_ottl.DATA})


if __name__ == "__main__":
    programs, *kinds = sys.argv[1:]
    for kind in kinds:
        globals()[kind](programs)
