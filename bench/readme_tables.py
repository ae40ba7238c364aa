"""The measured figures in README.md and README.ko.md, for bench/report.py.

A README has `<!-- headline -->`, `<!-- figures -->` and `<!-- designs -->`; the lines after it, up to the next empty line, are
replaced.
"""

import re
import statistics

from machine import ROOT
from peers import page as peers

HEADERS = {
    "README.md": {
        "figures": "| what | against | ratio, median (spread) | target |",
        "designs": "| design | 64 connections | 256 | 1,024 | against Redis Lua, 256 | broken | lost: process | lost: Redis |",
        "missed": "missed"},
    "README.ko.md": {
        "figures": "| 항목 | 비교 대상 | 비율, 중앙값 (범위) | 목표 |",
        "designs": "| 설계 | 연결 64개 | 256 | 1,024 | Redis Lua 대비, 256 | 위반 | 유실: 프로세스 | 유실: Redis |",
        "missed": "미달"},
}

# One machine, Kafka and PostgreSQL: rounded to hundreds.
HEADLINES = {
    "README.md": """**{embedded} coupons a second on one machine**, each on the disk (`fsync`) before its answer; **{servers} on Kafka and
PostgreSQL**, each acknowledged by Kafka before its answer. {cores} cores of {cpu} did all of that work, the load generator, Kafka (one
broker) and PostgreSQL included ([all numbers](#numbers)).""",
    "README.ko.md": """**서버 한 대에서 초당 쿠폰 {embedded}장**, 모두 디스크에 기록(`fsync`)한 뒤 응답합니다. **Kafka와 PostgreSQL에서는 초당 {servers}장**, 모두 Kafka가 승인한 뒤 응답합니다.
{cpu} 코어 {cores}개에서 부하 생성기, Kafka(브로커 1대), PostgreSQL까지 함께 실행한 결과입니다([모든 수치](#numbers)).""",
}

# Scenario, figure, and what it says in each README, with the rates of that figure.
FIGURES = [
    ("http", "success / epoll", {
        "README.md": ("SUCCESS on one machine: {success, answers/s:,.0f}/s", "an epoll loop that only finds the end of the header, {epoll, answers/s:,.0f}/s"),
        "README.ko.md": ("서버 한 대의 SUCCESS: {success, answers/s:,.0f}/s", "헤더의 끝만 찾는 epoll 루프, {epoll, answers/s:,.0f}/s")}),
    ("http", "losers / fixed", {
        "README.md": ("SOLD_OUT to losers: {losers, answers/s:,.0f}/s", "the edge's fixed answer, {fixed, answers/s:,.0f}/s"),
        "README.ko.md": ("늦은 사용자에게 SOLD_OUT: {losers, answers/s:,.0f}/s", "엣지의 고정 응답, {fixed, answers/s:,.0f}/s")}),
    ("http", "winners again / fixed", {
        "README.md": ("ALREADY_ISSUED to winners: {winners again, answers/s:,.0f}/s", "the same"),
        "README.ko.md": ("당첨자에게 ALREADY_ISSUED: {winners again, answers/s:,.0f}/s", "위와 같음")}),
    ("distributed", "one broker: success / epoll", {
        "README.md": ("**on Kafka and PostgreSQL**, one broker, all on the same two cores: SUCCESS, {success, answers/s:,.0f}/s", "the epoll loop, {epoll, answers/s:,.0f}/s"),
        "README.ko.md": ("**Kafka와 PostgreSQL**, 브로커 1대, 모두 같은 코어 2개: SUCCESS, {success, answers/s:,.0f}/s", "epoll 루프, {epoll, answers/s:,.0f}/s")}),
    ("acknowledged", "one broker, half the most: p99 of final answers / of bare acknowledgements", {
        "README.md": ("p99 of final answers there at half of the most, {requests/s:,.0f}/s: {final p99, ms:.1f} ms", "p99 of a bare acknowledgement of Kafka, {acknowledgement p99, ms:.1f} ms"),
        "README.ko.md": ("같은 구성에서 최대의 절반인 {requests/s:,.0f}/s일 때 최종 응답의 p99: {final p99, ms:.1f} ms", "Kafka 승인만의 p99, {acknowledgement p99, ms:.1f} ms")}),
    ("acknowledged", "three brokers, three copies, 2,000/s: p99 of final answers / of bare acknowledgements", {
        "README.md": ("the same with three brokers and three copies at 2,000/s: {final p99, ms:.1f} ms", "the same, {acknowledgement p99, ms:.1f} ms"),
        "README.ko.md": ("브로커 3대, 복제본 3개, 2,000/s일 때: {final p99, ms:.1f} ms", "위와 같음, {acknowledgement p99, ms:.1f} ms")}),
    ("distributed", "edge and replica: processor time of success / fixed", {
        "README.md": ("processor time of an edge for a SUCCESS: {success, µs:.1f} µs", "for the fixed answer"),
        "README.ko.md": ("SUCCESS 한 건에 드는 엣지의 CPU 시간: {success, µs:.1f} µs", "고정 응답의 경우")}),
    ("distributed", "an issuer with a backlog / a bare loop of COPY", {
        "README.md": ("an issuer saving a backlog of a million: {issuer, coupons/s:,.0f} coupons/s", "a bare loop of the same COPY"),
        "README.ko.md": ("밀린 백만 건을 저장하는 이슈어: {issuer, coupons/s:,.0f} coupons/s", "같은 COPY의 단순 루프")}),
    ("events", "one broker: success with events / without", {
        "README.md": ("SUCCESS with events: {with events, answers/s:,.0f}/s", "without events"),
        "README.ko.md": ("이벤트가 있을 때 SUCCESS: {with events, answers/s:,.0f}/s", "이벤트가 없을 때")}),
    ("growth", "memory a holder, worst point of 5 to 20 million", {
        "README.md": ("memory per issued coupon, on every node", "worst point between 5 and 20 million"),
        "README.ko.md": ("발급된 쿠폰 한 장이 노드마다 차지하는 메모리", "500만~2,000만 장 중 최악의 지점")}),
    ("restart", "ready again / reading the rows", {
        "README.md": ("ready again with 10 million coupons: {ready again, s:.1f} s", "a bare loop of SQLite over the same rows"),
        "README.ko.md": ("쿠폰 1,000만 장으로 재시작하여 준비되기까지: {ready again, s:.1f} s", "같은 행을 읽는 SQLite의 단순 루프")}),
]


def filled(words, rates):
    """Replaces {name:format} by the rate of that name; names have commas and slashes, so str.format cannot."""
    return re.sub(r"\{([^:}]+):([^}]+)\}", lambda found: format(rates[found[1]], found[2]), words)


def measured(scenarios, scenario, name):
    return next(one for one in scenarios[scenario]["figures"] if one["name"] == name)


def headline(readme, scenarios, machine):
    rates = {word: measured(scenarios, scenario, name)["rates"]["success, answers/s"]
             for word, scenario, name in (("embedded", "http", "success / epoll"), ("servers", "distributed", "one broker: success / epoll"))}
    return HEADLINES[readme].format(cores=machine["cores"], cpu=machine["cpu"],
                                    **{word: f"{round(rate, -2):,.0f}" for word, rate in rates.items()}).splitlines()


def figures(readme, scenarios):
    lines = [HEADERS[readme]["figures"], "|---|---|---|---|"]
    for scenario, name, words in FIGURES:
        figure = measured(scenarios, scenario, name)
        what, peer = (filled(text, figure["rates"]) for text in words[readme])
        unit = figure["unit"]
        bound = f"{'≥' if figure['at_least'] else '≤'} {figure['target']:g}"
        missed = f", {HEADERS[readme]['missed']}" if figure["met"] is False else ""
        lines.append(f"| {what} | {peer} | {figure['median']:.2f}{unit} ({figure['low']:.2f} to {figure['high']:.2f}) | {bound}{missed} |")
    return lines


def designs(readme, steps):
    def line(design):
        rates = [steps[f"most, {connections}"][design] for connections in peers.CONNECTIONS]
        ratio = statistics.median(one / other for one, other in zip(steps["most, 256"][design], steps["most, 256"][peers.PEER]))
        broken = sum(one[what] for one in steps["burst"][design] for what in ("overIssued", "doubled", "neverIssued"))
        lost = [steps[step].get(design) for step in ("killed: the process", "killed: Redis")]
        cells = [peers.name(design), *(f"{statistics.median(values):,.0f}" for values in rates), f"{ratio:.2f}", f"{broken:,}",
                 *("" if of is None else f"{sum(one['lost'] for one in of):,}" for of in lost)]
        return f"| {' | '.join(cells)} |"

    return [HEADERS[readme]["designs"], "|" + "---|" * 8, *map(line, steps["burst"])]


def write(results, steps):
    scenarios = results["scenarios"]
    for readme in HEADERS:
        path = ROOT / readme
        text = path.read_text()
        for name, lines in (("headline", headline(readme, scenarios, results["machine"])), ("figures", figures(readme, scenarios)),
                            ("designs", designs(readme, steps))):
            fresh = "".join(f"{line}\n" for line in lines)
            text, count = re.subn(rf"(<!-- {name} -->\n\n?)(?:.+\n)+", lambda found: found[1] + fresh, text)
            if count != 1:
                raise SystemExit(f"{readme}: one line <!-- {name} --> is needed, found {count}")
        path.write_text(text)
