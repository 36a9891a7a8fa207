/** The contents of the Debian package, and the source of each file. */
import { existsSync } from "node:fs";

export interface PackagedFile {
  /** Below the package's root, without a leading slash. */
  target: string;
  source: string;
  mode: number;
  /** Whether to compress it as Debian requires: `.gz` is appended to the target. */
  compressed: boolean;
  /** Converts the source's text to the installed text. */
  edit?: (text: string) => string;
}

export const PACKAGE = "user-sessions-exporter";
const PROGRAM = "user_sessions_exporter";
const DOC = `usr/share/doc/${PACKAGE}`;

/** The files of `examples/` for users to copy; the others are installed in their final places. */
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

/** Documents that Debian has in another form, and their names there. */
const OTHERWISE: Readonly<Record<string, string>> = {
  "CHANGELOG.md": "changelog.gz",
  LICENSE: "copyright",
};

/** All files except the changelog, which is generated from CHANGELOG.md. */
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

/** Uses the package's own executable, even if a copy is in /usr/local/bin. */
function useOwnPath(unit: string): string {
  const line = /^# A name without a path .*\nExecStart=/m;
  if (!line.test(unit)) throw new Error("the unit's ExecStart= is not as it was");
  return unit.replace(line, "ExecStart=/usr/bin/");
}

function document(path: string): PackagedFile {
  return { ...file(`${DOC}/${path}`, path), edit: linkAsInstalled };
}

/** Changes the links in a document to the places in the package. */
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
