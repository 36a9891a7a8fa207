/**
 * Builds the Debian package with dpkg-deb, without root:
 *
 * bun scripts/deb.ts [--version=1.2.3] [--arch=arm64] [--binary=FILE] [--output=FOLDER] [--xz-level=6]
 *
 * The same inputs give the same bytes. All times in the package are SOURCE_DATE_EPOCH, or else that of the last commit.
 * To publish a package, set DEBFULLNAME and DEBEMAIL, as for Debian's own tools.
 */
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { parseArgs } from "node:util";
import packageJson from "../package.json" with { type: "json" };
import { archNamed } from "./arch.ts";
import { toDebianChangelog, toDebianVersion } from "./debian/changelog.ts";
import { PACKAGE, packageContents } from "./debian/contents.ts";

const { values: given } = parseArgs({
  options: {
    version: { type: "string", default: packageJson.version },
    arch: { type: "string", default: "amd64" },
    binary: { type: "string" },
    output: { type: "string", default: "dist" },
    "xz-level": { type: "string", default: "6" },
  },
});
const arch = archNamed(given.arch).name;
const binary = given.binary ?? `dist/user_sessions_exporter${arch === "amd64" ? "" : `_${arch}`}`;
const { DEBFULLNAME, DEBEMAIL } = process.env;
const maintainer = `${DEBFULLNAME ?? "User Session Exporter maintainers"} <${DEBEMAIL ?? "maintainers@user-sessions-exporter.invalid"}>`;
const epochSeconds = sourceDateEpoch();

mkdirSync(given.output, { recursive: true });
const stage = mkdtempSync(join(given.output, ".deb-"));
try {
  fill(join(stage, "root"));
  const deb = join(given.output, `${PACKAGE}_${toDebianVersion(given.version)}_${arch}.deb`);
  // Debian 12's dpkg reads xz, and no zstd.
  const how = ["--root-owner-group", "-Zxz", `-z${given["xz-level"]}`];
  run(["dpkg-deb", ...how, "--build", join(stage, "root"), deb]);
  console.log(`${deb}: ${(statSync(deb).size / 1e6).toFixed(0)} MB`);
} finally {
  rmSync(stage, { recursive: true });
}

function fill(root: string): void {
  for (const { target, source, mode, compressed, edit } of packageContents(binary)) {
    const path = join(root, target);
    mkdirSync(dirname(path), { recursive: true });
    if (compressed) put(`${path}.gz`, gzip(readFileSync(source)), mode);
    else if (edit) put(path, edit(readFileSync(source, "utf8")), mode);
    else copyFileSync(source, path);
    if (!compressed) chmodSync(path, mode);
  }
  const changelog = toDebianChangelog(readFileSync("CHANGELOG.md", "utf8"), {
    package: PACKAGE,
    version: given.version,
    maintainer,
    dateMs: epochSeconds * 1000,
  });
  put(join(root, `usr/share/doc/${PACKAGE}/changelog.gz`), gzip(Buffer.from(changelog)), 0o644);
  addControl(root);
  settle(root);
}

function addControl(root: string): void {
  const files = walk(root).filter((path) => statSync(path).isFile());
  const sizes = walk(root).map((path) => {
    const stat = statSync(path);
    // As dpkg-gencontrol counts: whole KiB for a file, one for anything else.
    return stat.isFile() ? Math.ceil(stat.size / 1024) : 1;
  });
  const installedKib = sizes.reduce((sum, kib) => sum + kib, 0);
  const sums = files.map((path) => {
    const hash = new Bun.CryptoHasher("md5").update(readFileSync(path)).digest("hex");
    return `${hash}  ${relative(root, path)}\n`;
  });
  const folder = join(root, "DEBIAN");
  mkdirSync(folder);
  const control = readFileSync("scripts/debian/control", "utf8")
    .replace("@VERSION@", toDebianVersion(given.version))
    .replace("@ARCHITECTURE@", arch)
    .replace("@MAINTAINER@", maintainer)
    .replace("@INSTALLED_SIZE@", String(installedKib));
  put(join(folder, "control"), control, 0o644);
  put(join(folder, "md5sums"), sums.join(""), 0o644);
  put(join(folder, "conffiles"), readFileSync("scripts/debian/conffiles"), 0o644);
  for (const script of ["preinst", "postinst", "prerm", "postrm"]) {
    put(join(folder, script), readFileSync(join("scripts/debian", script)), 0o755);
  }
}

/** Sets all times, and the modes of folders independent of the umask. */
function settle(root: string): void {
  for (const path of [...walk(root), root]) {
    if (statSync(path).isDirectory()) chmodSync(path, 0o755);
    utimesSync(path, epochSeconds, epochSeconds);
  }
}

/** Everything below a folder, sorted. */
function walk(root: string): string[] {
  return (readdirSync(root, { recursive: true }) as string[])
    .sort()
    .map((path) => join(root, path));
}

function put(path: string, content: string | Uint8Array, mode: number): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  chmodSync(path, mode);
}

/** As Debian's policy requires: best compression, without name and time. */
function gzip(content: Uint8Array): Uint8Array {
  return run(["gzip", "-9n"], content);
}

/**
 * The time for all files in seconds since the epoch. In a source archive without git, the files have the commit's time.
 */
function sourceDateEpoch(): number {
  const set = process.env["SOURCE_DATE_EPOCH"];
  if (set !== undefined && !/^\d+$/.test(set)) throw new Error(`SOURCE_DATE_EPOCH: "${set}"`);
  if (set !== undefined) return Number(set);
  if (Bun.which("git")) {
    // Without this option git refuses to read a folder of another owner, as in a container.
    const git = ["git", "-c", "safe.directory=*"];
    const log = Bun.spawnSync([...git, "log", "-1", "--format=%ct"]);
    if (log.success) return Number(log.stdout.toString());
  }
  return Math.floor(statSync("package.json").mtimeMs / 1000);
}

function run(command: string[], stdin?: Uint8Array): Uint8Array {
  const env = { ...process.env, SOURCE_DATE_EPOCH: String(epochSeconds), LC_ALL: "C.UTF-8" };
  const child = Bun.spawnSync(command, { env, stderr: "inherit", ...(stdin ? { stdin } : {}) });
  if (!child.success) throw new Error(`${command[0]} ended with ${child.exitCode}`);
  return child.stdout;
}
