"""Calls of every converter of the OTTL library, with arguments chosen for their corners and with random ones."""

import generate_ottl

Q = generate_ottl.quoted

# What is worth giving to anything.
ANY = [
    "nil", "true", "false", "0", "1", "-1", "42", "9223372036854775807", "1.5", "-2.0", "0.0", "100000000000000000000.0", "0.1", '""', '"a"', '"1"', '"1.5"', '"true"', '"é"',
    '"a b"', "0x", "0x616263", "[]", '["a", "b"]', '[1, 2.5, true, nil, "x"]', "{}", '{"a": 1, "b": {"c": "d"}}', 'attributes["map"]', 'attributes["list"]', 'attributes["ints"]',
    'attributes["port"]', 'attributes["dbl"]', 'attributes["dbl_whole"]', 'attributes["ok"]', 'attributes["text"]', 'attributes["multi"]', 'attributes["missing"]', 'attributes["direction"]', "value_double", "value_int", "metric.name", "attributes",
    'Split("a,b", ",")', 'ParseJSON("{\\"k\\": [1, {\\"z\\": null}]}")', 'Duration("1m30s")', 'Time("2023-05-06 07:08:09.123456789", "%Y-%m-%d %H:%M:%S.%f")', "bucket_counts", "resource.attributes",
]
TEXTS = [
    "", "a", "abc", "Hello World", "someCamelCase", "HTTPServerName", "snake_case_word", "kebab-case-word", "with space", "ALLCAPS", "é", "ÀÉÎ", "日本語", "😀", "ß", "İ", "a1b2C3", "__x__", "v2Beta", "aB", "ID", "userID42", "x.y.z",
    "tab\there", "new\nline", "123", "1e5", "-5", "0x1f", "  pad  ", "a,b,c", "key=value", "foo=bar baz=qux", "10.0.0.1", "::1", "null", "true",
]
ENCODED = ["aGVsbG8=", "aGVsbG8", "_-8=", "_-8", "+/8=", "+/8", "!!", "", "aGVsbG8=\n", "aGVsbG9=", "YQ==", "YQ"]
JSONS = ['{"a": 1}', '{"a": {"b": [1, 2.5, "x", null, true]}}', "[1, 2]", '["a", {"b": 1}]', "1", '"x"', "null", "", "{", '{"a": 1,}', '{"a": 1, "a": 2}', "{} x", '{"n": 12345678901234567890}', '{"n": 1e400}', '{"é": "\\\\u00e9"}', " [ ] ", "[1,[2,[3]]]", '{"n": -0}', "{'a': 1}"]
TIMES = [
    ("2023-01-02", "%Y-%m-%d"), ("2023-01-02 03:04:05", "%Y-%m-%d %H:%M:%S"), ("02/Jan/2023", "%d/%b/%Y"), ("1 2 2023", "%e %g %Y"), ("2023-01-02T03:04:05Z", "%Y-%m-%dT%H:%M:%SZ"), ("2023-01-02T03:04:05+0200", "%Y-%m-%dT%H:%M:%S%z"),
    ("2023-01-02 3:04 PM", "%Y-%m-%d %I:%M %p"), ("Mon Jan  2 2023", "%a %b %e %Y"), ("23-1-2", "%y-%m-%d"), ("x", "%Y"), ("2023", "%Y"), ("2023-13-01", "%Y-%m-%d"), ("2023-02-30", "%Y-%m-%d"), ("2023-01-02", "%F"), ("01/02/23", "%D"), ("03:04:05", "%T"),
    ("2023-01-02 03:04:05.123", "%Y-%m-%d %H:%M:%S.%L"), ("2023-01-02 03:04:05.123456", "%Y-%m-%d %H:%M:%S.%f"), ("2023-01-02 03:04:05 EST", "%Y-%m-%d %H:%M:%S %Z"), ("2023-01-02", "no directive"), ("2023-01-02", ""), ("", "%Y"), ("2023 002", "%Y %j"), ("March 5 2023", "%B %e %Y"), ("1672531200", "%s"), ("%", "%%"), ("2023-01-02", "%Q"),
]
T = 'Time("2023-05-06 07:08:09.123456789", "%Y-%m-%d %H:%M:%S.%s")'
XMLS = ["<a>1</a>", '<a x="1"><b>t</b><b>u</b></a>', "<a><b/></a>", "<a>", "", "text", "<a>x<!-- c -->y</a>", "<a><![CDATA[<z>]]></a>", '<?xml version="1.0"?><a/>', "<a/><b/>", '<n:a xmlns:n="u"><n:b>1</n:b></n:a>', "<a>&lt;&amp;</a>", '<L><I k="1">a</I><I k="2">b</I></L>']
XPATHS = ["/a", "/a/b", "//b", "/a/@x", "//@k", "/a/text()", "/", "", "[", "/L/I[@k='2']", "//I[1]", "/missing", "count(//b)"]


def cross(name, *lists):
    rows = [[]]
    for each in lists:
        rows = [row + [item] for row in rows for item in each]
    return [f"{name}({', '.join(row)})" for row in rows]


def quoted(values):
    return [Q(each) for each in values]


def fixed():
    made = []
    for name in ["IsString", "IsBool", "IsInt", "IsDouble", "IsMap", "IsList", "Len", "Int", "Double", "String", "Bool", "Hex", "Values", "Keys", "Log", "Sort", "ToKeyValueString", "Coalesce"]:
        made += cross(name, ANY)
    for name in ["ToLowerCase", "ToUpperCase", "ToSnakeCase", "ToCamelCase", "MD5", "SHA1", "SHA256", "SHA512", "FNV", "Murmur3Hash", "Murmur3Hash128", "XXH3", "XXH128", "Trim"]:
        made += cross(name, quoted(TEXTS[::3] + ["", "Hello World"])) + cross(name, ANY[::5])
    for case in ["lower", "upper", "snake", "camel"]:
        made += cross("ConvertCase", quoted(TEXTS), [Q(case)])
    made += cross("ToSnakeCase", quoted(TEXTS)) + cross("ToCamelCase", quoted(TEXTS)) + cross("ConvertCase", ['"a"', "nil", "1"], ['"title"', '""'])
    made += [f"Concat([{value}], \",\")" for value in ANY] + [f"Concat([{one}, \"-\", {two}], {Q(by)})" for one, two, by in [("1", "2", ""), ("nil", "nil", "/"), ('attributes["map"]', "[1]", "|"), ("1.0", "1.5", " "), ("true", "0x00ff", ",")]] + ["Concat([], \",\")", 'Concat(["a"], "")', 'Concat("a", ",")', "Concat(attributes[\"list\"], \"+\")"]
    for by in [",", "", "b", ", ", "é", "abc"]:
        made += cross("Split", quoted(["a,b,,c", "abc", "", "aéb", ", ,"]), [Q(by)])
    made += ["Split(nil, \",\")", "Split(1, \",\")", "Split(\"a\", nil)"]
    made += cross("Substring", quoted(["hello", "é日本", ""]), ["0", "1", "3", "5", "-1", "6"], ["0", "1", "2", "5", "-1"])
    made += ["Substring(nil, 0, 1)", 'Substring("abc", "1", 1)', 'Substring("日本", 0, 2, true)', 'Substring("日本", 1, 3, true)', 'Substring("日本", 0, 3, utf8_safe=true)', 'Substring("abc", 1.0, 1)']
    for name in ["HasPrefix", "HasSuffix", "TrimPrefix", "TrimSuffix"]:
        made += cross(name, quoted(["hello", "", "ééé"]) + ["nil", "1"], quoted(["he", "lo", "", "é", "hellohello"]) + ["nil"])
    made += cross("Trim", quoted(["  a ", "xxaxx", "", "éaé", "\ta\n"]), quoted([" ", "x", "", "xa", "é"]))
    for pattern in ["(?P<n>[a-z]+)", "^(?P<a>.)(?P<b>.)?", "(?P<x>\\d+)-(?P<y>\\d+)", "(a)(?P<n>b)", "no", "(", "(?P<n>a)|(?P<m>b)", "(?P<n>a)(?P<n>b)"]:
        made += cross("ExtractPatterns", quoted(["abc", "1-2", "", "b", "ab"]) + ["nil", "5"], [Q(pattern)])
    for grok in ["%{WORD:w}", "%{INT:i:int} %{NUMBER:f:float}", "%{IP:ip}", "%{NOTSPACE:a} %{GREEDYDATA:b}", "(?P<n>x)", "%{NOPE:x}", "%{WORD}", "%{TIMESTAMP_ISO8601:t}", "%{URI:u}", "%{COMBINEDAPACHELOG}", "%{WORD:a.b}"]:
        made += cross("ExtractGrokPatterns", quoted(["hello", "12 3.5", "10.0.0.1", "a b c", "2023-01-02T03:04:05Z", "http://u:p@h:80/p?q#f", "x"]), [Q(grok)])
    made += ['ExtractGrokPatterns("12", "%{NUM2:n}", true, ["NUM2=\\\\d+"])', 'ExtractGrokPatterns("hello", "%{WORD}", false)', 'ExtractGrokPatterns("a", "%{X:x}", true, ["bad"])', 'ExtractGrokPatterns(nil, "%{WORD:w}")']
    made += cross("ParseJSON", [Q(each) for each in JSONS] + ["nil", "1", 'attributes["text"]'])
    made += [f"ParseJSON({Q(each)})[\"a\"]" for each in JSONS[:6]]
    made += cross("ParseKeyValue", quoted(["a=1 b=2", "a=1", "", "a", "a=b=c", "a= b=2", "a=\"x y\" b='z'", "a=1  b=2", "=1", "a=\"x"]))
    made += ['ParseKeyValue("a:1,b:2", ":", ",")', 'ParseKeyValue("a=1", "=", "=")', 'ParseKeyValue("a==1!!b==2", "==", "!!")', 'ParseKeyValue("a=1", "", " ")', 'ParseKeyValue("a=1;b=\\"x;y\\"", "=", ";")', "ParseKeyValue(nil)", 'ParseKeyValue("a=1", pair_delimiter=",")']
    made += ['ToKeyValueString({"a": 1, "b": "x y", "c": {"d": 2}}, "=", " ", true)', 'ToKeyValueString({"b": 1, "a": 2}, ":", ",", true)', 'ToKeyValueString({"a": "x=y", "b": "p q", "c": "q\\"t"}, "=", " ", true)', 'ToKeyValueString({}, "=", " ", true)', 'ToKeyValueString({"a": [1, "b"], "c": true, "d": 1.5, "e": nil}, "=", " ", true)', 'ToKeyValueString({"a": 1}, "=", "=")', "ToKeyValueString(nil)", 'ToKeyValueString("x")']
    for header in ["a,b,c", "a|b", "a"]:
        made += cross("ParseCSV", quoted(["1,2,3", "1,\"x,y\",3", "1,2", "", "1,\"x\"\"y\",3", "a\nb,c,d", "1, 2 ,3", "\"1,2,3"]), [Q(header)])
    made += ['ParseCSV("1|2", "a|b", "|")', 'ParseCSV("1,2", "a|b", headerDelimiter="|")', 'ParseCSV("1,\\"2", "a,b", mode="lazyQuotes")', 'ParseCSV("1,\\"2", "a,b", mode="ignoreQuotes")', 'ParseCSV("1", "a", "xx")', 'ParseCSV("1", "a", mode="nope")', 'ParseCSV(nil, "a")', 'ParseCSV("1 2", "a b", " ")']
    for text, layout in TIMES:
        made += cross("Time", [Q(text)], [Q(layout)])
    for zone in ["UTC", "Europe/Berlin", "America/New_York", "Nowhere/Town", ""]:
        made += cross("Time", [Q("2023-07-02 03:04:05")], [Q("%Y-%m-%d %H:%M:%S")], [Q(zone)])
    made += ['Time("lundi 02 janvier 2023", "%A %d %B %Y", "", "fr")', 'Time("2023", "%Y", "UTC", "xx")', "Time(nil, \"%Y\")", "Time(1, \"%Y\")"]
    for part in ["Day", "Hour", "Minute", "Month", "Year", "Second", "Nanosecond", "Weekday", "UnixSeconds", "UnixMilli", "UnixMicro", "UnixNano"]:
        made += cross(part, ['Time("2023-05-06 07:08:09", "%Y-%m-%d %H:%M:%S")', "Unix(0)", "Unix(-1, 5)", "Unix(1683356889, 123456789)", "nil", "1", '"2023"'])
    for unit in ["Hours", "Minutes", "Seconds", "Milliseconds", "Microseconds", "Nanoseconds"]:
        made += cross(unit, ['Duration("1h30m")', 'Duration("-1.5s")', 'Duration("1ns")', 'Duration("0")', "nil", "5", '"1m"'])
    made += cross("Duration", quoted(["1h", "1h2m3.5s", "1d", "", "-5ms", "1", "1.5", "+1us", "1µs", ".5s", "1e3s", "9999999h", "1 s"]) + ["nil", "5"])
    for layout in ["%Y-%m-%d", "%H:%M:%S", "%b %e", "%A %B", "%y%j", "%I %p", "%z", "%Z", "%L %f %s", "%%", "%Q", "", "plain", "%F %T", "%D %R", "%c", "%n%t", "%g", "%U", "%w"]:
        made += cross("FormatTime", ["Unix(1683356889, 123456789)"], [Q(layout)])
    made += ["FormatTime(nil, \"%Y\")", "FormatTime(1, \"%Y\")", "FormatTime(Unix(0), nil)"]
    made += ["Unix(5)", "Unix(5, 7)", "Unix(-5)", "Unix(1.5)", "Unix(\"5\")", "Unix(nil)", "Unix(5, -7)", "Unix(9223372036854775807)"]
    made += cross("TruncateTime", ["Unix(1683356889, 123456789)", "Unix(-1, 5)"], ['Duration("1s")', 'Duration("1h")', 'Duration("0")', 'Duration("-1s")', 'Duration("7m")'])
    made += [f"Unix(10, 5) {op} {other}" for op in "+-" for other in ['Duration("1s")', "Unix(3)", "1"]] + [f'Duration("1m") {op} {other}' for op in "+-*/" for other in ['Duration("1s")', "Unix(3)", "2"]]
    for text in ["%v", "%s", "%d", "%f", "%.2f", "%5d|", "%-5s|", "%05d", "%x", "%X", "%q", "%t", "%e", "%g", "%T", "%%", "%", "%z", "%[1]v", "%c", "%U", "%b", "%o", "%+d", "% d", "%#x", "%*d", "%v %v", "%!", "plain", "%6.2f|", "%s-%s"]:
        made += cross("Format", [Q(text)], ["[1]", '["a"]', "[1.5]", "[true]", "[nil]", '[attributes["map"]]', "[]", '["é", 2]'])
    made += ['Format("%v", [attributes["list"]])', 'Format("%v", [0x6162])', 'Format("%s", [Split("a,b", ",")])', 'Format("%v", [Unix(0)])', 'Format("%v", [Duration("1m")])', 'Format("%v", "a")', 'Format(nil, [1])', 'Format("%d", [attributes["port"]])', 'Format("%v", [1000000000000000000000.0])', 'Format("%v", [0.000001])', 'Format("%v", [{"a": 1}])']
    made += cross("Base64Decode", quoted(ENCODED)) + cross("Base64Encode", quoted(["hello", "", "\u00ff\u00fe", "é"]))
    for variant in ["base64", "base64-raw", "base64-url", "base64-raw-url", "nope"]:
        made += cross("Base64Encode", quoted(["hello?>", "é"]), [Q(variant)]) + cross("Decode", quoted(ENCODED[:8]), [Q(variant)])
    made += cross("Decode", ['"hello"', "0x68e9", '"é"', "nil", "5"], quoted(["us-ascii", "utf-8", "utf8", "utf-16", "iso-8859-1", "windows-1252", "shift_jis", "", "x-nope", "ASCII"]))
    made += cross("Hex", ['"hello"', "0x00ff", "255", "1.5", "true", "-1"]) + cross("Log", ["1", "2.718281828459045", "0", "-1", '"10"', "true", "0.5"])
    made += cross("Index", ['"hello"', '""', 'attributes["list"]', 'Split("a,b", ",")', "[1, 2.0, nil]", "nil", "5"], ['"l"', '""', '"b"', "2", "nil", "true"])
    made += cross("ContainsValue", ['attributes["list"]', 'attributes["ints"]', 'Split("a,b", ",")', "[1, 2.0, nil]", "[]", "nil", '"abc"'], ['"a"', "2", "2.0", "nil", '"2"', "true"])
    made += cross("IsInCIDR", quoted(["10.0.0.5", "192.168.1.1", "::1", "x", ""]) + ["nil"], ['["10.0.0.0/8"]', '["::/0"]', '["bad"]', "[]", '["192.168.0.0/16", "10.0.0.0/24"]'])
    made += cross("IsValidLuhn", ['"17893729974"', '"17893729975"', '""', '"a"', "17893729974", "nil", '"0"', '"4532-1"', "1.0"])
    made += cross("ParseInt", quoted(["12", "-12", "0x1f", "ff", "1010", "", "x", "9223372036854775808", "1_000", "+5", "0b11"]) + ["nil", "12"], ["0", "2", "8", "10", "16", "36", "1", "37"])
    made += cross("SliceToMap", ['[{"k": "a", "v": 1}, {"k": "b", "v": 2}]', 'ParseJSON("[{\\"k\\": \\"a\\", \\"v\\": {\\"w\\": 1}}]")', "[]", 'attributes["list"]', "nil"], ['["k"], ["v"]', '["k"]', '["missing"]', '["k"], ["v", "w"]', '["k"], ["missing"]'])
    made += ['SliceToMap(attributes["list"])', "SliceToMap([1])", 'SliceToMap(["a"], value_path=["x"])', 'SliceToMap([{"a": 1}], value_path=["a"])']
    made += cross("Sort", ["[3, 1, 2]", '["b", "a"]', "[2.5, 1]", '[1, "a", true]', "[true, false]", "[]", 'attributes["ints"]', 'Split("c,a,b", ",")', "[nil, 1]", "[[1], [0]]", '[1, 1.0, "1"]'], ['"asc"', '"desc"', '"x"', "nil"])
    made += cross("URL", quoted(["http://user:pw@example.com:80/path/x.html?q=1&r#frag", "example.com", "", "http://[::1]:8080/", "/only/path", "mailto:a@b.c", "http://h/%41", "http://h/%zz", "https://h?x", "ftp://h/a.b.c", "http://h:port/"]) + ["nil", "1"])
    made += cross("UserAgent", quoted(["curl/7.81.0", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36", "", "x"]))
    made += cross("TraceID", ["0x00112233445566778899aabbccddeeff", "0x00", '"00112233445566778899aabbccddeeff"', "nil"]) + cross("SpanID", ["0x0011223344556677", "0x", '"0011223344556677"']) + cross("ProfileID", ["0x00112233445566778899aabbccddeeff", "0x00"])
    made += ['ParseSeverity(2, {"error": ["x"]})', 'ParseSeverity("err", {"error": ["err", {"min": 400, "max": 499}], "info": [200]})', 'ParseSeverity(450, {"error": ["err", {"min": 400, "max": 499}], "info": ["2xx"]})', 'ParseSeverity(204, {"info": ["2xx"]})', 'ParseSeverity("none", {"info": ["x"]})', 'ParseSeverity(nil, {"info": ["x"]})', 'ParseSeverity(5, {"info": "x"})', 'ParseSeverity(5, {"info": [{"range": {"min": 1, "max": 9}}]})', 'ParseSeverity(5, {"info": [{"equals": [5]}]})', 'ParseSeverity("a", {"info": [{"equals": ["a"]}]})', 'ParseSeverity(204, {"info": [{"range": "2xx"}]})']
    made += ['CommunityID("10.0.0.1", 80, "10.0.0.2", 1234)', 'CommunityID("10.0.0.2", 1234, "10.0.0.1", 80)', 'CommunityID("10.0.0.1", 80, "10.0.0.2", 1234, "UDP")', 'CommunityID("10.0.0.1", 80, "10.0.0.2", 1234, "ICMP", 1)', 'CommunityID("::1", 1, "::2", 2)', 'CommunityID("x", 1, "::2", 2)', 'CommunityID("10.0.0.1", 70000, "10.0.0.2", 1)', 'CommunityID("10.0.0.1", 1, "10.0.0.2", 1, "NOPE")']
    for xpath in XPATHS:
        made += cross("GetXML", quoted(XMLS[:3] + XMLS[-1:]), [Q(xpath)]) + cross("RemoveXML", quoted(XMLS[1:3]), [Q(xpath)])
        made += cross("InsertXML", quoted(XMLS[1:3]), [Q(xpath)], ['"<n>1</n>"'])
    for name in ["ParseXML", "ParseSimplifiedXML", "ConvertAttributesToElementsXML", "ConvertTextToElementsXML"]:
        made += cross(name, quoted(XMLS) + ["nil"])
    made += ['ConvertTextToElementsXML("<a>x<b/>y</a>", "/a", "e")', 'ConvertAttributesToElementsXML("<a x=\\"1\\"/>", "//a")', 'InsertXML("<a/>", "/a", "<")']
    made += cross("Coalesce", ['[nil, "a"]', "[nil, nil]", "[]", '[attributes["missing"], attributes["port"]]', '"x"', "[1]"])
    made += cross("Append", ["[1]", "[]"], ["2", '"x"']) + ["Append([1], values=[2, 3])", "DeleteIndex([1, 2, 3], 0)", "DeleteIndex([1, 2, 3], 0, 2)", "DeleteIndex([1], 5)"]
    made += ["IsRootSpan()", "Nope()", "Len()", "Len(1, 2)", "UUID(1)", "Now(1)", 'IsMatch("a")']
    # Indexing of what they return.
    made += ['Split("a,b", ",")[0]', 'Split("a,b", ",")[2]', 'Split("a,b", ",")["x"]', 'ParseKeyValue("a=1")["a"]', 'ParseKeyValue("a=1")["b"]', 'ParseJSON("[1]")[0]', 'ParseJSON("{\\"a\\": [[1]]}")["a"][0][0]', 'ExtractPatterns("a", "(?P<n>a)")["n"]', "Len(\"a\")[0]", 'URL("http://h/")["url.domain"]', 'Sort([2, 1])[0]', 'ParseJSON("{\\"a\\": 1}")["a"]["b"]', 'ParseCSV("1", "a")["a"]']
    return made


def cases(draw):
    made = fixed()
    # And values of any type where another is wanted.
    for _ in range(250):
        name = draw.choice(list(generate_ottl.CALLS))
        made.append(generate_ottl.CALLS[name](draw, "datapoint", 2))
    unique = [each for each in dict.fromkeys(made) if "Now()" not in each and "UUID()" not in each]
    return [{"context": "datapoint", "expression": each} for each in unique]
