"""The frame of every page that a command writes: it follows light and dark and opens from disk."""

from collections.abc import Sequence
from html import escape

STYLE = """
:root{color-scheme:light dark;--ink:#1b2430;--soft:#5b6878;--paper:#fbfcfd;--card:#fff;--line:#dfe5ec;--blue:#0b6bcb;
--grey:#8a94a1;--good:#0a7d4f}
@media(prefers-color-scheme:dark){:root{--ink:#e6ebf1;--soft:#9aa7b6;--paper:#11161c;--card:#182029;--line:#2b3643;
--blue:#57a8ff;--grey:#8a97a6;--good:#4cc38a}}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);
font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif}
main{max-width:1120px;margin:0 auto;padding:40px 24px 64px}h1{font-size:30px;line-height:1.2;margin:0 0 8px}
h2{font-size:19px;margin:36px 0 12px}p{max-width:74ch;margin:0 0 12px}.lead{color:var(--soft);font-size:18px}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(220px,1fr));gap:14px;margin:26px 0}
.card,figure{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:18px 20px;margin:0}
.card b{display:block;font-size:28px;line-height:1.2;color:var(--good);font-variant-numeric:tabular-nums}
.card span{color:var(--soft);font-size:14.5px}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(340px,1fr));gap:16px}
figcaption{font-weight:600;margin-bottom:8px}svg{width:100%;height:auto;display:block}
svg text{fill:var(--soft);font:12.5px system-ui,"Liberation Sans",sans-serif}svg text.small{font-size:10.5px}
.grid{stroke:var(--line)}.key{display:flex;gap:18px;margin:4px 0 14px;color:var(--soft);font-size:14.5px}
.key i{display:inline-block;width:12px;height:12px;border-radius:3px;margin-right:7px;vertical-align:-1px}
table{border-collapse:collapse;width:100%;background:var(--card);border:1px solid var(--line);border-radius:12px;
font-variant-numeric:tabular-nums}th,td{padding:9px 14px;text-align:right;border-bottom:1px solid var(--line)}
th:first-child,td:first-child{text-align:left}thead th{color:var(--soft);font-weight:600;font-size:14px}
tr:last-child td{border-bottom:0}.scroll{overflow-x:auto}code{font-size:13.5px;overflow-wrap:anywhere}
li{max-width:74ch;margin-bottom:6px}.nowrap{white-space:nowrap}
@media(max-width:480px){svg.shares text{font-size:16px}}
"""


def page(title: str, body: str) -> str:
    """Return a whole page. title: plain text; body: HTML."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f"<body><main>{body}</main></body></html>"
    )


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table; cells are plain text, the first of a row is its name."""
    head = "".join(f"<th>{escape(each)}</th>" for each in heads)
    lines = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table></div>'
