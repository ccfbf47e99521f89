"""Expressions of `match_type: expr`: chosen for their corners, and random ones, over a few data points."""

POINTS = [
    {"id": "server", "name": "http.server.duration", "type": "histogram", "attributes": {"service": "web", "code": "200", "path": "/api/v1", "port": 8080, "ok": True, "empty": ""}},
    {"id": "client", "name": "http.client.duration", "type": "sum", "attributes": {"service": "api", "code": "503", "é": "ünï"}},
    {"id": "bare", "name": "up", "type": "gauge", "attributes": {}},
    {"id": "native", "name": "Ünits", "type": "exponential_histogram", "attributes": {"service": "Web", "code": "4xx"}},
    {"id": "quantiles", "name": "gc.pause", "type": "summary", "attributes": {"quantile": "0.5", "list": ["a", 1]}},
]

TEXTS = ['"web"', '"http"', '"200"', '""', '"é"', '"duration"', "'a b'", '"5"', '"1.5"', '"^h"', "`[0-9]+`"]
ATOMS = [
    "MetricName", "MetricType", 'Label("service")', 'Label("code")', 'Label("missing")', 'Label("port")', 'Label("empty")', 'Label("é")', 'HasLabel("service")', 'HasLabel("port")', 'HasLabel("missing")', "nil", "true", "false", "0", "1", "-3", "2.5",
    "9223372036854775807", "[]", "{}", '["web", "api"]', "[1, 2, 3]", '[1, "web", true]', "1..3", '{"a": 1, "web": "x"}', "missing", "attributes",
] + TEXTS
OPERATORS = ["==", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "%", "in", "not in", "matches", "contains", "startsWith", "endsWith", "not contains", "??", "..", "and", "or", "&&", "||"]
CALLS = [
    "len({})", "type({})", "abs({})", "ceil({})", "floor({})", "round({})", "int({})", "float({})", "string({})", "trim({})", "upper({})", "lower({})", 'trim({}, "wb")', 'trimPrefix({}, "http.")', 'trimSuffix({}, "duration")',
    'split({}, ".")', 'split({}, "")', 'replace({}, "e", "E")', 'replace({}, "e", "E", 1)', "repeat({}, 2)", 'join({}, "-")', "join({})", 'indexOf({}, "e")', 'lastIndexOf({}, "e")', 'hasPrefix({}, "h")', 'hasSuffix({}, "n")', "first({})", "last({})", "not {}", "-{}", "{}[0]", "{}[-1]",
    '{}["a"]', "{}.a", "{}?.a", "{}[1:]", "{}[:2]", "{}[1:2]", "[{}]", "{{a: {}}}", "HasLabel({})", "Label({})", "any([{}], # == nil)", "{} ? 1 : 2", 'true ? {} : "x"', "({})", "{} | type()",
]
LISTS = ['["web", "api", "é"]', "[1, 2, 3]", "1..4", 'split(MetricName, ".")', '[Label("service"), Label("code")]', "[]", '[1, "web", nil]', "[nil, nil]", '[{"a": 1}, {"a": 2}]', "MetricName", "missing", '[["a"], [1]]', "[2.5, 1.5]"]
PREDICATES = ["#", "# == 1", '# == "web"', "# > 1", "# in [1, 2]", "# contains \"e\"", "len(#) > 2", "true", "false", "nil", "# == Label(\"service\")", ".a == 1", "# % 2 == 0", "# matches \"^w\"", "not #", "any([1], # == 1)", "1"]
SEARCHES = ["all", "none", "any", "one", "filter", "map", "count", "find", "findIndex", "findLast", "findLastIndex"]

FIXED = [
    # As people write them.
    'MetricName == "http.server.duration" && Label("service") == "web"', 'MetricName == "up" and HasLabel("service")', 'not (MetricName matches "^http") or Label("code") == "503"', 'Label("code") in ["200", "503"]', 'MetricName in ["up", "gc.pause"]', 'HasLabel("service") && !(Label("service") == "web")',
    'MetricName startsWith "http." && int(Label("code")) >= 500', 'any(["server", "client"], MetricName contains #)', 'any(["server", "client"], {MetricName contains #})', 'split(MetricName, ".")[0] == "http"', 'MetricType == "Histogram"', 'len(Label("service")) > 0 ? Label("service") == "web" : false', 'lower(Label("service")) == "web"',
    'Label("missing") == ""', 'let s = Label("service"); s == "web" or s == "api"', 'let name = MetricName; let parts = split(name, "."); len(parts) == 3 and parts[2] == "duration"', '(Label("service") ?? "x") == "web"', 'MetricName matches "(?i)HTTP"', 'MetricName matches "["', 'MetricName matches ("[" + "a")', "MetricName matches Label(\"service\")",
    'Label("code") matches "^[45]"', 'Label("code") not in ["200"]', 'Label("service") not matches "w"', "MetricName", "1", "nil", "", " ", "true", "false", "(true)", "true // comment", "/* c */ false", "true /* c", "!true", "not not true", "MetricName ==", "== 1", "(true", "true)", "[1, 2", "{", "a b", "true false", "'x", '"x\\q"', '"\\u00e9"', '"\\x41\\101\\n"', '"\\400"', "`a``b`",
    "1_000", "0x1F", "0b101", "0o17", "1e3", "1.5e-3", ".5", "1..", "02", "0x", "1a", "99999999999999999999", "1e999", "5 % 0", "5 / 0", "-5 % 3", "5 % -3", "int(5) % int(0)", "9223372036854775807 + 1", "1 / 3", "7.0", "1e21", "1e20", "0.00001", "-0.0", "0.1 + 0.2", "1 + 2 * 3 - 4 / 2", "-2 + 1", "2 - -2", "1 < 2 == true", "1 == 1.0", '"a" < "b"', '"a" + "b" + MetricName',
    # What is folded away cannot fail.
    'false and 1 / "a" == 1', "false and missing", "missing and false", "missing or true", "true or missing", "true and missing", "true and MetricName", "MetricName and true", "MetricName or false", "false or MetricName", '!(1 == 1) or "a" == "a"', "1 + 1 == 2 and true", "HasLabel(1) and false", "(missing and false) or true", "true and (false or 5 == 5)",
    # Lists of literals become sets, ranges become comparisons.
    "nil in [0, 1]", 'nil in ["", "a"]', 'nil in ["a"]', "nil in []", '1 in ["a"]', '1.0 in [1, 2]', "missing in [1]", "len(MetricName) in [2, 8, 20]", "len(MetricName) in 1..10", "2.5 in 1..3", "2 in 1..3", 'MetricName in "up"', 'MetricName in {"up": 1}', '"a" in {"a": nil}', "1 in {\"a\": 1}", "nil in {\"a\": 1}", "nil in {\"\": 1}", 'findIndex([1], # > 5) in [0, 1]', "findIndex([1], # > 5) in 0..1", "findIndex([1], # > 5) == 1", "findIndex([1], # == 1) == 0", "find([1], # > 5) == 1", "find([1, 2], # > 1) == 2", 'HasLabel("service") in [true]', 'Label("port") in [8080]', "HasLabel(\"x\") in [\"a\"]", "MetricName in [1, 2]", "MetricName in [MetricName]", "[1] == [1]", "[1] == [1.0]", "[[1]] == [[1.0]]", "1..2 == [1, 2]", "{\"a\": 1} == {\"a\": 1}", "{\"a\": 1} == {\"a\": 1.0}", 'split("a.b", ".") == ["a", "b"]', "1..2 == split(\"1\", \",\")",
    # Searches that end early, or go through a list together.
    'filter([1, "a"], # > 0)[0]', 'filter([1, "a"], # > 0)', 'filter(["a", 1], # > 0)[0]', 'filter([1, "a"], # > 0)[-1]', 'first(filter([1, "a"], # > 0))', 'last(filter(["a", 1], # > 0))', "first(filter([1], # > 5))", "filter([1], # > 5)[0]", 'len(filter([1, 2, 3], # > 1))', 'map(filter([1, 2, 3], # > 1), # * 2)', 'map(filter([1, 2, "a"], # != 2), # * 2)[0]', 'len(map(filter([1, "a"], # != 5), # * 2))',
    'len(filter([1, 2], #))', "filter(filter(1..9, # > 3), # % 2 == 0)", 'filter(filter([5, "a"], # != 1), # > 3)[0]', 'count([5, "a"], # == 5 or # > 3) > 0', 'count([5, "a"], # == 5 or # > 3) >= 1', 'count([5, 6, "a"], # > 3) > 1', 'count([5, 6, "a"], # > 3) < 2', 'count([5, 6, "a"], # > 3) == 2', 'count([5, 6, "a"], # > 3) <= 1', "count([true, false])", "count([1])",
    'all([1, "a"], # == 1) and all([1, "a"], # > 0)', 'all([1, 2], # == 1) and all([1, 2], # / "a" == 1)', 'all([2, "a"], # == 1) and all([2, "a"], # > 0)', 'any([1, "a"], # == 5) or any([1, "a"], # > 0)', 'any(["a", 1], # == 1) or any(["a", 1], # > 0)', 'none([1, "a"], # == 5) and none([1, "a"], # > 5)', 'any([1], # == 1) and any([1], # == 1)', 'any([1], # == 1) or any([2], # == 1)', "any([1], # == 2) or any([1], # == 3) or any([1], # == 1)", "one([1, 2], # > 1)", "one([1, 2], # > 0)",
    "any([1, 2], any([3], # == 3))", "any([1, 2], let x = #; x == 2)", "all([], # / 0 == 1)", 'all("abc", # > 90)', 'map("ab", #)', "all({\"a\": 1}, true)", "any(nil, true)", "any(5, true)", "filter([1], 1)", "map([1], nil)", "map([1, 2], # + 0.5)", "map(1..3, [#])", 'map(["a"], {"k": #})', "any(1..2000000, # == 1)", "len(1..999998) > 5", "len(1..1000000)", 'len(repeat("ab", 600000))', "#", ".a", "any([1], .a)", "any([{a: 1}], .a == 1)", "any([1], #x)", "[1, 2] | any(# == 2)", "[1] | len()", "1 | string() | len()", "MetricName | upper()", "5 | 6",
    # Types.
    'true ? "a" : MetricName', '(true ? 1 : MetricName) == 1', '(false ? 1 : MetricName) == 1', '(false ? "a" : {"x": 1}.x) == "a"', '(true ? nil : 1) == nil', '(false ? nil : 1) + 1', '[1, 2][MetricName]', '[1]["a"]', "[1][0.0]", "[1][5]", "[1].a", "{a: 1}.a", "{a: 1}.b", "{a: 1}.b.c", "{a: 1}?.b?.c", "{a: {b: 2}}?.a?.b", "{a: 1}.b?.c", "{1: 2}", '{(MetricName): 1}["up"]', "{(1): 2}", '{"a": 1, "a": 2}.a', "{a: 1,}", "[1,]", "[,]", "{a 1}", "nil.a", "nil?.a", "MetricName.a", "MetricName[0]", '"abc"[0]', "MetricName[0] == 117", "MetricName[1:][0]", "-MetricName[0]", "MetricName[0] + 1", "type(MetricName[0])", '"abc"[1:2]', "MetricName[-2:]", "MetricName[0:99]", "MetricName[5:1]", "MetricName[0:1]", "[1, 2, 3][1:]", "[1, 2, 3][:-1]", "{}[1:]", "5[1:]", '[1][:"a"]', "MetricName[1.5:]", "1[0]",
    "not 1", "not MetricName", "-true", "+MetricName", "-MetricName", "+5", "-nil", "1 and true", "true and nil", "nil == nil", "nil == 1", "nil == false", "1 == true", '1 == "1"', "MetricName == 1", "[1] == 1", "{} == []", "1 < nil", "MetricName < 1", "true < false", "1 + nil", '1 + "a"', "MetricName + 1", "[1] + [2]", "1.5 % 2", "MetricName % 2", "MetricName * 2", "1 contains 2", "MetricName contains 1", "nil contains \"a\"", "MetricName contains nil", "missing contains \"a\"", "MetricName contains missing", "[\"a\"] contains \"a\"", "1 matches \"1\"", '"1" matches 1', "nil matches \"a\"", "1..\"a\"", "1..MetricName", "1..2.5", "3..1", "nil ?? 1", "1 ?? 2", "nil ?? nil", "missing ?? 1", "{}.a ?? 5", "{a: nil}.a ?? 5", "1 ?? 2 + 3", "1 + nil ?? 2", "(nil ?? 1) + 1", "1 if true", "if true { 1 } else { 2 }", 'if MetricName == "up" { true } else if false { 1 } else { false }', "if 1 { 2 } else { 3 }", "1; 2", "true; false;", "let x = 1; x", "let x = 1; x = 2", "let x 1; x", "let len = 1; len", "let x = 1; let x = 2; x", "let MetricName = 1; MetricName", "let x = 1; x()", "let x = MetricName; x()", "let f = 1; f + missing", "let x = [1]; 1 in x", "let x = [\"a\"]; 1 in x",
    # Calls.
    "Label()", 'Label("a", "b")', "Label(1)", "Label(nil)", "HasLabel(nil)", "HasLabel(missing)", "missing()", "missing(1)", "MetricName()", "attributes", 'attributes["service"]', "Label", "HasLabel == nil", "$env", "$env.MetricName", 'get($env, "MetricName")', "len", "len()", "len(1, 2)", "len(1)", "len(nil)", "len(MetricName)", 'len("é")', "len(Label(\"é\"))", "len({a: 1})", "len(missing)", "upper(1)", "upper(nil)", "upper()", "upper(Label(\"é\"))", 'upper("ß")', "lower(MetricName)", "trim(\" a \")", "trim(nil)", 'trim("a", 1)', "trim(1)", 'trimPrefix(" a")', 'trimSuffix("a ")', 'split("a,b")', 'split("a,b,c", ",", 2)', "split(nil, \",\")", 'join(["a", 1])', "join([])", "join(1..2)", 'join(nil)', 'join(split("a.b", "."), "/")', 'replace("aaa", "a")', 'replace("aaa", "a", "b", 2)', 'replace("aaa", "", "-")', 'replace("aaa", "a", "b", -1)', 'repeat("a", -1)', 'repeat("a", 3)', 'repeat("a", 2000000)', "int(\"5\")", 'int("5x")', 'int("+5")', "int(2.9)", "int(-2.9)", "int(true)", "int(nil)", "int(1e30)", "int(missing)", 'float("1e3")', 'float("x")', 'float("inf")', "float(1)", "float(nil)", "string(nil)", "string(1.0)", "string([1, \"a\", nil, 2.5])", "string({b: 1, a: [2]})", "string(1e21)", "string(1e20)", "string(0.00001)", "string(true)", "type(nil)", "type(1)", "type(1.0)", "type(\"\")", "type([])", "type({})", "type(1..2)", "type(true)", "abs(-5)", "abs(-2.5)", "abs(\"a\")", "abs(nil)", "ceil(1.2)", "floor(-1.2)", "round(2.5)", "round(-2.5)", "round(3)", "ceil(MetricName)", "first([])", "last([1, 2])", "first(MetricName)", "first(5)", "first(split(MetricName, \".\")) == \"http\"", "last(1..3) == 3", "first([MetricName]) == MetricName", "indexOf(MetricName, \"e\") > 0", "::len([1])", "::Label(\"service\")",
    # Not built, or not there.
    "sum([1, 2])", "max(1, 2)", "min([1])", "mean([1])", "now()", "toJSON(1)", "keys({})", "reduce([1], # + #acc)", "sortBy([1], #)", "groupBy([1], #)", "map([1], #index)", "2 ** 3", "2 ^ 3", "1 < 2 < 3", "MetricName ?: 1", "b\"x\"", "uniq([1])", "Label(\"x\").a()", "früh", "bitand(1, 2)", "get([1], 0)", "concat([1], [2])", "reverse([1])", "take([1], 1)", "flatten([[1]])", "date(\"2023-01-01\")", "duration(\"1h\")", "fromJSON(\"1\")", "splitAfter(\"a,b\", \",\")",
    # Trailing commas.
    "len([1],)", "any([1], # == 1,)", "Label(\"service\",)", "@", "a $ b", "1 & 2", "1 = 2", "1 === 2", "!!true", "! true", "true?1:2", "true ? 1", "true ? : 2", "1 :: 2", "not in", "1 not 2", "1 not in [1]", "not 1 in [1]", "not (1 in [1])", "!(1 in [1])", "MetricName not startsWith \"up\" and true", "true == not false", "1 == 1 == true", "1 + 1 in [2]", "\"a\" + \"b\" in [\"ab\"]", "nil == missing",
]


def random_expression(draw, depth):
    roll = draw.random()
    if depth == 0 or roll < 0.2:
        return draw.choice(ATOMS)
    if roll < 0.6:
        left, right = random_expression(draw, depth - 1), random_expression(draw, depth - 1)
        return f"({left}) {draw.choice(OPERATORS)} ({right})" if draw.random() < 0.3 else f"{left} {draw.choice(OPERATORS)} {right}"
    if roll < 0.8:
        return draw.choice(CALLS).format(random_expression(draw, depth - 1))
    if roll < 0.95:
        made = f"{draw.choice(SEARCHES)}({draw.choice(LISTS)}, {draw.choice(PREDICATES)})"
        return made if draw.random() < 0.6 else draw.choice(CALLS).format(made)
    return f"{random_expression(draw, depth - 1)} ? {random_expression(draw, depth - 1)} : {random_expression(draw, depth - 1)}"


def cases(draw, count):
    made = list(FIXED)
    made += [f"{search}({each}, {predicate})" for search in SEARCHES for each in draw.sample(LISTS, 4) for predicate in draw.sample(PREDICATES, 4)]
    made += [call.format(each) for call in CALLS for each in draw.sample(ATOMS, 5)]
    made += [f"{left} {operator} {right}" for operator in OPERATORS for left, right in zip(draw.sample(ATOMS, 9), draw.sample(ATOMS, 9))]
    made += [random_expression(draw, 3) for _ in range(count)]
    return [{"expression": each} for each in dict.fromkeys(made)]
