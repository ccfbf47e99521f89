"""Random patterns over the corners of Go's regular expressions, with inputs near what each could match."""

LITERALS = list("abcdxyzAZ019 _-:/.é日😀\n\t\"'<>#@!%&~=,;") + ["ab", "foo", "response", "tcp_", "_total", "http"]
CLASSES = [
    ".", r"\d", r"\D", r"\w", r"\W", r"\s", r"\S", "[a-z]", "[^a-z]", "[0-9]", "[A-Z_]", "[^]a]", "[]a]", "[a-]", "[-a]",
    "[a[b]", "[[a]b]", "[a&&b]", "[a~~b]", "[a||b]", "[[:alpha:]]", "[[:^digit:]x]", "[[:space:][:punct:]]", r"[\d\-x]",
    r"[\w.]", r"[^\W\d]", r"[\]\[]", r"[\x41-\x43]", r"[\n\t]", r"[é-ü]", r"[\pL]", r"[^\p{Greek}a]", r"\pL", r"\PN",
    r"\p{Lu}", r"\P{Lu}", r"\p{^Lu}", r"\p{Greek}", r"\p{Han}", r"[\p{Lu}\p{Nd}]", r"[[:word:]]", r"[[:xdigit:]]",
    r"[[:cntrl:]]", r"[^\s\S]", r"[\s\S]", r"[^\x00-\x{10FFFF}]", "[k-l]", "[ſ]", "[a-cx-z]", r"\p{Any}", r"\p{Cs}",
    r"\p{Co}", r"\p{M}", r"\pZ", r"\p{Sc}", r"\p{Latin}",
]
BAD_CLASSES = [
    "[z-a]", "[]", "[^]", "[a", "[[:foo:]]", "[a--b]", r"\p{Alphabetic}", r"\p{Script=Greek}", r"\pX", r"\p{", r"\p{}",
    r"[\b]", r"[\d-z]", r"[a-\d]", r"[\Qa\E]", r"[\z]", r"[[.a.]]", r"[[=a=]]", r"[\8]", r"\p{lu}", r"\p", r"[[:alpha:]-z]",
    "[a-b-c]", "[--a]", r"[\]", r"[^\PL\d", r"\p{LC}", r"\p{L&}",
]
ASSERTIONS = ["^", "$", r"\b", r"\B", r"\A", r"\z"]
ESCAPES = [
    r"\.", r"\\", r"\*", r"\+", r"\?", r"\(", r"\)", r"\[", r"\]", r"\{", r"\}", r"\|", r"\^", r"\$", r"\-", r"\/", r"\<",
    r"\>", r"\!", r"\"", r"\'", r"\#", r"\%", r"\&", r"\,", r"\:", r"\;", r"\=", r"\@", r"\`", r"\~", r"\n", r"\t", r"\r",
    r"\f", r"\v", r"\a", r"\x41", r"\x{e9}", r"\x{1F600}", r"\0", r"\012", r"\101", r"\Qa.b\E", r"\Q*\E+", r"\Q\E", r"\Qa[",
]
BAD_ESCAPES = [
    r"\e", r"\h", r"\y", r"\Z", r"\G", r"\K", r"\R", r"\X", r"\N", r"\1", r"\8", r"\u0041", r"\u{41}", r"\x", r"\x4",
    r"\x{}", r"\x{110000}", r"\x{41", r"\c", r"\cA", r"\E", r"\ ", r"\é", r"\_", r"\k<n>", r"\b{start}", r"\C", r"\i", r"\07",
    r"\08", r"\777", r"\08a", "\\",
]
REPEATS = ["*", "+", "?", "*?", "+?", "??", "{2}", "{0}", "{1,}", "{0,2}", "{2,3}?", "{1}", "{0,0}", "{3,}?", "{10}"]
BAD_REPEATS = [
    "**", "*+", "++", "?+", "???", "{2}{3}", "{,2}", "{", "{a}", "{2,1}", "{1001}", "{1000}", "{-1}", "{1,2", "{ 2}",
    "{2, 3}", "{01}", "{1,1001}", "{}", "}", "{2}*", "{2}+", "*{2}", "{1,a}", "{99999999999}", "{2}?", "{2}??",
]
FLAGS = ["(?i)", "(?s)", "(?m)", "(?U)", "(?i:", "(?s-m:", "(?im-s:", "(?-i:", "(?:", "(?U:", "(?ims)", "(?-U)", "(?-s)"]
BAD_FLAGS = [
    "(?x)", "(?u)", "(?R)", "(?-u)", "(?x:", "(?)", "(?-)", "(?i", "(?=", "(?!", "(?<=", "(?<!", "(?>", "(?#c)", "(?|",
    "(?i-)", "(?ii)", "(?P=n)", "(?P>n)", "(?'n'", "(?P<1a>", "(?P<a.b>", "(?P<>", "(?<n", "(?P<é>", "(?<a-b>", "(?i-i)", "(?--i)",
    "(?-i-s)", "(?:", "(?", "(?P<n>a)(?P<n>", "(?&n)", "(?C1)",
]
GROUPS = ["(", "(?:", "(?P<n>", "(?<m>", "(?P<a_1>", "(?i:", "(?s:", "(?P<_>", "(?P<A9>"]
REAL = [
    "response_total", "response_latency_ms.*", "(in|out)bound_.*", "tcp_(open|close)_.*", ".+_bucket", "10\\.0\\..*", "[^:]+:\\d+",
    "(?i)content-type", "^$", "", ".*", ".+", "(.*)", "(.+)", "(.*);(.*)", "([^:]+)(?::\\d+)?;(\\d+)", "__meta_kubernetes_pod_label_(.+)",
    "a|b|", "|", "()", "(|)", "(a|)+", "(?:)", "(a*)*", "(a*)+", "(a|b)*?c", "x*", "^*", "$+", "^^", "$$", "\\b+", "^{2}", "(^)*", "(?i)k",
    "(?i)ſ", "(?i)Σ", "(?i)ß", "(?i)İ", "(?i)straße", "(?i)[^k]", "(?i)[a-z]+", "(?i)É", "(?i)ǅ", "(?i:a)b", "a(?i)b", "a(?i)b|c", "(a(?i)b)c",
    "(?s).", "(?s:.)b.", "(?s)a.(?-s)b.", "(?m)^a$", "(?m)$", "(?m)^", "a$\\nb", "(?m)a$\\nb", "\\Aa\\z", "(?m)\\Aa\\z",
    "(a{0,100}){10}", "(a{0,100}){11}", "((a{10}){10}){10}", "((a{10}){10}){11}", "a{1000}", "(a{1000})*", "(a{500}){2}", "(a{500}){3}",
]
INPUTS = [
    "", "a", "b", "ab", "A", "foo", "xfoox", "response_total", "response_latency_ms_bucket", "control_response_latency_ms", "10.0.0.1:8080",
    "é", "É", "日本", "😀", "a\nb", "\n", "a\n", "\na", " ", "\t", "\v", "-", "_", ".", "[", "]", "^", "$", "*", "aa", "aaa", "aab", "abc",
    "foo_total", "http", "0", "01", "A0_", "K", "k", "\u212a", "ſ", "ς", "σ", "ß", "ẞ", "ı", "İ", "\u0000", "\\", "{", "}", "a{,2}", "a&b",
    "\u00a0", "\u0130", "٣", "\u2028", "\r\n", "\ufeff", "ǅ", "α", "<", ">", "~", "|", "\u0085", "\u001f", "a.b", "\ufffd", "aéb", "x日y",
]


def atom(draw, depth):
    roll = draw.random()
    if roll < 0.42:
        return draw.choice(LITERALS)
    if roll < 0.60:
        return draw.choice(CLASSES)
    if roll < 0.68:
        return draw.choice(ESCAPES)
    if roll < 0.76:
        return draw.choice(ASSERTIONS)
    if roll < 0.79:
        return draw.choice(FLAGS[:4] + FLAGS[10:])
    if depth == 0:
        return draw.choice(LITERALS)
    return draw.choice(GROUPS) + alternation(draw, depth - 1) + ")"


def concatenation(draw, depth):
    out = ""
    for _ in range(draw.choice([1, 1, 1, 2, 2, 3, 4])):
        out += atom(draw, depth)
        if draw.random() < 0.3:
            out += draw.choice(REPEATS)
    return out


def alternation(draw, depth):
    parts = [concatenation(draw, depth) for _ in range(draw.choice([1, 1, 1, 1, 2, 3]))]
    if draw.random() < 0.05:
        parts.append("")
    return "|".join(parts)


def spoiled(draw, pattern):
    """Something of another dialect put somewhere into a pattern, or a piece cut out of it."""
    at = draw.randint(0, len(pattern))
    roll = draw.random()
    if roll < 0.35:
        return pattern[:at] + draw.choice(BAD_CLASSES + BAD_ESCAPES) + pattern[at:]
    if roll < 0.6:
        return pattern[:at] + draw.choice(BAD_REPEATS) + pattern[at:]
    if roll < 0.8:
        return pattern[:at] + draw.choice(BAD_FLAGS) + pattern[at:]
    if roll < 0.9:
        return pattern[:at] + draw.choice("()[]{}|*+?\\^$.") + pattern[at:]
    return pattern[:at] + pattern[at + draw.choice([1, 1, 2, 3]) :]


def near(draw, pattern):
    """Text made of the pattern's own letters: likelier to match than anything drawn blindly."""
    letters = [c for c in pattern if c not in "()[]{}|*+?\\^$.:<>"] or ["a"]
    return "".join(draw.choice(letters) for _ in range(draw.randint(1, 6)))


def inputs(draw, pattern):
    made = draw.sample(INPUTS, 5) + [near(draw, pattern) for _ in range(3)]
    made.append("".join(draw.choice(LITERALS) for _ in range(draw.randint(1, 5))))
    if draw.random() < 0.5:
        made.append("".join(draw.choice(INPUTS) for _ in range(2)))
    return list(dict.fromkeys(made))


def cases(draw, count):
    # Every corner once by itself, then mixtures.
    fixed = REAL + CLASSES + BAD_CLASSES + ESCAPES + BAD_ESCAPES
    fixed += ["a" + repeat for repeat in REPEATS + BAD_REPEATS] + [flag + "a)" for flag in FLAGS[4:10] + BAD_FLAGS]
    fixed += [flag + "a" for flag in FLAGS + BAD_FLAGS]
    patterns = list(dict.fromkeys(fixed))
    while len(patterns) < count:
        pattern = alternation(draw, 3)
        if draw.random() < 0.3:
            pattern = spoiled(draw, pattern)
        if len(pattern) <= 120 and pattern not in patterns:
            patterns.append(pattern)
    return [{"pattern": pattern, "inputs": inputs(draw, pattern)} for pattern in patterns]
