#pragma once

#include <string_view>

namespace firstcome::load {

/// The style sheet of a run's page. Each outcome has one colour, by a class that sets --c.
inline constexpr std::string_view kPageStyle = R"css(
:root { color-scheme: light dark; --paper: #f6f7f9; --card: #fff; --ink: #1c2430; --soft: #66707f; --grid: #e4e8ee;
  --green: #1f9d61; --blue: #3478d6; --slate: #9aa5b5; --violet: #9166cc; --amber: #d9981c; --orange: #e0702d;
  --red: #cf3b4a; --teal: #1797a6; }
@media (prefers-color-scheme: dark) { :root { --paper: #12161c; --card: #1a2029; --ink: #e6eaf0; --soft: #93a0b1;
  --grid: #2b3440; --green: #35b97a; --blue: #5b9bf0; --slate: #6f7d90; --violet: #ab86e0; --amber: #e5b04a;
  --orange: #f08a4b; --red: #ef6371; --teal: #3fb6c4; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", Roboto, sans-serif; }
main { max-width: 1000px; margin: 0 auto; padding: 28px 20px 48px; }
h1 { font-size: 26px; margin: 0; letter-spacing: -.01em; }
h2 { font-size: 16px; margin: 0; }
header p { margin: 4px 0 0; color: var(--soft); }
.verdict { display: inline-block; margin: 14px 0 0; padding: 6px 12px; border-radius: 8px; font-weight: 600; }
.verdict.kept { color: var(--green); background: color-mix(in srgb, var(--green) 14%, transparent); }
.verdict.broken { color: var(--red); background: color-mix(in srgb, var(--red) 14%, transparent); }
section, .tiles div { background: var(--card); border: 1px solid var(--grid); border-radius: 12px; }
section { margin-top: 16px; padding: 16px 18px 14px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(126px, 1fr)); gap: 12px; margin-top: 20px; }
.tiles div { padding: 12px 14px; color: var(--soft); font-size: 13px; }
.tiles b { display: block; color: var(--ink); font-size: 22px; line-height: 1.3; font-variant-numeric: tabular-nums;
  white-space: nowrap; }
.note { margin: 0 0 8px; color: var(--soft); font-size: 13px; }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--soft); font: 12px system-ui, sans-serif; font-variant-numeric: tabular-nums; }
.grid { stroke: var(--grid); } .tick { stroke: var(--soft); }
.line { fill: none; stroke: var(--c); stroke-width: 2; stroke-linejoin: round; }
.line.fixed, .line.service { stroke-dasharray: 5 4; }
.area { fill: var(--c); fill-opacity: .85; }
.hint { fill: transparent; } .hint:hover { fill: var(--ink); fill-opacity: .07; }
.legend { margin: 8px 0 0; font-size: 13px; color: var(--soft); }
.legend span, .key { margin-right: 14px; white-space: nowrap; }
.legend span::before, .key::before { content: ""; display: inline-block; width: 10px; height: 10px; margin-right: 6px;
  border-radius: 3px; background: var(--c); }
.all { --c: var(--blue); } .success { --c: var(--green); } .again { --c: var(--teal); } .sold-out { --c: var(--slate); }
.closed { --c: var(--violet); } .pending { --c: var(--amber); } .overloaded { --c: var(--orange); }
.broken { --c: var(--red); } .cut-off { --c: var(--violet); } .fixed { --c: var(--soft); } .service { --c: var(--blue); }
table { width: 100%; border-collapse: collapse; margin-top: 8px; font-variant-numeric: tabular-nums; }
th { color: var(--soft); font-weight: 500; font-size: 13px; }
th, td { padding: 5px 8px; text-align: right; border-bottom: 1px solid var(--grid); vertical-align: top; }
tr:last-child td { border-bottom: 0; }
th:first-child, td:first-child, .checks th:nth-child(2), .checks td:nth-child(2) { text-align: left; }
td.kept { color: var(--green); } td.broken { color: var(--red); font-weight: 600; white-space: nowrap; }
small { color: var(--soft); } em { color: var(--red); font-style: normal; }
.troubles { margin: 10px 0 0; padding-left: 18px; color: var(--orange); }
)css";

}  // namespace firstcome::load
