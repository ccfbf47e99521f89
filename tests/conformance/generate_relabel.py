"""Random relabeling rules: every action with its own fields, with foreign ones, with templates of all kinds."""

import json

import generate_regex

SETS = {
    "l1": {
        "__name__": "response_total", "direction": "inbound", "tls": "true", "status_code": "200", "target_addr": "10.0.0.1:8080",
        "job": "linkerd-proxy", "instance": "10.0.0.9:4191",
    },
    "l2": {
        "__name__": "response_latency_ms_bucket", "le": "5.0", "direction": "outbound", "dst_pod": "web-1", "dst_namespace": "ns",
        "client_id": "web.ns.serviceaccount.identity.linkerd.cluster.local",
    },
    "l3": {
        "__name__": "tcp_open_connections", "__address__": "10.1.2.3", "__meta_kubernetes_pod_label_app": "Web",
        "__meta_kubernetes_pod_label_App_kubernetes_io_name": "x", "__meta_kubernetes_pod_container_port_number": "4191", "__tmp_a": "t",
        "multi": "a\nb", "uni": "É", "dollar": "a$1b",
    },
    "l4": {"a": "b", "b": "a", "c": "b", "name": "Straße ΑΣ", "dotted.name": "v", "mixed": "aBc-ÀÉ-ǆ", "long": "x" * 40, "semi": "a;b", "num": "007"},
    "l5": {"__name__": "up"},
}
NAMES = [name for labels in SETS.values() for name in labels] + ["missing", "env", "d", "x"]
PATTERNS = [
    "(.*)", ".*", ".+", "(.+)", "", "inbound", "outbound|inbound", "(in|out)(bound)", "(in)?(out)?bound", "(?P<way>in|out)bound", "(?<n>.)(.*)",
    "([^:]+):(\\d+)", "(.*):(.*)", "a", "b", "(a|b)", "[a-z_]+", "response_.*", "response", "(?i)INBOUND", "5\\.0", "5(\\.0)?", "(.*);(.*)",
    "(a)(b)?;?(.*)", ".*_(total|bucket)", "10\\..*", "x+", "(x{3})*(.*)", "É", "(?i)é", "\\w+", "(\\d)(\\d)(\\d)(\\d)?", "(?P<1>x)", "(", "a)|(b",
    "a**", "^in.*", ".*bound$", "^inbound$|x", "()", "(?:)", "(.)(.)(.)(.)(.)(.)(.)(.)(.)(.).*", "(?s).*", "a.b", "\\d+",
]
LABEL_PATTERNS = [
    "__meta_kubernetes_pod_label_(.+)", "__meta_.*", "(.*)", "d.*", "direction|tls", "dst_(.+)", "[a-c]", "(a)|(b)", "__.*", "job|instance", "le",
    "nothing", "(?i)A", "__name__", "dotted\\.name", "(.)(.*)", "m.*|n.*", "", "(", "(?P<n>.+)_(?P<n>.+)",
]
TEMPLATES = [
    "$1", "${1}", "$2", "$1$2", "$2-$1", "${2}_${1}", "$0", "$10", "${10}", "$1x", "${1}x", "$$", "$$1", "$", "a$", "$.", "${1", "${}", "${a-b}",
    "${ 1}", "$01", "$way", "${way}", "$n", "$name", "x", "", "constant value", "$1:$2", "$1.$2", "$é", "$1é", "${é}", "a$1b$2c$3", "$3", "é", "$_",
    "$-1", "$1_total", "${1}_total", "\n", "$1\n", "$99999999999999999999", "${0}0", "$$$1", "$(1)", "${1}${1}",
]
TARGETS = [
    "d", "env", "direction", "tls", "__name__", "job", "__tmp_x", "a", "$1", "${1}", "${1}_x", "x_$1", "a.b", "é", "1a", "", "a b", "$1$2", "${way}",
    "$", "a$", "a-$1", "${1}-x", "__address__", "le", "a$é", "${a-b}", "new label", "$0", ":a", "x$$",
]
ACTIONS = ["replace", "keep", "drop", "hashmod", "labelmap", "labeldrop", "labelkeep", "lowercase", "uppercase", "keepequal", "dropequal"]
SEPARATORS = [";", "", ",", "::", "$", ".", "\n"]


def source(draw):
    return draw.sample(NAMES, draw.choice([0, 1, 1, 1, 1, 2, 2, 3]))


def pattern(draw):
    return draw.choice(PATTERNS) if draw.random() < 0.85 else generate_regex.alternation(draw, 2)


def rule(draw):
    action = draw.choice(ACTIONS + ["replace"] * 6)
    made = {}
    if action not in ("labelmap", "labeldrop", "labelkeep") or draw.random() < 0.03:
        made["source_labels"] = source(draw)
    if action in ("labelmap", "labeldrop", "labelkeep"):
        made["regex"] = draw.choice(LABEL_PATTERNS) if draw.random() < 0.9 else pattern(draw)
    elif action in ("replace", "keep", "drop") and draw.random() < 0.85:
        made["regex"] = pattern(draw)
    elif action in ("keepequal", "dropequal", "hashmod", "lowercase", "uppercase") and draw.random() < 0.1:
        made["regex"] = pattern(draw)
    if action in ("replace", "hashmod", "lowercase", "uppercase", "keepequal", "dropequal") and draw.random() < 0.96:
        plain = draw.random() < (0.55 if action == "replace" else 0.8)
        made["target_label"] = draw.choice(NAMES[:16] if plain else TARGETS)
    if (action in ("replace", "labelmap") and draw.random() < 0.75) or draw.random() < 0.03:
        made["replacement"] = draw.choice(TEMPLATES)
    if action == "hashmod" or draw.random() < 0.02:
        made["modulus"] = draw.choice([0, 1, 2, 3, 4, 8, 10, 100, 2**32, 2**63, 2**64 - 1])
    if draw.random() < 0.12:
        made["separator"] = draw.choice(SEPARATORS)
    if action != "replace" or draw.random() < 0.5:
        made["action"] = draw.choice([action] * 12 + [action.upper(), action.capitalize(), action + "x"])
    if draw.random() < 0.01:
        made["comment"] = "x"
    return made


def cases(draw, count):
    made = []
    for _ in range(count):
        rules = [rule(draw) for _ in range(draw.choice([1, 1, 1, 1, 2, 2, 3]))]
        # JSON is YAML, and no quoting of ours can get in the way.
        text = "\n".join("- " + json.dumps(each, ensure_ascii=False) for each in rules)
        made.append({"rules": text, "set": draw.choice(list(SETS))})
    return SETS, made
