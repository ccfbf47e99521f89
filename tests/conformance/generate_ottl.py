"""Random OTTL: conditions over the whole grammar, statements over the editors, calls of every converter."""

import json
import pathlib

import generate_regex

DATA = json.loads(pathlib.Path(__file__).with_name("ottl_data.json").read_text())
KEYS = [
    "direction", "tls", "status_code", "target_port", "target_addr", "classification", "authority", "addr", "peer", "empty", "port", "ok", "dbl",
    "dbl_whole", "list", "ints", "map", "text", "multi", "uni", "method", "missing",
]
RESOURCE_KEYS = ["service.name", "service.instance.id", "server.port", "url.scheme", "k8s.pod.name", "layer", "replicas", "missing"]
STRINGS = [
    "inbound", "outbound", "true", "200", "4191", "8080", "response_total", "up", "", "a", "mesh", "é", "1.5", "0", "x", "success", "no_identity",
    "linkerd-proxy", "a\nb", "http", "ms", "1", "[a b]", "nil", "10.0.0.1:8080", "Content-Type", "some_snake_case", "HTTPServerError",
]
COMPARE = ["==", "!=", "<", "<=", ">", ">="]
INTS = ["0", "1", "2", "3", "7", "10", "200", "4191", "9223372036854775807", "-1", "-0", "+3", "007"]
FLOATS = ["0.0", "1.5", "2.0", "5.5", "63.0", ".5", "-2.5", "+1.0", "1.0e2", "1.5E-1", "0.1", "3.14", "100000000000000000000.0"]
ENUMS = [
    "METRIC_DATA_TYPE_NONE", "METRIC_DATA_TYPE_GAUGE", "METRIC_DATA_TYPE_SUM", "METRIC_DATA_TYPE_HISTOGRAM", "METRIC_DATA_TYPE_EXPONENTIAL_HISTOGRAM",
    "METRIC_DATA_TYPE_SUMMARY", "AGGREGATION_TEMPORALITY_UNSPECIFIED", "AGGREGATION_TEMPORALITY_DELTA", "AGGREGATION_TEMPORALITY_CUMULATIVE",
    "FLAG_NONE", "FLAG_NO_RECORDED_VALUE",
]
BYTES = ["0x00", "0x616263", "0xFF", "0xabc", "0x"]
METRIC_PATHS = ["name", "description", "unit", "type", "aggregation_temporality", "is_monotonic"]
POINT_PATHS = ["value_double", "value_int", "flags", "count", "sum", "bucket_counts", "explicit_bounds", "attributes", "time_unix_nano", "start_time_unix_nano"]
RARE_POINT_PATHS = [
    "scale", "zero_count", "positive.offset", "positive.bucket_counts", "negative.offset", "negative.bucket_counts", "quantile_values", "exemplars",
    "time", "start_time", "positive", "negative", "metadata", "name", "value", "flag", "metric", "metric.attributes", "datapoint.value_double",
    "datapoint.attributes[\"direction\"]", "metric.metadata", "metric.data_points", "data_points", "cache", "cache[\"a\"]", "metric.cache", "log.body",
]
OTHER_PATHS = [
    "resource.dropped_attributes_count", "instrumentation_scope.name", "instrumentation_scope.version", "instrumentation_scope.attributes[\"a\"]",
    "scope.name", "scope.version", "resource.schema_url", "scope.schema_url", "resource.attributes", "instrumentation_scope", "resource", "scope",
    "instrumentation_scope.schema_url", "instrumentation_scope.dropped_attributes_count", "metric.name", "span.name",
]
PATTERNS = [
    "^in", "bound$", "response", "response_.*", ".*", "", "^$", "^\\d+$", "[a-z]+", "(?i)INBOUND", "a.b", "(?s)a.b", "total$", "latency", "\\.", "^1$", "é", "\\w",
    "^(up|response_total)$", "true", "\\[", "k", "4191|8080", "(", "a**", "[[:alpha:]]+", "(?P<n>[a-z]+)",
]


def quoted(text):
    out = '"'
    for letter in text:
        out += {'"': '\\"', "\\": "\\\\", "\n": "\\n"}.get(letter, letter)
    return out + '"'


def path(draw, context):
    roll = draw.random()
    if roll < 0.25:
        return f"resource.attributes[{quoted(draw.choice(RESOURCE_KEYS))}]"
    if roll < 0.31:
        return draw.choice(OTHER_PATHS)
    if context == "metric":
        return draw.choice(METRIC_PATHS) if roll < 0.95 else draw.choice(RARE_POINT_PATHS)
    if roll < 0.72:
        key = draw.choice(KEYS)
        made = f"attributes[{quoted(key)}]"
        if key in ("map", "list", "ints") and draw.random() < 0.6:
            made += draw.choice(['["k"]', '["n"]["m"]', '["n"]', "[0]", "[1]", "[9]", "[-1]", '["x"]', "[1-1]", '["k"]["z"]'])
        elif draw.random() < 0.03:
            made += draw.choice(['["k"]', "[0]"])
        return made
    if roll < 0.82:
        return "metric." + draw.choice(METRIC_PATHS)
    return draw.choice(POINT_PATHS) if roll < 0.96 else draw.choice(RARE_POINT_PATHS)


def literal(draw):
    roll = draw.random()
    if roll < 0.4:
        return quoted(draw.choice(STRINGS))
    if roll < 0.6:
        return draw.choice(INTS)
    if roll < 0.75:
        return draw.choice(FLOATS)
    if roll < 0.85:
        return draw.choice(["true", "false"])
    if roll < 0.9:
        return "nil"
    if roll < 0.95:
        return draw.choice(ENUMS)
    return draw.choice(BYTES)


def math(draw, context, depth):
    def operand():
        roll = draw.random()
        if roll < 0.5:
            return draw.choice(INTS + FLOATS)
        if roll < 0.7 and context == "datapoint":
            return draw.choice(["value_double", "value_int", 'attributes["port"]', 'attributes["dbl"]', "count", "sum", 'attributes["text"]'])
        if roll < 0.8:
            return f'Len({quoted(draw.choice(STRINGS))})'
        if roll < 0.85:
            return 'resource.attributes["replicas"]'
        if depth and roll < 0.97:
            return "(" + math(draw, context, depth - 1) + ")"
        return draw.choice(["-", "+", ""]) + "(" + draw.choice(INTS) + ")"

    made = operand()
    for _ in range(draw.choice([1, 1, 2])):
        blank = draw.choice(["", " "])
        made += blank + draw.choice("+-*/") + blank + operand()
    return made


def collection(draw, context, depth):
    if draw.random() < 0.6:
        return "[" + ", ".join(value(draw, context, depth) for _ in range(draw.choice([0, 1, 2, 2, 3]))) + draw.choice(["]"] * 20 + [",]"])
    pairs = (f"{quoted(draw.choice(['a', 'b', 'k']))}: {value(draw, context, depth)}" for _ in range(draw.choice([0, 1, 2])))
    return "{" + ", ".join(pairs) + "}"


def value(draw, context, depth=2):
    roll = draw.random()
    if roll < 0.42:
        return path(draw, context)
    if roll < 0.68 or not depth:
        return literal(draw)
    if roll < 0.8:
        return math(draw, context, depth - 1)
    if roll < 0.96:
        return call(draw, context, depth - 1)
    return collection(draw, context, depth - 1)


def text(draw, context, depth):
    return quoted(draw.choice(STRINGS)) if draw.random() < 0.4 else value(draw, context, depth)


def call(draw, context, depth):
    name = draw.choice(list(CALLS))
    made = CALLS[name](draw, context, depth)
    return made + draw.choice(['[0]', '["n"]', "[1]", '["a"]']) if name in INDEXED and draw.random() < 0.6 else made


INDEXED = {"Split", "ExtractPatterns", "ParseJSON", "Sort", "ParseKeyValue", "SliceToMap"}


def one(name):
    return lambda draw, context, depth: f"{name}({value(draw, context, depth)})"


def on_text(name):
    return lambda draw, context, depth: f"{name}({text(draw, context, depth)})"


CALLS = {
    **{name: one(name) for name in ["IsString", "IsBool", "IsInt", "IsDouble", "IsMap", "IsList", "Len", "Int", "Double", "String", "Bool", "Hex"]},
    **{name: on_text(name) for name in ["MD5", "SHA1", "SHA256", "FNV", "ToLowerCase", "ToUpperCase", "ToSnakeCase", "ToCamelCase", "ParseJSON", "Trim"]},
    "IsMatch": lambda draw, context, depth: f"IsMatch({value(draw, context, depth)}, {quoted(draw.choice(PATTERNS))})",
    "IsMatchLate": lambda draw, context, depth: f"IsMatch({text(draw, context, depth)}, {value(draw, context, depth)})",
    "Concat": lambda draw, context, depth: f"Concat([{value(draw, context, depth)}, {value(draw, context, depth)}], {quoted(draw.choice(['', '-', ',']))})",
    "ConvertCase": lambda draw, context, depth: f"ConvertCase({text(draw, context, depth)}, {quoted(draw.choice(['lower', 'upper', 'snake', 'camel', 'x']))})",
    "Split": lambda draw, context, depth: f"Split({text(draw, context, depth)}, {quoted(draw.choice(['_', '', '.', 'o', ':']))})",
    "Substring": lambda draw, context, depth: f"Substring({text(draw, context, depth)}, {draw.choice(['0', '1', '2', '-1'])}, {draw.choice(['1', '2', '0', '5'])})",
    "HasPrefix": lambda draw, context, depth: f"HasPrefix({text(draw, context, depth)}, {quoted(draw.choice(['in', 're', '', 'x']))})",
    "HasSuffix": lambda draw, context, depth: f"HasSuffix({text(draw, context, depth)}, {quoted(draw.choice(['bound', 'total', '', 'x']))})",
    "ExtractPatterns": lambda draw, context, depth: f"ExtractPatterns({text(draw, context, depth)}, {quoted(draw.choice(['(?P<n>[a-z]+)', '^(?P<n>.)(?P<a>.)', 'x']))})",
    "Format": lambda draw, context, depth: f"Format({quoted(draw.choice(['%v-%v', '%s', '%d %d', '%5.2f', '%%', '%q']))}, [{value(draw, context, depth)}, {literal(draw)}])",
    "Sort": lambda draw, context, depth: f"Sort({collection(draw, context, depth) if draw.random() < 0.5 else value(draw, context, depth)})",
    "ContainsValue": lambda draw, context, depth: f"ContainsValue({value(draw, context, depth)}, {literal(draw)})",
    "Index": lambda draw, context, depth: f"Index({value(draw, context, depth)}, {literal(draw)})",
    "Coalesce": lambda draw, context, depth: f"Coalesce([{value(draw, context, depth)}, {literal(draw)}])",
    "HasAttrKeyOnDatapoint": lambda draw, context, depth: f"HasAttrKeyOnDatapoint({quoted(draw.choice(KEYS))})",
    "HasAttrOnDatapoint": lambda draw, context, depth: f"HasAttrOnDatapoint({quoted(draw.choice(KEYS))}, {quoted(draw.choice(STRINGS))})",
    "Seconds": lambda draw, context, depth: f"Seconds(Duration({quoted(draw.choice(['1m', '1.5s', 'x', '-2h']))}))",
    "TrimPrefix": lambda draw, context, depth: f"TrimPrefix({text(draw, context, depth)}, {quoted(draw.choice(['in', 're', '']))})",
    "ParseKeyValue": lambda draw, context, depth: f"ParseKeyValue({quoted(draw.choice(['a=1 n=2', 'a', 'n=x', '']))})",
    "Unknown": lambda draw, context, depth: f"{draw.choice(['Nope', 'ismatch', 'IsMATCH', 'Set', 'delete_key'])}({value(draw, context, depth)})",
}
# How often what has a boolean to give stands as a condition by itself.
BOOLEAN = ["IsMatch", "IsMatch", "IsMatch", "HasPrefix", "HasSuffix", "IsString", "IsInt", "IsDouble", "IsMap", "ContainsValue", "HasAttrKeyOnDatapoint", "HasAttrOnDatapoint", "IsMatchLate"]


def comparison(draw, context, depth):
    left, right = value(draw, context, depth), value(draw, context, depth)
    roll = draw.random()
    if roll < 0.5:
        # Something that may well hold.
        known = {
            "datapoint": ['attributes["direction"]', 'attributes["tls"]', 'attributes["status_code"]', "metric.name", 'attributes["text"]', 'attributes["uni"]'],
            "metric": ["name", "unit", 'resource.attributes["layer"]', "description"],
        }[context]
        left, right = draw.choice(known), quoted(draw.choice(STRINGS))
    elif roll < 0.65:
        left = {"datapoint": draw.choice(["value_double", "value_int", "count", "sum", 'attributes["port"]', 'attributes["dbl"]', "metric.type", "flags"]), "metric": "type"}[context]
        right = draw.choice(INTS + FLOATS + ENUMS) if draw.random() < 0.8 else math(draw, context, 1)
    blank = draw.choice([" "] * 5 + [""])
    return left + blank + draw.choice(COMPARE[:2] * 3 + COMPARE) + blank + right


def boolean(draw, context, depth=2):
    roll = draw.random()
    if roll < 0.6:
        made = comparison(draw, context, depth)
    elif roll < 0.78:
        name = draw.choice(BOOLEAN)
        if name.startswith("HasAttr") and context != "metric" and draw.random() < 0.9:
            name = "IsMatch"
        made = CALLS[name](draw, context, 1)
    elif roll < 0.8:
        made = call(draw, context, 1)
    elif roll < 0.85:
        made = draw.choice(["true", "false"])
    else:
        made = "(" + disjunction(draw, context, depth - 1) + ")" if depth else "(true)"
    return ("not " if draw.random() < 0.15 else "") + made


def disjunction(draw, context, depth=2):
    made = boolean(draw, context, depth)
    for _ in range(draw.choice([0, 0, 0, 1, 1, 2])):
        made += draw.choice([" and ", " or "]) + boolean(draw, context, max(depth - 1, 0))
    return made


ODD = [
    "=", "==", "!", "&&", "||", "(", ")", "[", "]", "{", "}", ",", ".", ":", '"', "'", "\\", "not ", "and", " or ", "nil", "true", "where", "1", "1.", ".5", "1e3", "0x1",
    "NOT ", "Nil", "TRUE", "<>", "=~", "=>", "+", "-", "--", "*", "/", "%", "$", "#", "é", "\n", "\t", "  ", "\u00a0", "_", "A", "a", '"\\d"', '"\\x41"', '"\\u00e9"',
    '"\\101"', '"\\q"', '"\\\'"', '"a\nb"', '"\\U0001F600"', '"\\ud800"', '"\\400"', "`a`", "set(a)", "a.b.c", "A.b", "a..b", "a[", 'a["', "a[]", "@", ";", "//", "/*",
]
FIXED = [
    "", " ", "true", "false", "nil", "nil == nil", "nil != nil", "nil < nil", "nil <= nil", "not true", "not not true", "not (not true)", "true and", "or true", "true or or true",
    "(true)", "((true))", "()", "true == true", "true == 1", "1 == 1", "1 == 1.0", "1 < 1.5", "1 == \"1\"", "1 == 1 == true", "1-2 == -1", "1 -2 == -1", "1 - 2 == -1", "1--1 == 2",
    "-1 == -1", "- 1 == -1", "+1 == 1", "2*3+4 == 10", "2+3*4 == 14", "(2+3)*4 == 20", "7/2 == 3", "-7/2 == -3", "7.0/2 == 3.5", "1/0 == 1", "1.0/0.0 > 1", "1/0.0 == 1", "0/5 == 0",
    "9223372036854775807+1 < 0", "-9223372036854775808 == -9223372036854775808", "9223372036854775808 > 1", "1.5 + 1 == 2.5", "\"a\" + \"b\" == \"ab\"", "nil + 1 == 1", "true + 1 == 2",
    "0x61 == 0x61", "0x61 < 0x62", "0xabc == 1", "0x == 1", "[1, 2] == [1, 2]", "[1] == [1.0]", "[] != [1]", "{} == {}", "{\"a\": 1} == {\"a\": 1}", "{\"a\": 1} == {\"a\": 1.0}",
    "{\"a\": 1,} == {\"a\": 1}", "[1,] == [1]", "{\"a\": [1, {\"b\": nil}]} == {\"a\": [1, {\"b\": nil}]}", "[nil] == [nil]", "[1] < [2]", "true > false", "\"b\" > \"a\"", "\"é\" > \"z\"",
    "true and false or true", "true or false and false", "(true or false) and false", "not true or true", "not false and false", "not 1 == 2", "IsString(\"a\")", "Len(\"a\")", "String(1)",
    "1 / 0 == 1 or true", "true or 1 / 0 == 1", "1 / 0 == 1 and false", "false and 1 / 0 == 1", "Int(\"x\") == nil", "Int(\"x\") == nil or true", "IsMatch(\"a\", \"(\")", "IsMatch(nil, \"\")",
    "IsMatch(target=\"a\", pattern=\"a\")", "IsMatch(pattern=\"a\", target=\"a\")", "IsMatch(\"a\", pattern=\"a\")", "IsMatch(target=\"a\", \"a\")", "IsMatch(\"a\")", "IsMatch(\"a\", \"a\", \"a\")",
    "IsMatch(foo=\"a\", pattern=\"a\")", "IsMatch()", "IsMatch (\"a\", \"a\")", "IsMatch(\"a\",\"a\")==true", "METRIC_DATA_TYPE_SUM == 2", "FOO == 1", "FLAG_NONE == 0", "foo == 1", "foo.bar == 1",
    "IsMatch(1.0, \"^1$\")", "IsMatch(1.5, \"1.5\")", "IsMatch(1000000000000000000000.0, \"e\")", "IsMatch(true, \"true\")", "IsMatch(0x6162, \"ab\")", "IsMatch(0x6162, \"6162\")", "IsMatch([1,\"a\"], \"1,\")",
    "IsMatch({\"a\": 1}, \"a\")", "IsMatch(\"<\", \"^<$\")", "IsMatch([\"<\"], \"<\")", "IsMatch([1.0], \"^.1.$\")", "\"\\x41\" == \"A\"", "\"\\101\" == \"A\"", "\"\\u00e9\" == \"é\"", "\"\\d\" == \"d\"",
    "\"\\\"\" == \"x\"", "\"\\'\" == \"'\"", "\"'\" == \"'\"", "\"a\nb\" == \"a\\nb\"", "\"\t\" == \"\\t\"", "'a' == 'a'", "1.e1 == 10.0", "1. == 1.0", ".5 == 0.5", "1e1 == 10", "1.0e1 == 10", "0.1+0.2 == 0.3",
    "truex == 1", "true_ == 1", "nota == 1", "not(true)", "not\ttrue", "true\nand\nfalse", "true AND false", "android == 1", "1==1and 2==2", "1==1 and2==2", "Concat([nil, 1, 1.0, true, \"a\", 0x61], \",\") == \"\"",
    "IsMap({})", "IsList([])", "IsInt(1.0)", "IsDouble(1)", "IsBool(true)", "Split(\"a,b\", \",\")[0] == \"a\"", "Split(\"a,b\", \",\")[2] == \"a\"", "Split(\"a,b\", \",\")[-1] == \"a\"", "Split(\"a,b\", \",\")[\"x\"] == nil",
    "ParseJSON(\"{\\\"a\\\": [1, 2.5, null]}\")[\"a\"][1] == 2.5", "ParseJSON(\"{\\\"a\\\": [1]}\")[\"a\"][0] == 1", "ParseJSON(\"[]\") == []", "ParseJSON(\"{}\")[\"a\"] == nil", "ParseJSON(\"x\") == nil",
    "Duration(\"1m\") == Duration(\"60s\")", "Duration(\"1m\") + Duration(\"1s\") == Duration(\"61s\")", "Time(\"2020-01-01\", \"%Y-%m-%d\") < Now()", "Now() - Now() < Duration(\"1h\")", "UnixSeconds(Unix(5)) == 5",
    "String(nil) == nil", "Double(nil) == nil", "Double(\"1.5\") == 1.5", "Int(1.9) == 1", "Int(\"12\") == 12", "Int(true) == 1", "Int(\"1.5\") == 1", "Len([1,2]) == 2", "Len({\"a\":1}) == 1", "Len(1) == 1", "Len(nil) == 0",
]


def conditions(draw, count):
    made = [{"context": draw.choice(["metric", "datapoint"]), "condition": each} for each in FIXED]
    seen = {each["condition"] for each in made}
    while len(made) < count:
        context = draw.choice(["datapoint", "datapoint", "datapoint", "metric"])
        condition = disjunction(draw, context)
        if draw.random() < 0.12:
            at = draw.randint(0, len(condition))
            keep = at + draw.choice([0, 0, 1, 3])
            condition = condition[:at] + draw.choice(ODD) + condition[keep:]
        if condition not in seen and len(condition) < 220:
            seen.add(condition)
            made.append({"context": context, "condition": condition})
    return made


TARGETS = ['attributes["direction"]', 'attributes["new"]', 'attributes["map"]["k"]', 'attributes["map"]["new"]["deep"]', 'attributes["list"][0]', 'attributes["ints"][9]', 'resource.attributes["layer"]', "attributes", "metric.name", "metric.unit", "metric.description", "value_double", "value_int", 'attributes["port"]', 'attributes["map"]', "flags", "count", "sum", "explicit_bounds", "bucket_counts", "resource.attributes", 'cache["a"]', "metric.type", "instrumentation_scope.name", 'instrumentation_scope.attributes["a"]', "time_unix_nano", "quantile_values"]
METRIC_TARGETS = ["name", "description", "unit", 'resource.attributes["layer"]', 'resource.attributes["new"]', "type", "aggregation_temporality", "is_monotonic", "resource.attributes", "instrumentation_scope.version", 'cache["a"]', "metadata"]
MAPS = ["attributes", "resource.attributes", 'attributes["map"]', 'attributes["direction"]', "cache", 'attributes["missing"]', 'ParseJSON("{\\"a\\": 1}")']
TEMPLATES = ["$1", "$$1", "${1}", "x", "", "$n", "${n}_", "$2", "$", "$0", "a$$b", "\\\\1", "${1"]
GLOBS = ["*", "in*", "?nbound", "[io]*", "*bound", "{inbound,outbound}", "", "inbound", "in[!x]ound", "[", "a\\\\*", "*é*", "**", "{a", "[a-"]

LISTS = ['attributes["list"]', 'attributes["ints"]', 'attributes["new"]', "explicit_bounds"]
FLATTEN = ["", ', "p"', ', "p", 1', ", depth=0", ', prefix=""', ', "p", 2, true', ", resolveConflicts=true"]
SOURCES = ["resource.attributes", '{"a": 1, "direction": "x"}', 'attributes["map"]', 'ParseJSON("{\\"a\\":1}")']


def editor(draw, context):
    metric = context == "metric"
    target = draw.choice(METRIC_TARGETS if metric else TARGETS)
    maps = "resource.attributes" if metric else draw.choice(MAPS[:1] * 4 + MAPS)
    text_target = draw.choice(["name", "description", 'resource.attributes["service.name"]'] if metric else ['attributes["direction"]', 'attributes["target_addr"]', "metric.name", 'attributes["port"]', 'attributes["multi"]', 'attributes["missing"]'])
    pattern = quoted(draw.choice(PATTERNS + ["(in|out)(bound)", "(?P<n>[a-z])(.)", "o", "^", "$", "x*"]))
    keys = "[" + ", ".join(quoted(draw.choice(KEYS)) for _ in range(draw.choice([0, 1, 2, 3]))) + "]"
    mapping = draw.choice(["", "", "", ", SHA256", ", MD5", ", FNV", ", Nope"])
    if mapping and draw.random() < 0.3:
        mapping += draw.choice([', "%s!"', ', "hash(%s)"', ', "no verb"', ', "%d"'])
    template = quoted(draw.choice(TEMPLATES))
    return draw.choice(
        [
            lambda: f"set({target}, {value(draw, context, 1)})",
            lambda: f"set({target}, {value(draw, context, 2)})",
            lambda: f"set({target}, {literal(draw)})",
            lambda: f"set({target}, {collection(draw, context, 1)})",
            lambda: f"append({target}, {literal(draw)})",
            lambda: f"append({draw.choice([target, *LISTS])}, values={collection(draw, context, 0)})",
            lambda: f"delete_key({maps}, {quoted(draw.choice(KEYS))})",
            lambda: f"delete_matching_keys({maps}, {pattern})",
            lambda: f"keep_matching_keys({maps}, {pattern})",
            lambda: f"keep_keys({maps}, {keys})",
            lambda: f"limit({maps}, {draw.choice(['0', '100', '-1', '20'])}, {draw.choice(['[]', keys])})",
            lambda: f"truncate_all({maps}, {draw.choice(['0', '1', '2', '4', '-1', '100'])})",
            lambda: f"stringify_all({maps})",
            lambda: f"flatten({maps}{draw.choice(FLATTEN)})",
            lambda: f"merge_maps({maps}, {draw.choice(SOURCES)}, {quoted(draw.choice(['insert', 'update', 'upsert', 'x']))})",
            lambda: f'replace_match({text_target}, "{draw.choice(GLOBS)}", {template}{mapping})',
            lambda: f'replace_all_matches({maps}, "{draw.choice(GLOBS)}", {template}{mapping})',
            lambda: f"replace_pattern({text_target}, {pattern}, {template}{mapping})",
            lambda: f"replace_pattern({text_target}, {pattern}, {template})",
            lambda: f"replace_pattern({text_target}, {pattern}, {value(draw, context, 1)})",
            lambda: f"replace_all_patterns({maps}, {quoted(draw.choice(['key', 'value', 'value', 'x']))}, {pattern}, {template}{mapping})",
            lambda: f"delete_index({draw.choice([target, *LISTS])}, {draw.choice(['0', '1', '0, 1', '0, 2', '5', '-1', '1, 1', '2, 1'])})",
        ]
    )()


def statements(draw, count):
    made, seen = [], set()
    while len(made) < count:
        context = draw.choice(["datapoint", "datapoint", "datapoint", "metric"])
        statement = editor(draw, context)
        if draw.random() < 0.35:
            statement += " where " + disjunction(draw, context, 1)
        if draw.random() < 0.06:
            at = draw.randint(0, len(statement))
            statement = statement[:at] + draw.choice(ODD) + statement[at + draw.choice([0, 0, 1]) :]
        # One resource for all items: what grows with each item must not grow by what it holds.
        if statement.startswith("replace_pattern(resource") and not statement.split(", ", 2)[2].startswith('"'):
            continue
        # Which keys `limit` keeps is chance.
        if statement in seen or len(statement) > 240 or "Now()" in statement or ("limit(" in statement and ", 20" in statement):
            continue
        seen.add(statement)
        made.append({"context": context, "statement": statement})
    return made
