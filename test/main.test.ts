import { describe, expect, test } from "bun:test";
import { program } from "./helpers/program.ts";

describe("the program", () => {
  test("what the user has to put right is one line on standard error, and code 2", async () => {
    const { stdout, stderr, code } = await program(["--log.level=loud"]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toBe(
      'user_sessions_exporter: --log.level: invalid value "loud": want one of debug, info, warn, error\n',
    );
  });

  test("a file that can't be had is one line too, and no stack", async () => {
    const { stderr, code } = await program(["doctor", "--path.rootfs=/no/such"]);
    expect(code).toBe(2);
    expect(stderr.trimEnd()).not.toContain("\n");
  });

  test.each([[["--version"]], [["-version"]], [["-V"]], [["sessions", "-version"]]])(
    "%j is the version",
    async (words) => {
      const { stdout, stderr, code } = await program(words);
      expect([code, stderr]).toEqual([0, ""]);
      expect(stdout).toStartWith("user_sessions_exporter, version ");
    },
  );
});
