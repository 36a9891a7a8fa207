import { expect, test } from "bun:test";
import { mkdirSync, rmSync } from "node:fs";
import { SOURCES } from "../../../src/sources/catalogue.ts";
import { program } from "../../helpers/program.ts";
import { SmallHost } from "../../helpers/small_host.ts";

test("doctor tells of every source, and what to do about those that are missing", async () => {
  using host = new SmallHost();
  const { stdout, code } = await program(["doctor", "--path.rootfs", host.folder]);
  expect(code).toBe(1);
  expect(stdout).toMatch(
    /^This is what uid \d+ can read, with (no other group|the groups \d.*)\.$/m,
  );
  for (const { name } of SOURCES)
    expect(stdout).toMatch(new RegExp(`^(ok|missing) +${name} `, "m"));
  expect(stdout).toMatch(/^ok +utmp /m);
  expect(stdout).toMatch(/^missing +logind .*\n +lost without it: .*\n +why: /m);
  expect(stdout).toMatch(/^missing +wtmpdb .*\n +not needed here: wtmp takes its place$/m);
});

test("doctor --json has a row for each source, with what is lost and what to do", async () => {
  using host = new SmallHost();
  rmSync(`${host.folder}/run/utmp`);
  mkdirSync(`${host.folder}/run/utmp`);
  const { stdout, code } = await program(["doctor", "--json", "--path.rootfs", host.folder]);
  expect(code).toBe(1);
  const rows = JSON.parse(stdout) as Record<string, unknown>[];
  expect(rows.map((each) => each["source"])).toEqual(SOURCES.map(({ name }) => name));
  const row = (name: string) => rows.find((each) => each["source"] === name);
  expect(row("passwd")).toEqual({
    source: "passwd",
    path: `${host.folder}/etc/passwd`,
    state: "ok",
    lost: null,
  });
  expect(row("utmp")).toMatchObject({
    state: "broken",
    detail: "is a directory, want a regular file",
    lost: "sessions on hosts without logind",
    read_instead: null,
  });
  expect(row("wtmpdb")).toMatchObject({ state: "missing", lost: null, read_instead: "wtmp" });
});
