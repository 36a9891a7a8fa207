import { expect, test } from "bun:test";
import { summaryLine, toRow } from "../../../src/cli/commands/sessions.ts";
import type { SessionEntry } from "../../../src/collectors/sessions_document.ts";
import { program } from "../../helpers/program.ts";
import { SmallHost } from "../../helpers/small_host.ts";

const SESSION: SessionEntry = {
  username: "alice",
  tty: "pts/0",
  from_ip: "203.0.113.9",
  session_type: "terminal",
  start_timestamp_seconds: new Date(2026, 10, 23, 14, 46).getTime() / 1000,
  last_input_timestamp_seconds: 1000,
  foreground_process: "vim",
};

test("a row shows who, how, where, from where, since when, how long idle and what", () => {
  expect(toRow(SESSION, 1090)).toEqual([
    "alice",
    "terminal",
    "pts/0",
    "203.0.113.9",
    "2026-11-23 14:46",
    "1 min 30 s",
    "vim",
  ]);
});

test("what is not known is a dash", () => {
  const unknown: SessionEntry = {
    ...SESSION,
    tty: "",
    from_ip: "",
    start_timestamp_seconds: null,
    last_input_timestamp_seconds: null,
    foreground_process: null,
  };
  expect(toRow(unknown, 0).slice(2)).toEqual(["-", "-", "-", "-", "-"]);
});

test("a name can't move the terminal's cursor", () => {
  const evil = {
    ...SESSION,
    username: "a\u001b[2J",
    tty: "b\n",
    from_ip: "c\r",
    foreground_process: "d\u0007",
  };
  expect(toRow(evil, 0).join("")).not.toMatch(/\p{Cc}/u);
});

test("the first line is like w's", () => {
  const nowSeconds = new Date(2026, 10, 23, 14, 46).getTime() / 1000;
  const host = {
    nowSeconds,
    upSeconds: 3 * 86400 + 4 * 3600,
    loadAverages: ["0.10", "1.20", "12.30"],
  };
  expect(summaryLine(host, [SESSION, { ...SESSION, tty: "pts/1" }])).toBe(
    "2026-11-23 14:46 up 3 d 4 h, 1 user, 2 sessions, load average: 0.10, 1.20, 12.30",
  );
  expect(summaryLine({ ...host, loadAverages: undefined }, [])).toBe(
    "2026-11-23 14:46 up 3 d 4 h, 0 users, 0 sessions",
  );
});

test("prints a table, or JSON", async () => {
  using host = new SmallHost();
  const words = ["sessions", "--path.rootfs", host.folder];
  const [text, json] = await Promise.all([program(words), program([...words, "--json"])]);
  const [first, headings, ...rows] = text.stdout.trimEnd().split("\n");
  expect(first).toContain(", 2 users, 2 sessions");
  expect(headings).toMatch(/^USER +TYPE +TTY +FROM +SINCE +IDLE +WHAT$/);
  expect(rows.map((row) => row.split(/\s+/).slice(0, 4))).toEqual([
    ["alice", "terminal", "pts/0", "-"],
    ["bob", "terminal", "pts/1", "-"],
  ]);
  expect(JSON.parse(json.stdout)).toEqual([
    expect.objectContaining({ username: "alice", start_timestamp_seconds: 1_700_000_500 }),
    expect.objectContaining({ username: "bob", session_type: "terminal", from_ip: "" }),
  ]);
});
