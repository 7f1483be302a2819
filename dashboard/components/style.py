"""The look: shapes, chips and tables, with contrasts that hold on white (WCAG 2.2 AA)."""

from __future__ import annotations

from dashboard.components.markup import Html, show

_CSS = """<style>
/* below: room for what opens at the end of a page */
.stMainBlockContainer{padding:2.5rem 2rem 45vh;max-width:1500px}
.stMainBlockContainer h1{font-size:1.75rem;padding:.3rem 0}
.stMainBlockContainer h2{font-size:1.3rem;padding:.9rem 0 .2rem}
.stMainBlockContainer h3{font-size:1.05rem;padding:.5rem 0 .1rem}
.stMainBlockContainer h1.sv-title{margin:0;overflow-wrap:anywhere}
.stMainBlockContainer h2.sv-subject{padding:0;font-size:1.05rem}
[data-testid=stCaptionContainer],[data-testid=stCaptionContainer] *{color:#4b5563;opacity:1}
.st-key-actions{position:sticky;top:2.5rem;z-index:9;background:#fff;padding:.4rem 0;border-bottom:1px solid #d1d5db}
.st-key-moves,.st-key-bulk,.st-key-actions{gap:.45rem}
.st-key-moves button,.st-key-bulk button,.st-key-actions button{min-height:2.1rem;padding:.15rem .6rem;font-size:.9rem}
.stMainBlockContainer [data-testid=stPageLink] a:focus-visible{outline:3px solid #1d4e89;outline-offset:2px}
.stMainBlockContainer [data-testid=stPageLink] a{border:1px solid #6b7280;border-radius:.4rem;padding:.15rem .7rem}
.sv-chip{display:inline-block;padding:0 .5rem;border:1px solid #6b7280;border-radius:1rem;font-size:.8rem;
  line-height:1.45rem;white-space:nowrap;color:#1f2937;background:#fff;margin:0 .3rem .2rem 0}
.sv-critical{background:#7f1d1d;border-color:#7f1d1d;color:#fff}
.sv-high{background:#fde2cf;border-color:#9a3412;color:#7c2d12}
.sv-medium{background:#fdf3c7;border-color:#854d0e;color:#713f12}
.sv-low{background:#eef2f7;border-color:#475569;color:#334155}
.sv-late{background:#7f1d1d;border-color:#7f1d1d;color:#fff}
.sv-row{border-left:4px solid transparent;padding:.1rem 0 .1rem .7rem}
.sv-picked{border-left-color:#1d4e89;background:#eef4fb}
.sv-reason{font-size:1rem;line-height:1.4;margin:.15rem 0;color:#111827;overflow-wrap:anywhere}
.sv-meta{font-size:.85rem;color:#4b5563;overflow-wrap:anywhere}
.sv-meta b{color:#1f2937}
.sv-verdict{font-size:1.25rem;line-height:1.4;margin:.2rem 0 .4rem;color:#111827;overflow-wrap:anywhere}
.sv-subject{font-size:1.05rem;font-weight:600;margin:.2rem 0;overflow-wrap:anywhere}
.sv-banner{border:1px solid #94a3b8;border-left:5px solid #1d4e89;border-radius:.3rem;padding:.4rem .8rem;
  font-size:.9rem;background:#f8fafc;color:#1f2937}
.sv-banner.sv-warn{border-color:#9a3412;border-left-color:#9a3412;background:#fff4ec}
.sv-scroll{overflow-x:auto}
.sv-picture{max-width:100%;height:auto}
.sv-table{border-collapse:collapse;width:100%;font-size:.875rem}
.sv-table caption{text-align:left;color:#4b5563;padding:.2rem 0;font-size:.85rem}
.sv-table th,.sv-table td{border-bottom:1px solid #d1d5db;padding:.3rem .55rem;text-align:left;vertical-align:top;
  overflow-wrap:break-word;max-width:36rem}
.sv-day,.sv-table td.n{white-space:nowrap}
.sv-table th{background:#f1f5f9;color:#1f2937;font-weight:600;overflow-wrap:normal}
.sv-table .n{text-align:right;font-variant-numeric:tabular-nums}
.stMainBlockContainer dl.sv-facts,.stMainBlockContainer dl.sv-facts *{margin:0;padding:0}
.sv-facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:.5rem 1.2rem}
.sv-facts dt{font-size:.8rem;color:#4b5563}
.sv-facts dd{margin:0;font-weight:600;color:#111827;overflow-wrap:anywhere}
.sv-list{margin:.2rem 0 .2rem 1.1rem;padding:0}
.sv-list li{margin:.25rem 0;line-height:1.45}
.sv-text{line-height:1.5;max-width:75ch}
.sv-wide{display:inline-block;min-width:15rem}
.stMainBlockContainer .stHtml p{margin:.15rem 0}
.sv-note{white-space:pre-wrap;overflow-wrap:anywhere}
</style>"""


def apply_style() -> None:
    """Put the styles on the page."""
    show(Html(_CSS))
