/** The style of the page: light or dark by the reader's setting, wide or narrow, digits of equal width. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  font: 15px/1.5 "Inter", "Segoe UI", "Roboto", "Noto Sans", "DejaVu Sans", system-ui, sans-serif;
  font-variant-numeric: tabular-nums;
  --paper: #fbfaf8; --card: #fff; --ink: #20242a; --dim: #646b75; --line: #dfdcd5;
  --accent: #0f6d7a; --ok: #1f7a33; --bad: #b3401a; --bad-paper: #fdf0ea; --track: #e8e5de;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15181c; --card: #1d2126; --ink: #e4e6e9; --dim: #9aa3ad; --line: #31373e;
    --accent: #5fbecb; --ok: #63c078; --bad: #f28b5d; --bad-paper: #33231c; --track: #343a41;
  }
}
* { box-sizing: border-box; }
body { max-width: 66rem; margin: 0 auto; padding: 1rem; background: var(--paper); color: var(--ink); }
a { color: var(--accent); }
header { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; align-items: baseline; }
h1 { font-size: 1.5rem; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; margin: 1.8rem 0 .4rem; }
nav { display: flex; flex-wrap: wrap; gap: 0 1rem; }
nav a { white-space: nowrap; }
small { font-size: .85em; font-weight: normal; }
.dim, small { color: var(--dim); }
.ok { color: var(--ok); }
.bad { color: var(--bad); }
.well, .attention { border-left: 4px solid var(--ok); background: var(--card); padding: .5rem .9rem; margin: 1rem 0 0; }
.attention { border-color: var(--bad); background: var(--bad-paper); }
.attention ul { margin: 0; padding: 0; list-style: none; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .7rem; margin-top: 1rem; }
.tile { border: 1px solid var(--line); border-radius: .4rem; background: var(--card); padding: .5rem .9rem; }
.tile b { display: block; font-size: 1.6rem; line-height: 1.25; }
.tile small { display: block; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(19rem, 1fr)); gap: 0 2rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-weight: 600; color: var(--dim); font-size: .85em; }
th, td { padding: .25rem 1rem .25rem 0; vertical-align: top; }
th:last-child, td:last-child { padding-right: 0; }
td { overflow-wrap: anywhere; }
td.number, th.number { text-align: right; white-space: nowrap; }
td.short { white-space: nowrap; }
td.words { overflow-wrap: break-word; }
tr + tr { border-top: 1px solid var(--line); }
tr.group td { padding-top: .55rem; font-weight: 600; }
tr.member, tr.more { border-top: none; }
tr.member td:first-child { padding-left: 1rem; }
tr.more td { color: var(--dim); padding-top: 0; }
summary { cursor: pointer; color: var(--dim); padding: .3rem 0; }
time { text-decoration: underline dotted var(--line); text-underline-offset: .2em; }
meter {
  appearance: none; -webkit-appearance: none; display: inline-block; position: relative; width: 6rem; height: .55rem; margin-right: .5rem;
  vertical-align: middle; border: none; border-radius: .3rem; background: var(--track); overflow: hidden;
}
meter::-webkit-meter-bar { height: 100%; grid-row: 1 / -1; border: none; border-radius: .3rem; background: var(--track); }
meter::-webkit-meter-optimum-value { background: var(--accent); }
meter::-webkit-meter-suboptimum-value, meter::-webkit-meter-even-less-good-value { background: var(--bad); }
meter:-moz-meter-optimum::-moz-meter-bar { background: var(--accent); }
meter:-moz-meter-sub-optimum::-moz-meter-bar, meter:-moz-meter-sub-sub-optimum::-moz-meter-bar { background: var(--bad); }
footer { margin-top: 2rem; border-top: 1px solid var(--line); padding-top: .6rem; color: var(--dim); }
@media (max-width: 40rem) {
  th, td { padding-right: .5rem; }
  tr.member td:first-child { padding-left: .5rem; }
  table { font-size: .93rem; }
  meter { width: 2.4rem; }
  .minor { display: none; }
}
`;

/** The tab's icon, the outline of a person, inline so that it needs no request. */
export const FAVICON =
  "data:image/svg+xml," +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#0f6d7a"/><circle cx="8" cy="5.5" r="2.7" fill="#fff"/><path d="M3 13.5a5 4.6 0 0 1 10 0z" fill="#fff"/></svg>',
  );
