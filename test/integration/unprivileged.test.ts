/** The executable as a user without rights sees the same sessions as root's. */
import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { copyExporter, exporter } from "../helpers/exporter.ts";
import { parseMetrics } from "../helpers/metrics_text.ts";
import { describeWith, hasLogind } from "../helpers/needs.ts";
import { expectLines, sessionLines } from "../helpers/rows.ts";
import { SSHD_NEEDS, TestSshd } from "../helpers/sshd.ts";
import { provideUtmp } from "../helpers/utmp.ts";

setDefaultTimeout(60_000);

describeWith(SSHD_NEEDS, "the exporter as nobody", () => {
  let sshd: TestSshd;
  let path: string;
  let alice: string;
  let bob: string;

  beforeAll(async () => {
    sshd = await TestSshd.start();
    path = copyExporter(sshd.folder);
    alice = (await sshd.addUser("a")).name;
    bob = (await sshd.addUser("b")).name;
  });
  afterEach(() => sshd.endClients());
  afterAll(() => sshd?.stop());

  const as = (user?: string) => () =>
    sessionLines(({ username }) => username === alice || username === bob, {
      env: { SSH_PORTS: String(sshd.port) },
      path,
      cwd: "/",
      as: user,
    });
  const asRoot = as();
  const asNobody = as("nobody");

  test("shows recorded sessions as root does, address and all", async () => {
    const removeUtmp = await provideUtmp();
    try {
      const first = await sshd.login(alice, ["-b", "127.0.0.2"]);
      const second = await sshd.login(bob, ["-b", "127.0.0.3"]);
      const expected = [
        `${alice} terminal ${first.tty} 127.0.0.2`,
        `${bob} terminal ${second.tty} 127.0.0.3`,
      ];
      await expectLines(asRoot, expected);
      await expectLines(asNobody, expected);
    } finally {
      removeUtmp();
    }
  });

  test("shows users and types of all sessions, and no wrong address", async () => {
    await sshd.login(alice, ["-b", "127.0.0.2"]);
    await sshd.command(alice, ["-b", "127.0.0.3"]);
    await sshd.tunnel(bob, ["-b", "127.0.0.4"]);
    await sshd.sftp(bob);
    const seenByRoot = await asRoot();
    expect(seenByRoot.map((line) => line.split(" ")[3]).sort()).toEqual([
      "127.0.0.1",
      "127.0.0.2",
      "127.0.0.3",
      "127.0.0.4",
    ]);
    const seenByNobody = await asNobody();
    const withoutAddress = (line: string) => line.replace(/ \S+$/, "");
    expect(seenByNobody.map(withoutAddress)).toEqual(seenByRoot.map(withoutAddress));
    // With logind every address is on record. Without it four are left over: none can be told.
    if (hasLogind()) expect(seenByNobody).toEqual(seenByRoot);
    const withAddress = seenByNobody.filter((line) => !line.endsWith(" -"));
    for (const line of withAddress) expect(seenByRoot).toContain(line);
  });

  test("guesses no address where no record has any, also with one connection only", async () => {
    await sshd.command(alice, ["-b", "127.0.0.9"]);
    await expectLines(asNobody, [`${alice} ssh-npty - -`]);
  });

  test("collects everything else without a fault", async () => {
    await sshd.command(alice);
    const env = { SSH_PORTS: String(sshd.port) };
    const { code, stdout, stderr } = await exporter(["metrics"], { env, path, as: "nobody" });
    expect(code).toBe(0);
    // What may not be read is no error, and is not said again at the second collection.
    const messages = stderr.split("\n").map((line) => line.replace(/^time=\S+ /, ""));
    expect(messages.filter((line) => line.includes("level=ERROR"))).toEqual([]);
    expect(messages).toEqual([...new Set(messages)]);
    const metrics = parseMetrics(stdout);
    expect(metrics.value("user_sessions_up")).toBe(1);
    expect(metrics.value("user_sessions_ssh_connections")).toBe(1);
    expect(metrics.value("user_sessions_process_count", { username: alice })).toBeGreaterThan(1);
  });
});
