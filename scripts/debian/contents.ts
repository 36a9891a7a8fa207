/** What the Debian package holds, and where each of it comes from. */
import { existsSync } from "node:fs";

export interface PackagedFile {
  /** Below the package's root, without a leading slash. */
  target: string;
  source: string;
  mode: number;
  /** Whether Debian keeps it compressed: `.gz` is appended to the target. */
  compressed: boolean;
  /** Makes of the source's text what is installed. */
  edit?: (text: string) => string;
}

export const PACKAGE = "user-sessions-exporter";
const PROGRAM = "user_sessions_exporter";
const DOC = `usr/share/doc/${PACKAGE}`;

/** What of `examples/` people copy; the rest is installed where it works. */
const EXAMPLES = [
  "prometheus/**",
  "grafana/**/*.json",
  "systemd/*.conf",
  "systemd/*.md",
  "systemd/*.socket",
  "systemd/*.yml",
  "ansible/**",
  "container/*",
  "kubernetes/*",
  "landing-page.png",
  "MIGRATION.md",
];

const DOCUMENTS = ["README.md", "METRICS.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md"];

/** What Debian has in another form, and under which name. */
const OTHERWISE: Readonly<Record<string, string>> = {
  "CHANGELOG.md": "changelog.gz",
  LICENSE: "copyright",
};

/** All files but the changelog, which is made from CHANGELOG.md. */
export function packageContents(binary: string): PackagedFile[] {
  const systemd = `examples/systemd/${PROGRAM}`;
  const files = [
    file(`usr/bin/${PROGRAM}`, binary, 0o755),
    {
      ...file(`usr/lib/systemd/system/${PROGRAM}.service`, `${systemd}.service`),
      edit: useOwnPath,
    },
    file(`etc/default/${PROGRAM}`, `${systemd}.default`),
    {
      ...file(`usr/share/man/man8/${PROGRAM}.8`, `examples/man/${PROGRAM}.8`),
      compressed: true,
    },
    file(`usr/share/bash-completion/completions/${PROGRAM}`, `examples/completion/${PROGRAM}.bash`),
    file(`usr/share/zsh/vendor-completions/_${PROGRAM}`, `examples/completion/_${PROGRAM}`),
    file(
      `usr/share/fish/vendor_completions.d/${PROGRAM}.fish`,
      `examples/completion/${PROGRAM}.fish`,
    ),
    file(`usr/share/lintian/overrides/${PACKAGE}`, "scripts/debian/lintian-overrides"),
    ...DOCUMENTS.map(document),
    file(`${DOC}/copyright`, "scripts/debian/copyright"),
    ...examples().map((path) => file(`${DOC}/examples/${path}`, `examples/${path}`)),
  ];
  const missing = files.filter(({ source }) => !existsSync(source));
  if (missing.length === 0) return files;
  throw new Error(`missing: ${missing.map(({ source }) => source).join(", ")}`);
}

/** The package's own executable, also where one that was copied by hand lies in /usr/local/bin. */
function useOwnPath(unit: string): string {
  const line = /^# A name without a path .*\nExecStart=/m;
  if (!line.test(unit)) throw new Error("the unit's ExecStart= is not as it was");
  return unit.replace(line, "ExecStart=/usr/bin/");
}

function document(path: string): PackagedFile {
  return { ...file(`${DOC}/${path}`, path), edit: linkAsInstalled };
}

/** Links of a document lead to where the package has what they name. */
function linkAsInstalled(text: string): string {
  return text.replaceAll(/\]\(([\w.]+)\)/g, (link, path: string) =>
    Object.hasOwn(OTHERWISE, path) ? `](${OTHERWISE[path]})` : link,
  );
}

function examples(): string[] {
  return EXAMPLES.flatMap((glob) => [...new Bun.Glob(glob).scanSync("examples")].sort());
}

function file(target: string, source: string, mode = 0o644): PackagedFile {
  return { target, source, mode, compressed: false };
}
