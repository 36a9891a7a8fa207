import { describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, symlinkSync, truncateSync } from "node:fs";
import { SOURCES } from "../../src/sources/catalogue.ts";
import { BrokenSourceError, type Fault } from "../../src/sources/errors.ts";
import { AUTH_LOG } from "../../src/sources/logs/text/auth_log_paths.ts";
import { joinStates, probeSource, probeSources, remedyOf } from "../../src/sources/probe.ts";
import { Root } from "../../src/sources/root.ts";
import type { SourceInfo } from "../../src/sources/source.ts";
import { asNobody, isLinux, isRoot, output } from "../helpers/system.ts";
import { TempTree } from "../helpers/temp_tree.ts";

const source = (...paths: string[]): SourceInfo => ({
  name: "x",
  paths,
  lost: "",
  whenMissing: "",
  whenForbidden: "",
});

const inFolder = (...paths: string[]): SourceInfo => ({ ...source(...paths), isFolder: true });

describe("probeSources", () => {
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

  const stateOf = (tree: TempTree, name: string, faults?: ReadonlyMap<string, unknown>) =>
    probeSources(tree.root, faults).find(({ info }) => info.name === name)!;

  test("a fault that only reading shows makes a source broken", () => {
    using tree = new TempTree({ "/run/utmp": "" });
    const path = `${tree.folder}/run/utmp`;
    expect(stateOf(tree, "utmp").state).toEqual({ available: true, path });
    const faults = new Map([["utmp", new BrokenSourceError(path, "holds no records")]]);
    const state = { available: false, path, reason: "broken", detail: "holds no records" } as const;
    expect(stateOf(tree, "utmp", faults).state).toEqual(state);
  });

  test("the auth log is said to be read instead of a journal only where there is one", () => {
    using tree = new TempTree();
    expect(stateOf(tree, "journal").fallback).toBeUndefined();
    tree.write("/var/log/auth.log", "");
    expect(stateOf(tree, "journal")).toMatchObject({ coveredBy: undefined, fallback: "auth_log" });
  });

  test.each(["EIO", "EMFILE"])(
    "nothing is read instead of a journal that fails with %s",
    (code) => {
      using tree = new TempTree({ "/var/log/auth.log": "" });
      const info: SourceInfo = {
        ...source("/x"),
        probe: () => {
          throw Object.assign(new Error(`${code}: it fails, read`), { code });
        },
        fallbacks: ["auth_log"],
      };
      const states = [info, AUTH_LOG].map((each) => ({
        info: each,
        state: probeSource(tree.root, each),
      }));
      const [journal] = joinStates(states, new Map());
      expect(journal).toMatchObject({ fallback: undefined, state: { detail: "it fails" } });
    },
  );

  test("a broken source is not covered by what took its place on other systems", () => {
    using tree = new TempTree({ "/run/systemd/seats/seat0": "" });
    expect(stateOf(tree, "utmp").coveredBy).toBe("logind");
    mkdirSync(`${tree.folder}/run/utmp`);
    expect(stateOf(tree, "utmp")).toMatchObject({
      coveredBy: undefined,
      state: { reason: "broken", detail: "is a directory, want a regular file" },
    });
  });
});

describe("what stands in a source's place", () => {
  const stateAt = (tree: TempTree, info: SourceInfo) => probeSource(tree.root, info);

  test("a FIFO, a device and a link loop are broken, with the reason in words", () => {
    using tree = new TempTree();
    output("mkfifo", `${tree.folder}/fifo`);
    symlinkSync("/dev/zero", `${tree.folder}/device`);
    symlinkSync("loop", `${tree.folder}/loop`);
    const details = ["/fifo", "/device", "/loop"].map((path) => stateAt(tree, source(path)));
    expect(details).toMatchObject([
      { reason: "broken", detail: "is a FIFO, want a regular file" },
      { reason: "broken", detail: "is a device, want a regular file" },
      { reason: "broken", detail: "too many symbolic links encountered" },
    ]);
  });

  test("a file over its limit is broken, and a file where a folder belongs", () => {
    using tree = new TempTree({ "/large": "", "/file": "" });
    truncateSync(`${tree.folder}/large`, 20e9);
    expect(stateAt(tree, { ...source("/large"), limitBytes: 1000 })).toMatchObject({
      reason: "broken",
      detail: "is 20000000000 bytes long, want 1000 at most",
    });
    expect(stateAt(tree, source("/large")).available).toBe(true);
    expect(stateAt(tree, { ...source("/file"), isFolder: true })).toMatchObject({
      reason: "broken",
      detail: "is a file, want a directory",
    });
  });

  test("what is wrong is told before what is missing, and each reason has its remedy", () => {
    using tree = new TempTree();
    mkdirSync(`${tree.folder}/folder`);
    const state = stateAt(tree, source("/missing", "/folder"));
    expect(state).toMatchObject({ path: `${tree.folder}/folder`, reason: "broken" });
    const info = { ...source("/x"), whenMissing: "m", whenForbidden: "f" };
    const advice = (reason: Fault, whenBroken?: string, isShortage?: true) =>
      remedyOf(
        { ...info, ...(whenBroken && { whenBroken }) },
        {
          available: false,
          path: "/x",
          reason,
          ...(isShortage && { isShortage }),
        },
      );
    expect(advice("missing")).toBe("m");
    expect(advice("forbidden")).toBe("f");
    expect(advice("broken")).toContain("ls -lL");
    expect(advice("broken", "b")).toBe("b");
    expect(advice("broken", "b", true)).toContain("dmesg");
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
    expect(probeSource(tree.root, inFolder("/proc/1/fd")).available).toBe(false);
    expect(probeSource(tree.root, inFolder("/proc/2/fd")).available).toBe(true);
    expect(probeSource(tree.root, inFolder("/proc/2/fdinfo")).available).toBe(true);
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
      inFolder("/folder"),
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

  test("another user's open files are forbidden, the TCP table is not", () => {
    const tcp = SOURCES.find(({ name }) => name === "tcp")!;
    for (const path of [`/proc/${process.pid}/fd`, `/proc/${process.pid}/fdinfo`]) {
      expect(probeAsNobody("", [inFolder(path), tcp])).toEqual([
        { available: false, path, reason: "forbidden" },
        { available: true, path: "/proc/net/tcp" },
      ]);
      expect(probeSource(new Root(), inFolder(path)).available).toBe(true);
    }
  });
});
