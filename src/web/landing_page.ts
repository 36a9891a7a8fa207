import type { SourceInfo, SourceState } from "../sources/catalogue.ts";

export interface LandingPage {
  version: string;
  sources: { info: SourceInfo; state: SourceState }[];
}

const LINKS = [
  ["/metrics", "Metrics"],
  ["/-/healthy", "Health: whether the process answers"],
  ["/-/ready", "Readiness: whether the first sample was taken"],
] as const;

const STYLE = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 60rem; margin: 0 auto; padding: 1rem; }
  table { border-collapse: collapse; width: 100%; }
  th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0; }
  tr + tr { border-top: 1px solid #8884; }
`;

/** The page at `/`: what this is, where its metrics are, and which sources it can read here. */
export function landingPage({ version, sources }: LandingPage): string {
  const links = LINKS.map(([href, text]) => `<li><a href="${href}">${escapeHtml(text)}</a></li>`);
  const rows = sources.map(({ info, state }) => {
    const cells = state.available
      ? ["readable", state.path, ""]
      : [state.reason, state.path, `${info.lost}; ${info.remedy}`];
    return `<tr><td>${[info.name, ...cells].map(escapeHtml).join("</td><td>")}</td></tr>`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>User Session Exporter</title>
<style>${STYLE}</style>
</head>
<body>
<h1>User Session Exporter</h1>
<p>Who is on this host, who is trying to get in, and what each user costs. Version ${escapeHtml(version)}.</p>
<ul>
${links.join("\n")}
</ul>
<h2>Sources</h2>
<table>
<tr><th>Source</th><th>State</th><th>Where</th><th>Lost without it, and what to do</th></tr>
${rows.join("\n")}
</table>
</body>
</html>
`;
}

export function escapeHtml(text: string): string {
  return Bun.escapeHTML(text);
}
