import { describe, expect, test } from "bun:test";
import { program } from "../../helpers/program.ts";
import { SmallHost } from "../../helpers/small_host.ts";

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
