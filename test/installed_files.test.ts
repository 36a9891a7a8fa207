/** What is installed beside the executable agrees with it: manual page, environment file, unit. */
import { beforeAll, describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { COLLECTORS } from "../src/collectors/registry.ts";
import { exporter } from "./helpers/exporter.ts";
import { lacking } from "./helpers/needs.ts";
import { output, remove, scratchFolder } from "./helpers/run.ts";

const EXAMPLES = resolve(import.meta.dir, "../examples");
const MANUAL = join(EXAMPLES, "man/user_sessions_exporter.8");
const UNIT = join(EXAMPLES, "systemd/user_sessions_exporter.service");

const COMMANDS = ["serve", "sessions", "doctor", "metrics", "check"];
let help = "";

beforeAll(async () => {
  const texts = [["--help"], ...COMMANDS.map((command) => [command, "--help"])];
  help = (await Promise.all(texts.map(async (words) => (await exporter(words)).stdout))).join("");
});

describe("the manual page", () => {
  const manual = readFileSync(MANUAL, "utf8").replaceAll("\\-", "-");
  const section = (name: string) => manual.split(/^\.SH /m).find((text) => text.startsWith(name))!;

  test("has the flags that --help has, no more and no less", () => {
    expect(flagsOf(section("OPTIONS").replace(/^\.B[IR]* --(\S+) ?= /gm, ".B --$1 "))).toEqual(
      flagsOf(help),
    );
  });

  test("has the commands that --help has", () => {
    const commands = /\[OPTIONS\] ([\w|]+)/.exec(help)![1]!.split("|");
    expect(commands).toEqual([...COMMANDS, "help"]);
    const heads = section("COMMANDS").matchAll(/^\.TP\n\.BI? (\w+)/gm);
    expect([...heads].map(([, name]) => name!)).toEqual(commands);
  });

  test.skipIf(lacking(["man"]) !== undefined)("is rendered without a complaint", async () => {
    const text = await output(["man", "--warnings", "-l", MANUAL], {
      env: { PATH: process.env["PATH"]!, MANWIDTH: "80", LC_ALL: "C.UTF-8" },
    });
    expect(text).toContain("--web.listen-address=host:port");
    expect(text).toContain("/etc/default/user_sessions_exporter");
  });
});

describe("the environment file", () => {
  const text = readFileSync(join(EXAMPLES, "systemd/user_sessions_exporter.default"), "utf8");

  test("sets nothing, and shows each setting", () => {
    expect([...text.matchAll(/^[A-Z_]+=.*/gm)].join()).toBe("ARGS=");
    expect([...(text.match(/^#[A-Z_]+=/gm) ?? [])].sort()).toEqual(
      ["#EXCLUDE_USERS=", "#LOG_LEVEL=", "#PORT=", "#SSH_PORTS="].sort(),
    );
  });

  test("names every collector, and no flag that is none", () => {
    for (const { name } of COLLECTORS) expect(text).toMatch(new RegExp(`\\b${name}\\b`));
    const known = flagsOf(help);
    for (const flag of flagsOf(text.replace("--no-collector.NAME", "").replace("--help", ""))) {
      expect(known).toContain(flag);
    }
  });
});

describe.skipIf(lacking(["systemd-analyze"]) !== undefined)("the unit", () => {
  test("is rated 1.5 or better by systemd-analyze security, with the drop-in a little worse", async () => {
    const folder = scratchFolder("unit");
    const unit = readFileSync(UNIT, "utf8").replace(/^ExecStart=.*/m, "ExecStart=/bin/true");
    const dropIn = readFileSync(join(EXAMPLES, "systemd/hidepid.conf"), "utf8");
    const rate = async (name: string, text: string) => {
      const path = join(folder, name);
      writeFileSync(path, text);
      const command = ["systemd-analyze", "security", "--offline=true", "--no-pager", path];
      return Number(/exposure level for \S+: ([\d.]+)/.exec(await output(command))?.[1]);
    };
    expect(await rate("plain.service", unit)).toBeLessThanOrEqual(1.5);
    expect(await rate("hidepid.service", `${unit}\n${dropIn}`)).toBeLessThanOrEqual(1.9);
    remove(folder);
  });
});

/** Every flag in a text, without dashes, sorted. */
function flagsOf(text: string): string[] {
  return [...new Set(text.match(/(?<![\w.-])--[a-z][a-z.-]*[a-z]/g))].sort();
}
