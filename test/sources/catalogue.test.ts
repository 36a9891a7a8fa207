import { describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, symlinkSync } from "node:fs";
import { SOURCES, type SourceInfo } from "../../src/sources/catalogue.ts";
import { probeSource, probeSources, sourcePath } from "../../src/sources/probe.ts";
import { Root } from "../../src/sources/root.ts";
import { asNobody, isLinux, isRoot, output } from "../helpers/system.ts";
import { TempTree } from "../helpers/temp_tree.ts";

const source = (...paths: string[]): SourceInfo => ({
  name: "x",
  paths,
  lost: "",
  whenMissing: "",
  whenForbidden: "",
});

describe("SOURCES", () => {
  test("each has a name of its own that can be a label, and says what is lost", () => {
    for (const { name, paths, lost, whenMissing, whenForbidden } of SOURCES) {
      expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(lost).not.toBe("");
      expect(whenMissing).not.toBe("");
      expect(whenForbidden).not.toBe("");
      for (const path of paths) expect(path).toStartWith("/");
    }
    expect(new Set(SOURCES.map(({ name }) => name)).size).toBe(SOURCES.length);
  });

  test("what covers a source is a source", () => {
    const names = SOURCES.map(({ name }): string => name);
    for (const { coveredBy = [], replacedBy = [], name } of SOURCES as readonly SourceInfo[]) {
      for (const other of [...coveredBy, ...replacedBy]) expect(names).toContain(other);
      expect([...coveredBy, ...replacedBy]).not.toContain(name);
    }
  });

  test("a source that another one covers is not needed", () => {
    using tree = new TempTree({
      "/proc/1/fd/0": "what can't be followed",
      "/run/systemd/seats/seat0": "",
      "/var/log/auth.log": "",
    });
    const covers = Object.fromEntries(
      probeSources(tree.root).map(({ info, coveredBy }) => [info.name, coveredBy]),
    );
    expect(covers).toMatchObject({ utmp: "logind", proc_fd: "logind" });
    // The journal is better than the auth log, which anybody can write to.
    expect([covers["journal"], covers["logind"], covers["lastlog"]]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test("sourcePath follows the root, and /proc its own", () => {
    const root = new Root("/host", "/hostproc");
    expect(sourcePath(root, "/run/utmp")).toBe("/host/run/utmp");
    expect(sourcePath(root, "/proc/net/tcp")).toBe("/hostproc/net/tcp");
  });
});

describe("probeSource", () => {
  test("the first path that can be read wins", () => {
    using tree = new TempTree({ "/b": "", "/c": "" });
    const state = probeSource(tree.root, source("/a", "/b", "/c"));
    expect(state).toEqual({ available: true, path: `${tree.folder}/b` });
  });

  test("where there is none, all paths are named", () => {
    using tree = new TempTree({ "/file": "" });
    const path = `${tree.folder}/a, ${tree.folder}/b`;
    const state = { available: false, path, reason: "missing" } as const;
    expect(probeSource(tree.root, source("/a", "/b"))).toEqual(state);
    expect(probeSource(tree.root, source("/file/below"))).toMatchObject({ reason: "missing" });
  });

  test("a folder is a source as well, an empty one too", () => {
    using tree = new TempTree();
    mkdirSync(`${tree.folder}/dev/pts`, { recursive: true });
    const tty = SOURCES.find(({ name }) => name === "tty")!;
    expect(probeSource(tree.root, tty).available).toBe(true);
  });

  test("a process's open files count when they can be followed, not when they can be listed", () => {
    using tree = new TempTree({ "/proc/1/fd/0": "what can't be followed", "/proc/2/fdinfo/0": "" });
    mkdirSync(`${tree.folder}/proc/2/fd`);
    symlinkSync("socket:[5]", `${tree.folder}/proc/2/fd/0`);
    expect(probeSource(tree.root, source("/proc/1/fd")).available).toBe(false);
    expect(probeSource(tree.root, source("/proc/2/fd")).available).toBe(true);
    expect(probeSource(tree.root, source("/proc/2/fdinfo")).available).toBe(true);
  });
});

/** What a process without privilege finds. */
function probeAsNobody(rootfs: string, infos: readonly SourceInfo[]): unknown {
  const root = { path: "`${rootfs}${path}`", proc: "`${rootfs}/proc/${path}`" };
  const expression = `(() => {
    const rootfs = ${JSON.stringify(rootfs)};
    const root = { path: (path) => ${root.path}, proc: (path) => ${root.proc} };
    return ${JSON.stringify(infos)}.map((info) => it.probeSource(root, info));
  })()`;
  return asNobody("../../src/sources/probe.ts", expression);
}

/** By source, what covers it for a process without privilege; null for nothing. */
function coversAsNobody(rootfs: string): unknown {
  const root = { path: "`${rootfs}${path}`", proc: "`${rootfs}/proc/${path}`" };
  const expression = `(() => {
    const rootfs = ${JSON.stringify(rootfs)};
    const root = { rootfs, path: (path) => ${root.path}, proc: (path) => ${root.proc} };
    const probed = it.probeSources(root);
    return Object.fromEntries(probed.map(({ info, coveredBy }) => [info.name, coveredBy ?? null]));
  })()`;
  return asNobody("../../src/sources/probe.ts", expression);
}

describe.skipIf(!isLinux || !isRoot)("without privilege (needs root to drop it)", () => {
  test("a record that may not be read is needed, also where another has taken its place elsewhere", () => {
    using tree = new TempTree({ "/var/log/lastlog": "", "/var/log/wtmp": "" });
    for (const folder of ["", "/var", "/var/log"]) chmodSync(tree.folder + folder, 0o755);
    chmodSync(`${tree.folder}/var/log/lastlog`, 0o600);
    expect(coversAsNobody(tree.folder)).toMatchObject({ lastlog: null, lastlog2: "wtmp" });
  });

  test("what may not be read is forbidden, also when another place is missing", () => {
    using tree = new TempTree({ "/secret": "x", "/folder/file": "x", "/open": "x" });
    chmodSync(tree.folder, 0o755);
    chmodSync(`${tree.folder}/secret`, 0o600);
    chmodSync(`${tree.folder}/folder`, 0o700);
    const infos = [
      source("/missing", "/secret"),
      source("/folder"),
      source("/folder/file"),
      source("/secret", "/open"),
    ];
    const forbidden = (path: string) => ({
      available: false,
      path: tree.folder + path,
      reason: "forbidden",
    });
    expect(probeAsNobody(tree.folder, infos)).toEqual([
      forbidden("/secret"),
      forbidden("/folder"),
      forbidden("/folder/file"),
      { available: true, path: `${tree.folder}/open` },
    ]);
  });

  // In another process, since one that waits for ever would take the other tests with it.
  test("a FIFO in a source's place is not waited for", () => {
    using tree = new TempTree();
    chmodSync(tree.folder, 0o755);
    output("mkfifo", "-m", "644", `${tree.folder}/fifo`);
    expect(probeAsNobody(tree.folder, [source("/fifo")])).toEqual([
      { available: false, path: `${tree.folder}/fifo`, reason: "forbidden" },
    ]);
  });

  test("another user's open files are forbidden, the TCP table is not", () => {
    const tcp = SOURCES.find(({ name }) => name === "tcp")!;
    for (const path of [`/proc/${process.pid}/fd`, `/proc/${process.pid}/fdinfo`]) {
      expect(probeAsNobody("", [source(path), tcp])).toEqual([
        { available: false, path, reason: "forbidden" },
        { available: true, path: "/proc/net/tcp" },
      ]);
      expect(probeSource(new Root(), source(path)).available).toBe(true);
    }
  });
});
