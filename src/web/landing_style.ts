/** The landing page's look: the reader's own fonts and colours, light or dark, wide or narrow. */
export const LANDING_STYLE = `
:root {
  color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif;
  --line: #8883; --dim: #6b6b6b; --ok: #1f7a33; --bad: #b34417;
}
@media (prefers-color-scheme: dark) { :root { --dim: #aaa; --ok: #5bbf70; --bad: #f0814d; } }
body { max-width: 64rem; margin: 0 auto; padding: 1rem; }
header { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; align-items: baseline; }
h1 { font-size: 1.5rem; margin: 0; }
h2 { font-size: 1.1rem; margin: 1.8rem 0 .4rem; }
nav a { margin-right: 1rem; }
small { font-weight: normal; }
.dim, small { color: var(--dim); }
.tiles { display: flex; flex-wrap: wrap; gap: .8rem; margin-top: 1rem; }
.tile { border: 1px solid var(--line); border-radius: .4rem; padding: .5rem 1rem; min-width: 8rem; }
.tile b { display: block; font-size: 1.6rem; line-height: 1.2; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-weight: 600; }
th, td { padding: .25rem 1rem .25rem 0; vertical-align: top; white-space: nowrap; }
tr + tr { border-top: 1px solid var(--line); }
tr.more { border-top: none; }
tr.more td { white-space: normal; color: var(--dim); padding-top: 0; }
meter { width: 6rem; height: .8rem; margin-right: .5rem; vertical-align: middle; }
.ok { color: var(--ok); }
.bad { color: var(--bad); }
@media (max-width: 40rem) { th, td { white-space: normal; padding-right: .6rem; } meter { width: 3rem; } }
`;
