/** What rsyslogd, syslog-ng and BusyBox's syslogd write, each form that they have, is read back whole. */
import { afterEach, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LogRecord } from "../../../../src/sources/logs/record.ts";
import { parseSyslogLine } from "../../../../src/sources/logs/text/syslog_line.ts";
import { parsePosixZone } from "../../../../src/sources/posix_zone.ts";
import { describeWith } from "../../../helpers/needs.ts";
import { Running, eventually, run } from "../../../helpers/run.ts";

/** None that this machine is likely to be in, with half an hour. */
const TZ = "<+0530>-5:30";
const ZONE = parsePosixZone(TZ)!;
const FAILED = "Failed password for invalid user a b from 192.0.2.1 port 40001 ssh2";
const RAN = "alice : TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/id";

let folder: string;
let daemon: Running | undefined;

afterEach(async () => {
  daemon?.signal("SIGTERM");
  await daemon?.exited;
  daemon = undefined;
  rmSync(folder, { recursive: true });
});

function make(): string {
  folder = mkdtempSync(join(tmpdir(), "daemon-"));
  mkdirSync(join(folder, "out"));
  return folder;
}

function environment(): Record<string, string> {
  return { PATH: process.env["PATH"] ?? "", TZ };
}

/** Logs two messages with the daemon's zone in logger's stamps, and gives what each file holds once all have both. */
async function logged(logger: string[], files: number): Promise<Map<string, string[]>> {
  const write = async (...words: string[]) => {
    const { code, stderr } = await run([...logger, ...words]);
    expect(stderr).toBe("");
    expect(code).toBe(0);
  };
  await write("-p", "auth.info", "-t", "sshd", "--id=123", FAILED);
  await write("-p", "authpriv.notice", "-t", "sudo", `   ${RAN}`);
  const out = join(folder, "out");
  return eventually("both messages in each file", () => {
    const names = readdirSync(out);
    const texts = names.map((name) => readFileSync(join(out, name), "utf8"));
    const isDone = texts.every((text) => text.includes(RAN)) && names.length === files;
    return isDone ? new Map(names.map((name, i) => [name, texts[i]!.split("\n")])) : undefined;
  });
}

function expectBoth(name: string, lines: string[]): void {
  const nowMs = Date.now();
  const records = lines
    .map((line) => parseSyslogLine(line, { nowMs, zone: () => ZONE }))
    .filter((line): line is LogRecord => line !== undefined && !("kind" in line));
  const own = records.filter(({ identifier }) => ["sshd", "sudo"].includes(identifier));
  const parts = own.map(({ identifier, pid, message, copies }) => {
    return { identifier, pid, message, copies };
  });
  expect(parts, name).toEqual([
    { identifier: "sshd", pid: 123, message: FAILED, copies: 1 },
    { identifier: "sudo", pid: undefined, message: RAN, copies: 1 },
  ]);
  for (const { timeMs } of own) expect(Math.abs(nowMs - timeMs), name).toBeLessThan(600_000);
}

describeWith(["rsyslogd", "logger"], "rsyslogd", () => {
  /** Those that end a line. `date-…` are the forms of its property replacer. */
  const TEMPLATES = [
    "RSYSLOG_TraditionalFileFormat",
    "RSYSLOG_FileFormat",
    "RSYSLOG_SysklogdFileFormat",
    "RSYSLOG_SyslogProtocol23Format",
  ];
  const DATES = ["rfc3164", "rfc3164-buggyday", "rfc3339", "pgsql", "mysql", "unixtimestamp"];

  test("all its templates", async () => {
    make();
    const file = (name: string) => `type="omfile" file="${folder}/out/${name}" template="${name}"`;
    writeFileSync(
      join(folder, "conf"),
      [
        'module(load="imuxsock" SysSock.Use="off")',
        `input(type="imuxsock" Socket="${folder}/log")`,
        ...TEMPLATES.map((name) => `*.* action(${file(name)})`),
        ...DATES.map((date) => {
          const fields = `%timereported:::date-${date}% %hostname% %syslogtag%%msg:::sp-if-no-1st-sp%%msg%`;
          const template = `template(name="${date}" type="string" string="${fields}\\n")`;
          return `${template}\n*.* action(${file(date)})`;
        }),
        `template(name="pri" type="string" string="<%pri%>%timestamp% %hostname% %syslogfacility-text%.%syslogseverity-text% %syslogtag% %msg%\\n")`,
        `*.* action(${file("pri")})`,
        "",
      ].join("\n"),
    );
    const words = ["rsyslogd", "-n", "-f", `${folder}/conf`, "-i", `${folder}/pid`];
    daemon = new Running(words, { env: environment() });
    await eventually("its socket", () => existsSync(`${folder}/log`) || undefined);
    const files = await logged(
      ["env", `TZ=${TZ}`, "logger", "-u", `${folder}/log`],
      TEMPLATES.length + DATES.length + 1,
    );
    for (const [name, lines] of files) expectBoth(name, lines);
  });
});

describeWith(["syslog-ng", "logger"], "syslog-ng", () => {
  test("all its stamps, and flags(syslog-protocol)", async () => {
    make();
    const forms = {
      default: "",
      bsd: "ts-format(bsd) frac-digits(3)",
      iso: "ts-format(iso)",
      isofrac: "ts-format(iso) frac-digits(6)",
      full: "ts-format(full)",
      unix: "ts-format(unix) frac-digits(3)",
      protocol: "flags(syslog-protocol)",
      pri: 'template("<$PRI>$DATE $HOST $MSGHDR$MSG\\n")',
      facility: 'template("$FULLDATE $HOST $FACILITY.$PRIORITY $MSGHDR$MSG\\n")',
    };
    const version = /Config version: (\S+)/.exec(
      (await run(["syslog-ng", "--version"])).stdout,
    )?.[1];
    const destinations = Object.entries(forms).map(
      ([name, options]) => `destination { file("${folder}/out/${name}" ${options}); };`,
    );
    writeFileSync(
      join(folder, "conf"),
      `@version: ${version}\nlog { source { unix-dgram("${folder}/log"); }; ${destinations.join("\n")} };\n`,
    );
    const places = ["-f", "conf", "-p", "pid", "-R", "persist", "-c", "ctl"];
    const words = places.map((word, i) => (i % 2 === 0 ? word : `${folder}/${word}`));
    const env = environment();
    daemon = new Running(["syslog-ng", "--no-caps", "-F", ...words], { env });
    await eventually("its socket", () => existsSync(`${folder}/log`) || undefined);
    const count = Object.keys(forms).length;
    const files = await logged(["env", `TZ=${TZ}`, "logger", "-u", `${folder}/log`], count);
    for (const [name, lines] of files) expectBoth(name, lines);
  });
});

describeWith(
  ["root", "unshare", "nsenter", "mount", "busybox", "logger"],
  "BusyBox's syslogd",
  () => {
    test.each([[""], ["-S"], ["-t"]])("with option %p", async (option) => {
      make();
      mkdirSync(join(folder, "dev"));
      // It knows no other socket than /dev/log, so it gets a /dev of its own.
      const script = `
      for name in null zero tty; do
        touch ${folder}/dev/$name
        mount --bind /dev/$name ${folder}/dev/$name
      done
      mount --rbind ${folder}/dev /dev
      exec busybox syslogd -n ${option} -O ${folder}/out/log`;
      const env = environment();
      daemon = new Running(["unshare", "--mount", "sh", "-c", script], { env });
      await eventually("its socket", () => existsSync(`${folder}/dev/log`) || undefined);
      const inside = ["nsenter", "--target", String(daemon.pid), "--mount", "logger"];
      const files = await logged(["env", `TZ=${TZ}`, ...inside], 1);
      for (const [name, lines] of files) expectBoth(name, lines);
    });
  },
);
