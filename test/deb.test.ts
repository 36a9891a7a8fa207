/** The Debian package: built twice, taken apart with dpkg-deb, and judged by lintian. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import packageJson from "../package.json" with { type: "json" };
import packageLock from "../package-lock.json" with { type: "json" };
import { exporterPath } from "./helpers/exporter.ts";
import { describeWith, lacking } from "./helpers/needs.ts";
import { remove, scratchFolder } from "./helpers/run.ts";

const REPOSITORY = resolve(import.meta.dir, "..");
const EPOCH = 1_700_000_000;
const DOC = "usr/share/doc/user-sessions-exporter";

/** The executable has some 110 MB, and the machine may be busy. */
const TIMEOUT_MS = 240_000;

let folder: string;
let deb: string;
/** What the package installs. */
let root: string;
/** Its control files. */
let control: string;

describeWith(["dpkg-deb", "gzip"], "the Debian package", () => {
  beforeAll(async () => {
    folder = scratchFolder("deb");
    deb = await build(join(folder, "first"));
    root = join(folder, "root");
    control = join(folder, "control");
    run(["dpkg-deb", "-x", deb, root]);
    run(["dpkg-deb", "-e", deb, control]);
  }, TIMEOUT_MS);
  afterAll(() => remove(folder));

  test("is named after its version and says so", () => {
    const fields = run(["dpkg-deb", "-f", deb, "Package", "Version", "Architecture"]);
    const version = packageJson.version.replaceAll("-", "~");
    expect(fields.split("\n").slice(0, 3)).toEqual([
      "Package: user-sessions-exporter",
      `Version: ${version}`,
      "Architecture: amd64",
    ]);
    expect(deb).toEndWith(`/user-sessions-exporter_${version}_amd64.deb`);
  });

  test("holds what it should, owned by root, with the time that was asked for", () => {
    const lines = run(["dpkg-deb", "-c", deb], { env: { ...process.env, TZ: "UTC" } })
      .trim()
      .split("\n");
    const time = new Date(EPOCH * 1000).toISOString().slice(0, 16).replace("T", " ");
    for (const line of lines) {
      expect(line).toMatch(/^\S+ root\/root /);
      expect(line).toContain(` ${time} ./`);
    }
    const modes = lines.filter((line) => !line.startsWith("drwxr-xr-x ")).map(modeAndPath);
    const examples = modes.filter((line) => line.includes(`/${DOC}/examples/`));
    expect(modes.filter((line) => !examples.includes(line)).sort()).toEqual(
      [
        "-rwxr-xr-x ./usr/bin/user_sessions_exporter",
        "-rw-r--r-- ./etc/default/user_sessions_exporter",
        "-rw-r--r-- ./usr/lib/systemd/system/user_sessions_exporter.service",
        "-rw-r--r-- ./usr/share/bash-completion/completions/user_sessions_exporter",
        "-rw-r--r-- ./usr/share/fish/vendor_completions.d/user_sessions_exporter.fish",
        "-rw-r--r-- ./usr/share/zsh/vendor-completions/_user_sessions_exporter",
        "-rw-r--r-- ./usr/share/lintian/overrides/user-sessions-exporter",
        "-rw-r--r-- ./usr/share/man/man8/user_sessions_exporter.8.gz",
        ...["ARCHITECTURE", "CONTRIBUTING", "METRICS", "README", "SECURITY"].map(
          (name) => `-rw-r--r-- ./${DOC}/${name}.md`,
        ),
        `-rw-r--r-- ./${DOC}/changelog.gz`,
        `-rw-r--r-- ./${DOC}/copyright`,
      ].sort(),
    );
    for (const name of ["prometheus/prometheus.yml", "systemd/hidepid.conf", "systemd/README.md"]) {
      expect(examples).toContain(`-rw-r--r-- ./${DOC}/examples/${name}`);
    }
  });

  test("installs the executable and the environment file as they are", () => {
    const sources: Record<string, string> = {
      "usr/bin/user_sessions_exporter": exporterPath(),
      "etc/default/user_sessions_exporter": "examples/systemd/user_sessions_exporter.default",
    };
    for (const [target, source] of Object.entries(sources)) {
      const [installed, original] = [join(root, target), resolve(REPOSITORY, source)].map((path) =>
        readFileSync(path),
      );
      expect(installed!.equals(original!)).toBeTrue();
    }
  });

  test("its unit is the one for everybody, but for the path of its own executable", () => {
    const unit = "user_sessions_exporter.service";
    const [installed, original] = [
      join(root, "usr/lib/systemd/system", unit),
      resolve(REPOSITORY, "examples/systemd", unit),
    ].map((path) => readFileSync(path, "utf8").split("\n"));
    const added = installed!.filter((line) => !original!.includes(line));
    const gone = original!.filter((line) => !installed!.includes(line));
    expect(added).toEqual(["ExecStart=/usr/bin/user_sessions_exporter $ARGS"]);
    expect(gone.filter((line) => !line.startsWith("#"))).toEqual([
      "ExecStart=user_sessions_exporter $ARGS",
    ]);
  });

  test("has a conffile, and the sums and the size of its files", () => {
    const conffiles = readFileSync(join(control, "conffiles"), "utf8");
    expect(conffiles).toBe("/etc/default/user_sessions_exporter\n");
    run(["md5sum", "--check", "--strict", "--quiet", join(control, "md5sums")], { cwd: root });
    const kib = statSync(join(root, "usr/bin/user_sessions_exporter")).size / 1024;
    expect(Number(run(["dpkg-deb", "-f", deb, "Installed-Size"]))).toBeWithin(kib, kib + 1000);
  });

  test.each(["preinst", "postinst", "prerm", "postrm"])(
    "%s is a script that sh can read",
    (name) => {
      expect(statSync(join(control, name)).mode & 0o777).toBe(0o755);
      run(["sh", "-n", join(control, name)]);
    },
  );

  test.skipIf(lacking(["root", "unshare", "mount"]) !== undefined).each([
    ["fpu sse4_1 sse4_2 x2apic popcnt aes", 0, ""],
    ["fpu sse4_1 x2apic popcnt aes", 1, "this one has no sse4_2."],
    ["fpu sse4_1 sse4_2 x2apic", 1, "this one has no popcnt."],
    // Another kind of machine, on which an image for this one is made.
    [undefined, 0, ""],
  ])("a CPU with the flags %p: preinst ends with %d", (flags, code, text) => {
    const cpuinfo = join(folder, "cpuinfo");
    writeFileSync(cpuinfo, flags === undefined ? "Features : fp asimd\n" : `flags\t\t: ${flags}\n`);
    const script = 'mount --bind "$0" /proc/cpuinfo && exec sh "$1" install';
    const child = Bun.spawnSync(
      ["unshare", "-m", "sh", "-c", script, cpuinfo, join(control, "preinst")],
      { stderr: "pipe" },
    );
    expect(child.exitCode).toBe(code);
    expect(child.stderr.toString()).toContain(text);
  });

  test.skipIf(lacking(["dpkg-parsechangelog"]) !== undefined)("has Debian's changelog", () => {
    const text = run(["gzip", "-dc", join(root, DOC, "changelog.gz")]);
    const top = run(["dpkg-parsechangelog", "-l-", "-SVersion", "-STimestamp"], { stdin: text });
    const read = run(["dpkg-deb", "-f", deb, "Version"]);
    expect(run(["dpkg-parsechangelog", "-l-", "-SVersion"], { stdin: text })).toBe(read);
    const changelog = readFileSync(join(REPOSITORY, "CHANGELOG.md"), "utf8");
    const newest = Date.parse(/^## \d\S* \/ (\S+)/m.exec(changelog)![1]!) / 1000;
    expect(top).toContain(String(Math.max(EPOCH, newest + 1)));
  });

  test("its copyright names all that the executable holds, in the versions it holds", () => {
    const copyright = readFileSync(join(root, DOC, "copyright"), "utf8");
    expect(copyright).toContain(`Bun ${packageJson.devDependencies.bun},`);
    const bundled = Object.entries(packageLock.packages).filter(
      ([path, entry]) => path !== "" && !("dev" in entry),
    );
    expect(bundled.length).toBeGreaterThan(2);
    for (const [path, { version }] of bundled) {
      expect(copyright).toContain(`Files: ${path}/*\n`);
      expect(copyright).toContain(`${path.replace("node_modules/", "")} ${version},`);
    }
    // What a stanza refers to is there.
    const [stanzas, texts] = [/^Files:[^]*?^License: (.+)/gm, /\n\nLicense: (.+)/g].map((pattern) =>
      [...copyright.matchAll(pattern)].flatMap((match) => match[1]!.split(" and ")),
    );
    expect([...new Set(stanzas)].sort()).toEqual(texts!.sort());
  });

  test(
    "is the same bytes when it is built again, elsewhere, with another umask, zone and language",
    async () => {
      const env = { TZ: "Asia/Kolkata", LC_ALL: "C", LANGUAGE: "de" };
      const again = await build(join(folder, "second"), env, "0077");
      expect(again).not.toBe(deb);
      expect(sha256(again)).toBe(sha256(deb));
    },
    TIMEOUT_MS,
  );

  test.skipIf(lacking(["lintian"]) !== undefined)(
    "lintian has no error and no warning for it",
    () => {
      const options = ["--allow-root", "--fail-on=error,warning", "--tag-display-limit=0"];
      expect(run(["lintian", ...options, deb])).toBe("");
    },
    TIMEOUT_MS,
  );
});

test("a missing input is named", () => {
  const output = join(scratchFolder("deb-missing"), "out");
  const child = Bun.spawnSync(
    [process.execPath, "scripts/deb.ts", "--binary=/nowhere", `--output=${output}`],
    { cwd: REPOSITORY },
  );
  expect(child.success).toBeFalse();
  expect(child.stderr.toString()).toContain("missing: /nowhere");
  expect(existsSync(join(output, "user-sessions-exporter_1.0.0_amd64.deb"))).toBeFalse();
  rmSync(dirname(output), { recursive: true });
});

/** Compressed as little as xz can: what is tested is the same at every level. */
async function build(output: string, env: Record<string, string> = {}, umask = "0022") {
  mkdirSync(output);
  const words = [`--output=${output}`, `--binary=${exporterPath()}`, "--xz-level=0"];
  const script = 'umask "$0" && exec "$@"';
  run(["sh", "-c", script, umask, process.execPath, "scripts/deb.ts", ...words], {
    env: { ...process.env, SOURCE_DATE_EPOCH: String(EPOCH), ...env },
  });
  const [name] = [...new Bun.Glob("*.deb").scanSync(output)];
  return join(output, name!);
}

/** `drwxr-xr-x ./path` of a line of `dpkg-deb -c`. */
function modeAndPath(line: string): string {
  const words = line.split(/\s+/);
  return `${words[0]} ${words.at(-1)}`;
}

function sha256(path: string): string {
  return new Bun.CryptoHasher("sha256").update(readFileSync(path)).digest("hex");
}

/** @throws an Error with all that it said when it fails */
function run(
  command: string[],
  { stdin = "", ...options }: { cwd?: string; stdin?: string; env?: NodeJS.ProcessEnv } = {},
): string {
  const child = Bun.spawnSync(command, {
    cwd: REPOSITORY,
    ...options,
    stdin: Buffer.from(stdin),
  });
  if (child.success) return child.stdout.toString();
  throw new Error(`${command.join(" ")}: ${child.stdout.toString()}${child.stderr.toString()}`);
}
