"""Parsers for a page of metrics and for expressions that use them, as strict as the tests need."""

import re
from dataclasses import dataclass, field

SAMPLE = re.compile(r"([a-z_]+)(?:\{(.*)\})? (\S+)")
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"(?:,|$)')
SELECTOR = re.compile(r"\b([a-zA-Z_:][a-zA-Z0-9_:]*)\s*\{([^}]*)\}")
MATCHER = re.compile(r'\s*([a-z_]+)\s*(=~|!~|!=|=)\s*"([^"]*)"\s*(?:,|$)')
WORDS = {"and", "or", "unless", "bool", "by", "without", "on", "ignoring", "group_left", "group_right"}


@dataclass
class Family:
    type: str
    help: str
    labels: dict = field(default_factory=dict)  # name → seen values

    def series(self, name):
        """The names of its samples."""
        return [f"{name}_bucket", f"{name}_sum", f"{name}_count"] if self.type == "histogram" else [name]


def parse(page):
    """Families by name, in the order of the page."""
    families, name = {}, None
    for line in page.splitlines():
        if line.startswith("# HELP "):
            _, _, name, text = line.split(" ", 3)
            assert name not in families, f"a family twice: {line}"
            families[name] = Family("", text)
        elif line.startswith("# TYPE "):
            _, _, typed, kind = line.split(" ")
            assert typed == name and kind in ("counter", "gauge", "histogram"), line
            families[name].type = kind
        else:
            sample = SAMPLE.fullmatch(line)
            assert sample and sample[1] in families[name].series(name), line
            for label, value in LABEL.findall(sample[2] or ""):
                families[name].labels.setdefault(label, set()).add(value)
            float(sample[3])
    return families


def value(page, series):
    """The value of one series, named as on the page; None if it is missing."""
    for line in page.splitlines():
        if line.startswith(series + " "):
            return float(line[len(series) + 1:])
    return None


def uses(expression):
    """(series, {label: [requested values]}) for every selector of a PromQL expression."""
    found = []

    def selector(match):
        matchers, rest = {}, match[2]
        while rest.strip():
            one = MATCHER.match(rest)
            assert one, f"selector {{{match[2]}}} in {expression}"
            matchers[one[1]] = one[3].split("|") if one[2] in ("=~", "!~") else [one[3]]
            rest = rest[one.end():]
        found.append((match[1], matchers))
        return " 0 "

    rest = SELECTOR.sub(selector, expression)
    rest = re.sub(r"\b(by|without|on|ignoring)\s*\([^)]*\)", " ", rest)
    rest = re.sub(r'"[^"]*"|\[[^\]]*\]|\b\d[\d.]*[a-z]*', " ", rest)
    for word, call in re.findall(r"([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(\(?)", rest):
        if not call and word not in WORDS:
            found.append((word, {}))
    return found
