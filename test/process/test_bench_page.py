"""The page of firstcome bench --html, opened from its file by a real browser without a network."""

import html.parser
import re
import subprocess

import pytest
from server import Server, run


class Page(html.parser.HTMLParser):
    """What a person sees: the texts by tag, and how many charts there are."""

    def __init__(self, dom):
        super().__init__()
        self.texts, self.counts, self._open = {}, {}, []
        self.feed(dom)

    def handle_starttag(self, tag, attrs):
        self.counts[tag] = self.counts.get(tag, 0) + 1
        self._open.append(tag)

    def handle_endtag(self, tag):
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data):
        if self._open:
            self.texts.setdefault(self._open[-1], []).append(data)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The path of a run's page, and the page as the browser made it."""
    folder = tmp_path_factory.mktemp("page")
    path = folder / "run.html"
    with Server(folder / "data", "--bench-route") as server:
        code, _, err = run("bench", "--server", f"http://{server.users}", "--admin", f"http://{server.admin}", "--requests", "3000",
                           "--connections", "8", "--max-count", "500", "--fixed", "10%", "--html", str(path))
    assert code == 0, err
    browser = subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}",
                              "--enable-logging=stderr", "--virtual-time-budget=2000", "--dump-dom", path.as_uri()],
                             capture_output=True, text=True, timeout=120, check=True)
    assert not re.findall(r".*:CONSOLE.*", browser.stderr)
    return path, Page(browser.stdout)


def test_it_draws_every_chart_and_the_tables(page):
    _, seen = page
    assert seen.texts["h2"] == ["Latency by percentile", "Rate", "Results", "Latency", "Answers", "Promises"]
    assert seen.counts["canvas"] == 4
    assert "500" in seen.texts["b"] and "Every promise that the bench can judge was kept." in seen.texts["p"]
    assert {"SUCCESS", "SOLD_OUT", "all answers", "fixed answer"} <= set(seen.texts["span"])
    assert seen.texts["td"].count("ok") >= 5


def test_it_loads_nothing(page):
    path, _ = page
    text = path.read_text()
    assert "src=" not in text and "<link" not in text and "@import" not in text and "url(" not in text
