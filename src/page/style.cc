// The style sheet: system fonts, a column of readable width, wide things scroll within it, light and dark by the
// reader's setting. Pictures are drawn on white and stay so.
#include "page/html.h"

namespace continuo::page {

std::string_view style() noexcept {
  return R"(:root { color-scheme: light dark; --paper: #fcfcfb; --ink: #22252a; --faint: #5d636d; --line: #d8dbe0; --tint: #f1f2f0; --accent: #005a9c; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #16181b; --ink: #e4e5e7; --faint: #a4a9b1; --line: #3a3f46; --tint: #212429; --accent: #7db8ee; }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 58rem; padding: 1.5rem 1rem 4rem; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; overflow-wrap: break-word; }
h1 { margin: 0 0 .3rem; font-size: 1.9rem; line-height: 1.2; }
h2 { margin: 2.6rem 0 .6rem; padding-top: .5rem; border-top: 1px solid var(--line); font-size: 1.4rem; line-height: 1.25; }
h3 { margin: 1.8rem 0 .4rem; font-size: 1.12rem; }
h4 { margin: 1.4rem 0 .3rem; font-size: 1rem; }
header p { margin: 0; color: var(--faint); }
p, li { max-width: 46rem; }
a { color: var(--accent); }
nav { margin-top: 1.2rem; padding: .7rem 1rem; border-radius: .5rem; background: var(--tint); }
nav ol { margin: 0; padding-left: 1.4rem; columns: 18rem; }
.note { padding: .6rem .9rem; border-left: .25rem solid var(--accent); background: var(--tint); }
code { font: .9em/1.4 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
pre { max-width: 100%; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; padding: .8rem 1rem; border-radius: .5rem; background: var(--tint); }
.scroll { max-width: 100%; overflow-x: auto; }
table { margin: .8rem 0; border-collapse: collapse; font-size: .94rem; font-variant-numeric: tabular-nums; }
caption { padding-bottom: .4rem; color: var(--faint); text-align: left; }
th, td { padding: .38rem .7rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { border-bottom: 2px solid var(--line); vertical-align: bottom; }
tbody th { font-weight: 600; }
.number { text-align: right; }
td.number { white-space: nowrap; }
.middle { text-align: center; }
figure { margin: 1.2rem 0; }
figure svg, figure img { display: block; width: auto; max-width: 100%; min-width: min(100%, 34rem); height: auto; border-radius: .4rem; background: #fff; }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr)); gap: 1.4rem 1.2rem; margin: 1.2rem 0; }
.gallery figure { margin: 0; }
.gallery figure svg, .gallery figure img { width: 100%; min-width: 0; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 17.5rem), 1fr)); gap: 1rem; margin: 1.2rem 0; }
.card { min-width: 0; padding: .7rem .8rem .8rem; border: 1px solid var(--line); border-radius: .6rem; background: var(--tint); }
.card:has(details[open]) { grid-column: 1 / -1; }
.card h3 { margin: 0 0 .1rem; }
.facts { margin: .1rem 0 .3rem; color: var(--faint); font-size: .92rem; }
.player { margin: .3rem 0 .5rem; font-size: .92rem; }
.card summary { display: block; width: auto; font-size: .92rem; }
.card summary span::before { content: "\25B8\00A0"; }
.card details[open] > summary span::before { content: "\25BE\00A0"; }
.card pre { background: var(--paper); }
.card summary svg, .card summary img { display: block; width: 100%; height: auto; margin-bottom: .3rem; border-radius: .4rem; background: #fff; }
.card details[open] > summary svg, .card details[open] > summary img { display: none; }
a:focus-visible, summary:focus-visible, audio:focus-visible, [tabindex]:focus-visible { outline: .16rem solid var(--accent); outline-offset: .12rem; }
figcaption { margin-top: .45rem; max-width: 46rem; color: var(--faint); font-size: .92rem; }
audio { display: block; width: 100%; min-width: 15rem; max-width: 26rem; height: 2.6rem; margin: .15rem 0; }
summary { width: fit-content; color: var(--accent); cursor: pointer; }
@media (max-width: 40rem) {
  figure svg, figure img { max-width: 57rem; min-width: 34rem; }
  .gallery figure svg, .gallery figure img { max-width: 100%; }
  th, td { padding: .38rem .5rem; }
  thead th:first-child, tbody th { position: sticky; left: 0; background: var(--paper); }
  tbody th:not(.number) { min-width: 8.2rem; max-width: 9rem; overflow-wrap: anywhere; }
  h1 { font-size: 1.55rem; }
}
@media print { nav, audio { display: none; } .scroll { overflow: visible; } }
)";
}

}  // namespace continuo::page
