import { describe, expect, test } from "bun:test";
import { runProgram } from "../../src/cli/program.ts";
import { COLLECTORS } from "../../src/collectors/registry.ts";
import { ConfigError } from "../../src/config.ts";
import { program } from "../helpers/program.ts";

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

  test("--help lists commands, flags and collectors, without colours in a pipe", async () => {
    const { stdout, code } = await program(["--help"]);
    expect(code).toBe(0);
    for (const name of ["serve", "sessions", "doctor", "metrics"]) expect(stdout).toContain(name);
    for (const { name } of COLLECTORS) expect(stdout).toContain(`collector.${name}`);
    expect(stdout).toContain("web.listen-address");
    expect(stdout).not.toContain("\u001b");
  });

  test("help can stand behind a command, and be written with one dash", async () => {
    expect((await program(["sessions", "-help"])).stdout).toContain("--json");
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
    expect(doctor.stdout).not.toMatch(/--(web|collector|users|log)\.|ENVIRONMENT/);
    expect(metrics.stdout).toContain("--collector.users");
    expect(metrics.stdout).not.toMatch(/--web\.|\bPORT\b/);
    expect(metrics.stdout).toContain("EXCLUDE_USERS");
    expect(sessions.stdout).toContain("--json");
    expect(sessions.stdout).not.toContain("--collector.");
  });

  test.each(["sessions", "doctor", "check"])(
    "of %s has no blanks at the end of a line, and one line between its parts",
    async (command) => {
      const { stdout } = await program(["help", command]);
      expect(stdout).not.toMatch(/ $|\n\n\n|\n\n$/m);
    },
  );

  test("the command alone is the help of the program", async () => {
    const [help, flag] = await Promise.all([program(["help"]), program(["--help"])]);
    expect(help.stdout).toBe(flag.stdout);
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
