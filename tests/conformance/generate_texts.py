"""Random calls of the converters that read and write texts: times, formats, Grok, character sets, user agents."""

import datetime
import pathlib

import generate_ottl

Q = generate_ottl.quoted
DATA = pathlib.Path(__file__).resolve().parents[2] / "src/collector/ottl/functions"
ZONES = [
    "UTC", "Europe/Berlin", "Europe/London", "America/New_York", "America/St_Johns", "Asia/Kolkata", "Asia/Tokyo", "Australia/Lord_Howe", "Africa/Abidjan",
    "Atlantic/Azores", "Europe/Lisbon", "America/Sao_Paulo", "Pacific/Apia", "EST", "EST5EDT", "Etc/GMT+5", "GMT", "Local", "europe/berlin", "CET", "Asia/Kathmandu", "Africa/Casablanca",
]
ABBREVIATIONS = ["UTC", "GMT", "EST", "CET", "CEST", "PST", "WET", "BST", "JST", "IST", "MSK", "GMT+3", "GMT-11", "ChST", "WITA", "+03", "-05", "EDT", "ABCDT", "abc", "XYZ", "MST", "HST", "NST"]
DIRECTIVES = "YymoqbhBdegaAHlIpPMSLfsZzwijkDxFTXrRnt%cQ"
NAMES = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]


def moment(draw):
    return datetime.datetime(draw.choice([1970, 1999, 2000, 2022, 2023, 2024, 2031, 1903]), draw.randint(1, 12), draw.randint(1, 28), draw.randint(0, 23), draw.randint(0, 59), draw.randint(0, 59), draw.randint(0, 999_999))


def offset(draw):
    sign, hours, minutes, seconds = draw.choice("+-"), f"{draw.choice([0, 1, 2, 5, 9, 11, 14]):02}", draw.choice(["00", "30", "45"]), draw.choice(["00", "15"])
    return sign, hours, minutes, seconds


def written(draw, letter, at):
    """A text for a directive, mostly one that fits."""
    number = lambda value: draw.choice([f"{value:02}", f"{value:02}", str(value), f" {value}" if value < 10 else str(value)])
    half = "PM" if at.hour >= 12 else "AM"
    hour12 = at.hour % 12 or 12
    sign, hours, minutes, seconds = offset(draw)
    texts = {
        "Y": lambda: f"{at.year:04}", "y": lambda: f"{at.year % 100:02}", "m": lambda: number(at.month), "o": lambda: number(at.month), "q": lambda: str(at.month),
        "b": lambda: MONTHS[at.month - 1][:3], "h": lambda: MONTHS[at.month - 1][:3].upper(), "B": lambda: MONTHS[at.month - 1], "d": lambda: number(at.day), "e": lambda: number(at.day), "g": lambda: str(at.day),
        "a": lambda: NAMES[at.weekday()][:3], "A": lambda: NAMES[at.weekday()], "H": lambda: number(at.hour), "l": lambda: str(hour12), "I": lambda: number(hour12), "p": lambda: half, "P": lambda: half.lower(),
        "M": lambda: number(at.minute), "S": lambda: number(at.second), "L": lambda: f"{at.microsecond // 1000:03}", "f": lambda: f"{at.microsecond:06}", "s": lambda: f"{at.microsecond:06}{draw.randint(0, 999):03}",
        "Z": lambda: draw.choice(ABBREVIATIONS), "z": lambda: draw.choice(["Z", sign + hours + minutes, f"{sign}{hours}:{minutes}", sign + hours, f" {sign}{hours}{minutes}"]),
        "w": lambda: sign + hours + minutes + seconds, "i": lambda: sign + hours, "j": lambda: f"{sign}{hours}:{minutes}", "k": lambda: f"{sign}{hours}:{minutes}:{seconds}",
        "D": lambda: f"{number(at.month)}/{number(at.day)}/{draw.choice([at.year, f'{at.year % 100:02}'])}", "F": lambda: f"{at.year}-{number(at.month)}-{number(at.day)}", "T": lambda: f"{number(at.hour)}:{number(at.minute)}:{number(at.second)}",
        "r": lambda: f"{number(hour12)}:{number(at.minute)}:{number(at.second)} {half.lower()}", "R": lambda: f"{number(at.hour)}:{number(at.minute)}", "n": lambda: "\n", "t": lambda: "\t", "%": lambda: "%",
        "c": lambda: f"{NAMES[at.weekday()][:3]} {MONTHS[at.month - 1][:3]} {number(at.day)} {number(at.hour)}:{number(at.minute)}:{number(at.second)} {at.year}",
    }
    texts["x"], texts["X"] = texts["D"], texts["T"]
    if draw.random() < 0.02:
        return draw.choice(["", "x", "99", "0", "-1", "31", "é"])
    return texts.get(letter, lambda: "?")()


def layout(draw):
    """A format that is likely to make sense."""
    day = draw.choice(["%Y-%m-%d", "%F", "%D", "%x", "%d/%b/%Y", "%e %B %Y", "%a %b %e %Y", "%A, %g %h %y", "%o.%q.%Y", "%b %d", "%Y%m%d", "%y-%m-%d", "%B %d, %Y", "%m/%d", "%Y", "%c"])
    clock = draw.choice(["%H:%M:%S", "%T", "%X", "%R", "%I:%M %p", "%l:%M:%S%P", "%r", "%H:%M:%S.%L", "%H:%M:%S,%f", "%H:%M:%S.%s", "%H%M%S", "%H h %M", "%S", ""])
    zone = draw.choice(["", "", "", " %z", "%z", " %Z", " %j", " %k", " %w", " %i", "Z", " (%Z)"])
    return day + draw.choice([" ", "T", "  ", ":", "\n"] if clock else [""]) + clock + zone


def texts_of(draw, form, at):
    out, letters = "", iter(form)
    for letter in letters:
        out += written(draw, next(letters, "%"), at) if letter == "%" else letter
    roll = draw.random()
    if roll < 0.04:
        return out + draw.choice(["x", " ", ".5", "0", ".123456789012"])
    if roll < 0.08:
        return out[: draw.randint(0, len(out))]
    if roll < 0.12:
        return " " + out
    return out


def locales():
    rows = []
    for line in (DATA / "dates/locales.txt").read_text().splitlines():
        old, new, *names = line.split("\t")
        rows += [(tag, [each.split("|") if each else [] for each in names]) for tag in {*old.split(), *new.split()}]
    return sorted(rows)


def localized(draw, rows):
    tag, (days, long_days, months, long_months, halves) = draw.choice(rows)
    at = moment(draw)
    day = (at.weekday() + 1) % 7
    pick = lambda names, index: names[index] if names else "x"
    parts = {
        "%a": pick(days, day), "%A": pick(long_days, day), "%b": pick(months, at.month - 1), "%B": pick(long_months, at.month - 1), "%p": pick(halves, int(at.hour >= 12)),
        "%Y": str(at.year), "%d": f"{at.day:02}", "%e": f"{at.day:2}", "%H": f"{at.hour:02}", "%M": f"{at.minute:02}", "%I": f"{at.hour % 12 or 12:02}", "%g": str(at.day), "%S": f"{at.second:02}",
    }
    form = draw.choice(["%A %d %B %Y", "%a %e %b %Y", "%b %d %Y %H:%M", "%d. %B %Y %I:%M %p", "%e %b %Y", "%A, %B %d, %Y %H:%M:%S", "%B %g %Y", "%Y-%b-%d", "%e%B%Y"])
    text = form
    for directive, written_so in parts.items():
        text = text.replace(directive, written_so)
    if draw.random() < 0.2:
        text = text.upper() if draw.random() < 0.5 else text.lower()
    if draw.random() < 0.1:
        tag = draw.choice(["en", "de", "xx", "pt-BR", "", "EN", "no"])
    return f"Time({Q(text)}, {Q(form)}, {Q(draw.choice(['', 'UTC', 'Europe/Berlin']))}, {Q(tag)})"


# Which elements of Go's layouts a directive may be: 0.155.0 and later never end where two share one and the first has blanks before it.
ELEMENTS = {**dict.fromkeys("moq", "m"), **dict.fromkeys("deg", "d"), **dict.fromkeys("Il", "i"), "D": "mdY", "x": "mdY", "F": "mdY", "T": "HMS", "X": "HMS", "R": "HM", "r": "iMSP", "c": "mdHMSYa"}


def is_endless(form):
    elements = "".join(ELEMENTS.get(letter, letter) for letter in form.replace("%%", "").split("%")[1:] for letter in letter[:1])
    return len(elements) != len(set(elements))


def times(draw):
    made = []
    while len(made) < 420:
        form = layout(draw) if draw.random() < 0.8 else draw.choice(["", " ", "é"]).join("%" + draw.choice(DIRECTIVES) for _ in range(draw.randint(1, 5)))
        if is_endless(form):
            continue
        text = texts_of(draw, form, moment(draw))
        zone = f", {Q(draw.choice(ZONES))}" if draw.random() < 0.5 else ""
        made.append(f"Time({Q(text)}, {Q(form)}{zone})")
    # Clocks that are put forward or back.
    for text in ["2023-03-26 01:59:59", "2023-03-26 02:30:00", "2023-03-26 03:00:00", "2023-10-29 02:30:00", "2023-10-29 01:30:00", "2011-12-30 12:00:00", "1940-06-14 23:30:00", "1890-01-01 00:00:00", "2037-07-01 00:00:00", "2150-07-01 00:00:00", "9999-12-31 23:59:59", "0001-01-01 00:00:00"]:
        for zone in ["Europe/Berlin", "Europe/London", "America/Sao_Paulo", "Pacific/Apia", "Australia/Lord_Howe", "Europe/Paris"]:
            made.append(f'Time({Q(text)}, "%Y-%m-%d %H:%M:%S", {Q(zone)})')
            made.append(f'FormatTime(Time({Q(text)}, "%Y-%m-%d %H:%M:%S", {Q(zone)}) + Duration({Q(draw.choice(["24h", "-36h", "4000h", "1s"]))}), "%F %T %Z %z %k")')
    for abbreviation in ABBREVIATIONS:
        for zone in draw.sample(ZONES, 3):
            made.append(f'Time({Q("2023-07-02 03:04:05 " + abbreviation)}, "%Y-%m-%d %H:%M:%S %Z", {Q(zone)})')
    rows = locales()
    made += [localized(draw, rows) for _ in range(260)]
    for _ in range(150):
        form = layout(draw) if draw.random() < 0.5 else draw.choice([" ", "|", "é", ""]).join("%" + draw.choice(DIRECTIVES) for _ in range(draw.randint(1, 6)))
        at = draw.choice([f"Unix({draw.randint(-3_000_000_000, 9_000_000_000)}, {draw.choice([0, 1, 120_000_000, 123_456_789, 999_999_999])})", f'Time("2023-07-02 03:04:05", "%Y-%m-%d %H:%M:%S", {Q(draw.choice(ZONES[:17]))})', 'Time("2023-07-02 -0030", "%Y-%m-%d %w")', 'Time("2023-07-02 03:00 -03:30", "%Y-%m-%d %H:%M %j")'])
        made.append(f"FormatTime({at}, {Q(form)})")
    for zone in ZONES[1:8]:
        at = f'Time("2023-03-26 00:30:00", "%Y-%m-%d %H:%M:%S", {Q(zone)})'
        made += [f'{part}({at} + Duration("{span}"))' for part in ["Hour", "Day", "Weekday"] for span in ["3h", "-3000h"]]
        made += [f'String(TruncateTime({at}, Duration("7h")))', f'Format("%v|%s|%q|%x", [{at}, {at}, {at}, {at}])', f"{at} - Unix(0)"]
    return made


VALUES = [
    "1", "-1", "0", "255", "-9223372036854775807", "65", "8364", "1114112", "128512", "nil", "true", "false", '"a"', '""', '"é日b"', '"tab\\tq\\"u`o"', '"plain `x`"', '"\\n"', "1.5", "-2.5", "0.0", "100000.0", "1000000.0", "123456789.0",
    "0.0001", "0.00001", "100000000000000000000.0", "1.0e300", "0.1", "3.14159265358979", "-0.0", "5.0e-324", 'Double("NaN")', 'Double("Inf")', 'Double("-Inf")', "0x6162", "0x", "0x00ff", "0xe282ac", "[]", '[1, "a", nil, 2.5, true]', "[[1], 0x61, [nil]]",
    'Split("a,b", ",")', 'Split("é", ",")', 'Duration("1m30s")', 'Duration("-1ns")', "Unix(0)", "Unix(1683356889, 120000000)", '[Duration("1s"), Unix(0)]', 'attributes["port"]', 'attributes["text"]', 'attributes["dbl"]', "metric.name", "value_int", "4", "2", "10",
]
VERBS = "vdsqxXtfFeEgGbcoOUTpwzi%"


def verb(draw):
    flags = "".join(draw.choice("+-# 0") for _ in range(draw.choice([0, 0, 0, 1, 1, 2, 3])))
    width = draw.choice(["", "", "", "1", "5", "12", "08", "*", "[1]*", "1000001"] if draw.random() < 0.6 else [""])
    precision = draw.choice(["", "", ".", ".0", ".1", ".3", ".10", ".20", ".*", ".[2]*", ".-1"] if draw.random() < 0.5 else [""])
    number = draw.choice(["", "[1]", "[2]", "[3]", "[0]", "[x]", "[", "[1"] if draw.random() < 0.2 else [""])
    return "%" + flags + width + precision + number + draw.choice(VERBS)


def formats(draw):
    made = []
    for each in VALUES:
        for one in draw.sample(VERBS, 6):
            made.append(f"Format({Q('%' + one)}, [{each}])")
            flags = "".join(draw.sample("+-# 0", draw.randint(1, 3))) + draw.choice(["", "9", "3", "12.3", ".2", "15.0", ".30"])
            made.append(f"Format({Q('%' + flags + one + '|')}, [{each}])")
    for _ in range(350):
        form = draw.choice(["", "x", "é "]) + draw.choice(["", "|", "%%"]).join(verb(draw) for _ in range(draw.randint(1, 3))) + draw.choice(["", "", "%", "!"])
        values = [draw.choice(VALUES) for _ in range(draw.randint(0, 4))]
        made.append(f"Format({Q(form)}, [{', '.join(values)}])")
    return made


LINES = [
    "hello", "12 3.5", "10.0.0.1", "a b c", "2023-01-02T03:04:05Z", "http://u:p@h:80/p?q#f", '127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326 "http://www.example.com/start.html" "Mozilla/4.08"',
    "Oct 11 22:14:15 mymachine su[42]: 'su root' failed for lonvick on /dev/pts/8", "<34>Oct 11 22:14:15 host prog: text", "Mar 16 08:12:04.123 2023", "fe80::1 C0-FF-EE-00-11-22 /usr/bin/x C:\\\\dir\\\\file", "user.name@example.com GET true 0x1f",
    "-12.5 1e3 .5", "%ASA-6-302013: Built outbound TCP connection 447 for outside:1.2.3.4/80 (1.2.3.4/80) to inside:5.6.7.8/1025 (5.6.7.8/1025)", "é ÿ 日本", "Jan 1 06:25:43 host haproxy[14389]: 10.0.1.2:33317 [06/Feb/2009:12:14:14.655] http-in static/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {1wt.eu} {} \"GET /index.html HTTP/1.1\"",
]


def groks(draw):
    names = [line.split(" ", 1)[0] for line in (DATA / "grok/patterns.txt").read_text().splitlines()]
    made = []
    for name in names:
        line = Q(draw.choice(LINES))
        made.append(f"ExtractGrokPatterns({line}, {Q('%{' + name + ':x.y}')}, {draw.choice(['true', 'false'])})")
    for _ in range(120):
        kinds = draw.choice(["", "", ":int", ":long", ":float", ":double", ":bool", ":boolean", ":string", ":nope"])
        pattern = draw.choice(["", "^", ".*", "(a|b)?"]) + draw.choice(["%{" + draw.choice(names) + ":" + draw.choice(["a", "a.b", "a+b", "A_1"]) + kinds + "}", "%{" + draw.choice(names) + "}", "(?P<n>.)%{WORD}", "%{WORD:a}|%{INT:a:int}"]) + draw.choice(["", "$", " ", "%{X}", "%{WORD:w}"])
        own = draw.choice(["", "", ', ["X=\\\\d+"]', ', ["X=%{WORD:inner}", "WORD=[a-c]+"]', ', ["X"]', ', ["a:b=c"]', ', ["X="]', ', ["X=a=b"]'])
        only = draw.choice(["true", "false"]) if own or draw.random() < 0.7 else ""
        made.append(f"ExtractGrokPatterns({Q(draw.choice(LINES))}, {Q(pattern)}{', ' + only if only else ''}{own})")
    made += ['ExtractGrokPatterns("ab", metric.name)', 'ExtractGrokPatterns("inbound", attributes["text"])', 'ExtractGrokPatterns(5, "%{WORD}")']
    return made


def charsets(draw):
    made = []
    for line in (DATA / "charset/charsets.txt").read_text().splitlines():
        names = line.split("\t")[1].split()
        for _ in range(3):
            name = draw.choice(names)
            name = name.upper() if draw.random() < 0.3 else name
            data = bytes(draw.randint(0x20, 0x7E) if draw.random() < 0.4 else draw.randint(0x80, 0xFF) for _ in range(draw.randint(1, 12)))
            made.append(f"Decode(0x{data.hex()}, {Q(name)})")
    for name, text in [("shift_jis", "日本ｶﾅ"), ("euc-jp", "日本"), ("euc-kr", "한국"), ("gbk", "中国€"), ("gb18030", "中国😀"), ("big5", "中國"), ("iso-2022-jp", "日本a")]:
        made.append(f"Decode(0x{text.encode({'gbk': 'gb18030', 'shift_jis': 'shift_jis'}.get(name, name), 'ignore').hex()}, {Q(name)})")
    made += [f"Decode({value}, {Q(name)})" for value in ["0xe282", "0xff41c3a9f0", "0xfeff0041", "0xfffe4100", "0x3dd800dc", "0x00d8"] for name in ["utf-8", "csUTF8", "csUTF16", "utf-16", "utf-16be", "utf-16le", "nop", "iso-ir-6", " latin1 ", "IBM00858", "hz-gb-2312", "cp1252"]]
    return made


AGENTS = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Safari/537.36 Edg/119.0.2151.58", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0", "Mozilla/5.0 (Linux; Android 13; SM-G991B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/22.0 Chrome/111.0.5563.116 Mobile Safari/537.36", "Go-http-client/1.1", "python-requests/2.31.0",
    "kube-probe/1.27", "linkerd-proxy", "Prometheus/2.45.0", "Wget/1.21.3", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "aws-sdk-go-v2/1.21.0 os/linux lang/go", "aws-cli/2.13.0 Python/3.11.4 Darwin/22.5.0", "MyApp/1 CFNetwork/1410.0.3 Darwin/22.6.0",
    "MyApp/1 CFNetwork/1490.0.4 Darwin/23.2.0", "Opera/9.80 (Windows NT 6.1; U; en) Presto/2.10.289 Version/12.01", "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.0; Trident/4.0)", "Java/17.0.1", "okhttp/4.9.3", "RecipeRadar/1.2", "HiBrowser/v2.3.4.5", "Ecosia ios@10.1", "Dalvik/2.1.0 (Linux; U; Android 9)",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 Safari/605.1.15", "Apache-HttpClient/4.5.13 (Java/11.0.20)", "grpc-go/1.56.2", "Envoy/HC", "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/118.0.0.0 Safari/537.36",
    "facebookexternalhit/1.1", "é", " ", "Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/537.36 Version/6.0 TV Safari/537.36", "PostmanRuntime/7.32.3", "Boto3/1.26.0", "Terraform/1.5.0", "darwin; arm64", "curl/8.4.0-DEV", "Fedora/38 Firefox/118.0",
]


def cases(draw):
    made = times(draw) + formats(draw) + groks(draw) + charsets(draw) + [f"UserAgent({Q(each)})" for each in AGENTS]
    return [{"context": "datapoint", "expression": each} for each in dict.fromkeys(made)]
