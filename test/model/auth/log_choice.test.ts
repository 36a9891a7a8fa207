import { describe, expect, test } from "bun:test";
import { chooseLogs, rankOf, sourceOf } from "../../../src/model/auth/log_choice.ts";
import { authLogLine } from "../../helpers/attempt_lines.ts";
import { MACHINE_STAT } from "../../helpers/proc_files.ts";
import { TempTree } from "../../helpers/temp_tree.ts";
import { Host, MACHINE } from "../../sources/logs/journal/fixtures.ts";
import { Journald } from "../../sources/logs/journal/journald.ts";

const NOW_MS = Date.UTC(2026, 10, 25, 12);
const LINE = authLogLine(NOW_MS, 7, "Server listening on 0.0.0.0 port 22.");
const JOURNAL_FILE = `/var/log/journal/${MACHINE}/system.journal`;

/** @param journal whether journald has written since the boot */
function tree(files: Record<string, string>, journal?: "live" | "old"): TempTree {
  const it = new TempTree({
    "/proc/stat": MACHINE_STAT,
    "/etc/machine-id": `${MACHINE}\n`,
    ...files,
  });
  if (journal === undefined) return it;
  it.write(`/var/log/journal/${MACHINE}/.keep`, "");
  const folder = `${it.folder}/var/log/journal/${MACHINE}`;
  const journald = new Journald({ folder: () => folder } as unknown as Host);
  journald.timeUs = journal === "live" ? NOW_MS * 1000 : 1_000_000_000_000_000;
  journald.log(["SYSLOG_IDENTIFIER=sshd", "_UID=0", "MESSAGE=x"]);
  return it;
}

describe("which logs are read", () => {
  test("the journal comes first where journald writes", () => {
    using host = tree({ "/var/log/auth.log": LINE }, "live");
    expect(chooseLogs(host.root, NOW_MS)).toEqual({ logs: ["journal"], notes: [] });
  });

  test("text logs where there is no journal, best first, and nothing to note", () => {
    using host = tree({ "/var/log/messages": LINE, "/var/log/auth.log": LINE });
    expect(chooseLogs(host.root, NOW_MS)).toEqual({
      logs: ["/var/log/auth.log", "/var/log/messages"],
      notes: [],
    });
  });

  test("text logs beside a journal of another boot, which is noted", () => {
    using host = tree({ "/var/log/secure": LINE }, "old");
    expect(chooseLogs(host.root, NOW_MS)).toEqual({
      logs: ["/var/log/secure"],
      notes: [
        {
          err: "nobody has written to the journal since the boot",
          read_instead: "/var/log/secure",
        },
      ],
    });
  });

  test("none where there is none", () => {
    using host = tree({});
    expect(chooseLogs(host.root, NOW_MS)).toEqual({ logs: [], notes: [] });
  });

  test("of a journal of another boot alone there is a note, and nothing to read", () => {
    using host = tree({}, "old");
    const { logs, notes } = chooseLogs(host.root, NOW_MS);
    expect(logs).toEqual([]);
    expect(notes[0]!.read_instead).toBe("none");
  });

  test("a journal that can't be understood is a fault, unless a text log takes its place", () => {
    using alone = tree({ [JOURNAL_FILE]: "x".repeat(300) });
    expect(() => chooseLogs(alone.root, NOW_MS)).toThrow(JOURNAL_FILE);
    using host = tree({ [JOURNAL_FILE]: "x".repeat(300), "/var/log/auth.log": LINE });
    const { logs, notes } = chooseLogs(host.root, NOW_MS);
    expect(logs).toEqual(["/var/log/auth.log"]);
    expect(notes).toHaveLength(1);
    expect(notes[0]!.err).toContain(JOURNAL_FILE);
  });

  test("a text log that can't be followed is noted", () => {
    using host = tree({ "/var/log/auth.log": '{"message":"x"}\n'.repeat(20) });
    const { logs, notes } = chooseLogs(host.root, Date.now());
    expect(logs).toEqual([]);
    expect(notes[0]!.err).toContain("none of its last lines is a syslog line");
  });
});

test("logs have a name for the label, and an order", () => {
  expect([sourceOf("journal"), sourceOf("/var/log/secure")]).toEqual(["journal", "auth_log"]);
  const ranks = ["/var/log/auth.log", "/var/log/secure", "/var/log/messages"].map(rankOf);
  expect(ranks).toEqual([0, 1, 2]);
});
