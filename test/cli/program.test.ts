import { describe, expect, test } from "bun:test";
import { appendFileSync, mkdirSync, rmSync } from "node:fs";
import { runProgram } from "../../src/cli/program.ts";
import { COLLECTORS } from "../../src/collectors/registry.ts";
import { ConfigError } from "../../src/config.ts";
import { SOURCES } from "../../src/sources/catalogue.ts";
import { authLogLine } from "../helpers/attempt_lines.ts";
import { SmallHost } from "../helpers/small_host.ts";

const MAIN = Bun.resolveSync("../../src/main.ts", import.meta.dir);

/** Runs the program with these words, and nothing else in its environment. */
async function program(words: string[], env: Record<string, string> = {}) {
  const child = Bun.spawn([process.execPath, MAIN, ...words], { env, stderr: "pipe" });
  const [stdout, stderr, code] = await Promise.all([
    child.stdout.text(),
    child.stderr.text(),
    child.exited,
  ]);
  return { stdout, stderr, code };
}

describe("the command line", () => {
  test.each([
    [["--web.listen-address=nowhere"], {}, "--web.listen-address"],
    [["serve", "--log.level", "loud"], {}, "--log.level"],
    [["metrics", "stray"], {}, '"stray"'],
    [["sessions", "--jason"], {}, "--jason"],
    [["-web.listen-adress=:1"], {}, "-web.listen-adress"],
    [["serve"], { PORT: "x" }, "PORT"],
    [["metrics"], { SSH_PORTS: "ssh" }, "SSH_PORTS"],
  ] as const)("%j with %j is an error of one line that names %s", async (words, env, named) => {
    const error = await runProgram(words, env).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toContain(named);
    expect((error as Error).message).not.toContain("\n");
  });

  test("what the user has to put right is one line on standard error, and code 2", async () => {
    const { stdout, stderr, code } = await program(["--log.level=loud"]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toBe(
      'user_sessions_exporter: --log.level: invalid value "loud": want one of debug, info, warn, error\n',
    );
  });

  test("--help lists commands, flags and collectors, without colours in a pipe", async () => {
    const { stdout, code } = await program(["--help"]);
    expect(code).toBe(0);
    for (const name of ["serve", "sessions", "doctor", "metrics"]) expect(stdout).toContain(name);
    for (const { name } of COLLECTORS) expect(stdout).toContain(`collector.${name}`);
    expect(stdout).toContain("web.listen-address");
    expect(stdout).not.toContain("\u001b");
  });

  test("help of a command shows its own flags, and --version works behind one", async () => {
    const [help, version] = await Promise.all([
      program(["sessions", "-help"]),
      program(["sessions", "-version"]),
    ]);
    expect(help.stdout).toContain("--json");
    expect(version.stdout).toStartWith("user_sessions_exporter, version ");
  });
});

describe("help", () => {
  test("of a command has its own flags and those that matter to it, and no others", async () => {
    const [doctor, metrics, sessions] = await Promise.all([
      program(["help", "doctor"]),
      program(["metrics", "--help"]),
      program(["help", "sessions"]),
    ]);
    expect(doctor.code).toBe(0);
    expect(doctor.stdout).toContain("--path.rootfs");
    expect(doctor.stdout).not.toMatch(/--(web|collector|users|log)\./);
    expect(metrics.stdout).toContain("--collector.users");
    expect(metrics.stdout).not.toContain("--web.");
    expect(sessions.stdout).toContain("--json");
    expect(sessions.stdout).not.toContain("--collector.");
  });

  test("the command alone is the help of the program; -V is the version", async () => {
    const [help, flag, version] = await Promise.all([
      program(["help"]),
      program(["--help"]),
      program(["-V"]),
    ]);
    expect(help.stdout).toBe(flag.stdout);
    expect(version.stdout).toStartWith("user_sessions_exporter, version ");
  });
});

describe("check", () => {
  test("good settings: nothing is said, and nothing is listened on", async () => {
    using host = new SmallHost();
    const words = ["check", `--path.rootfs=${host.folder}`, "--web.listen-address=192.0.2.1:1"];
    expect(await program(words)).toEqual({ stdout: "", stderr: "", code: 0 });
  });

  test("each fault is a line: of flags, environment, folders and the web config file", async () => {
    using host = new SmallHost();
    const web = host.write("/web.yml", "tls_server_confg: {}\n");
    const words = ["check", "--log.level=loud", "--log.format=xml", `--web.config.file=${web}`];
    const env = { SSH_PORTS: "ssh", EXCLUDE_USERS: "a b" };
    const { stdout, stderr, code } = await program([...words, "--path.rootfs=/no/such"], env);
    expect([code, stdout]).toEqual([2, ""]);
    const lines = stderr.trimEnd().split("\n");
    const settings = lines.map((line) => /^user_sessions_exporter: ([^:]+): /.exec(line)?.[1]);
    expect(settings.toSorted()).toEqual([
      "--log.format",
      "--log.level",
      "--path.rootfs",
      "--web.config.file",
      "EXCLUDE_USERS",
      "SSH_PORTS",
    ]);
  });

  test.each([
    ["PORT=10042\nARGS='--log.format=json'\nSSH_PORTS=22,2222\n", ""],
    ["PORT=99999\n", 'PORT: invalid port "99999": want 0 to 65535\n'],
    ["ARGS=--users.max=none\n", '--users.max: invalid number "none": want 1 to 1000000\n'],
    ["ARGS=--bogus\n", "--bogus: unknown flag"],
  ])("with an environment file it is what the unit would start with: %j", async (text, fault) => {
    using host = new SmallHost();
    const file = host.write("/new", text);
    const words = ["check", `--environment.file=${file}`, `--path.rootfs=${host.folder}`];
    const { stderr, code } = await program(words);
    expect(code).toBe(fault === "" ? 0 : 2);
    expect(stderr).toStartWith(fault && `user_sessions_exporter: ${fault}`);
  });

  test("an environment file that is not there is a fault", async () => {
    const { stderr, code } = await program(["check", "--environment.file=/no/such"]);
    expect(code).toBe(2);
    expect(stderr).toBe(
      "user_sessions_exporter: --environment.file: /no/such: no such file or directory\n",
    );
  });
});

test.each(["serve", "sessions", "doctor", "metrics"])(
  "%s ends with one line when the rootfs is no folder",
  async (command) => {
    const { stdout, stderr, code } = await program([command, "--path.rootfs=/no/such"]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toBe(
      'user_sessions_exporter: --path.rootfs: can\'t use "/no/such": no such directory\n',
    );
  },
);

describe("commands over a small host", () => {
  test("sessions prints a table, or JSON", async () => {
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

  test("metrics prints one collection; flags and environment take effect", async () => {
    using host = new SmallHost();
    const words = ["-path.rootfs", host.folder, "metrics", "--no-collector.users"];
    const { stdout, stderr, code } = await program(words, { EXCLUDE_USERS: "bob" });
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("user_sessions_logged_in_users 1\n");
    expect(stdout).toContain('user_sessions_cpu_ratio{username="alice"} 0\n');
    expect(stdout).not.toContain("user_info");
    expect(stdout).not.toContain('collector="users"');
    expect(stdout).not.toContain("bob");
  });

  test("metrics has no counter that would begin anew with each run, and nothing of its own process", async () => {
    using host = new SmallHost();
    const failure = "Failed password for invalid user eve from 192.0.2.1 port 1 ssh2";
    const log = host.write("/var/log/auth.log", authLogLine(Date.now(), 1, failure));
    const words = ["metrics", "--path.rootfs", host.folder];
    const once = (await program(words)).stdout;
    expect(once).toContain("user_sessions_failed_logins_1h 1\n");
    expect(once).not.toMatch(/^# TYPE \S+ counter$/m);
    expect(once).not.toMatch(/^process_/m);

    const kept = [...words, `--state.directory=${host.folder}/state`];
    mkdirSync(`${host.folder}/state`);
    const failed = 'user_sessions_failed_logins_total{reason="invalid_user"}';
    expect((await program(kept)).stdout).toContain(`${failed} 0\n`);
    for (const count of [1, 2]) {
      appendFileSync(log, authLogLine(Date.now(), 1, failure));
      const again = (await program(kept)).stdout;
      expect(again).toContain(`${failed} ${count}\n`);
      expect(again).not.toContain("cpu_seconds_total");
    }
  });

  test("doctor tells of every source, and what to do about those that are missing", async () => {
    using host = new SmallHost();
    const { stdout, code } = await program(["doctor", "--path.rootfs", host.folder]);
    expect(code).toBe(1);
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

  test("serve takes PORT, says where it listens, and ends at SIGTERM with code 0", async () => {
    using host = new SmallHost();
    const words = ["--web.listen-address=127.0.0.1:1", "--path.rootfs", host.folder];
    const child = Bun.spawn([process.execPath, MAIN, ...words], {
      env: { PORT: "0" },
      stderr: "pipe",
    });
    let log = "";
    for await (const chunk of child.stderr) {
      log += Buffer.from(chunk).toString();
      if (log.includes("listening on")) break;
    }
    const [, address] = /msg="listening on" address=(127\.0\.0\.1:\d+)/.exec(log)!;
    expect((await fetch(`http://${address}/-/healthy`)).status).toBe(200);
    const startMs = performance.now();
    child.kill("SIGTERM");
    expect(await child.exited).toBe(0);
    // At once, on however slow a machine: systemd gives it 90 s.
    expect(performance.now() - startMs).toBeLessThan(10_000);
  });
});
