/**
 * Any user chooses the names of what he runs, with root's rights too where a program is set-uid: the
 * kernel takes comm from the name of the file or link, and the title from argv[0].
 */
import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describeWith } from "../helpers/needs.ts";
import { processes } from "../helpers/oracle.ts";
import { sessionLines } from "../helpers/rows.ts";
import { eventually } from "../helpers/run.ts";
import { SSHD_NEEDS, TestSshd, sshdImpostor } from "../helpers/sshd.ts";
import type { TestUser } from "../helpers/test_users.ts";

setDefaultTimeout(30_000);

describeWith([...SSHD_NEEDS, "bash", "su"], "impostors", () => {
  let sshd: TestSshd;
  let alice: string;
  let bob: TestUser;

  beforeAll(async () => {
    sshd = await TestSshd.start();
    alice = (await sshd.addUser("a")).name;
    bob = await sshd.addUser("b");
  });
  afterEach(() => sshd.endClients());
  afterAll(() => sshd?.stop());

  const environment = () => ({ SSH_PORTS: String(sshd.port) });
  const lines = () =>
    sessionLines(({ username }) => username === alice || username === bob.name, {
      env: environment(),
    });

  test("a process that a user names like root's sshd is no session", async () => {
    const impostor = sshdImpostor(sshd.folder);
    const { client, tty } = await sshd.login(alice);
    await client.type(`bash -c 'exec -a "sshd: root@pts/9" ${impostor} 300' &\n`);
    await client.type(
      `bash -c 'exec -a "sshd: root [priv]" ${impostor} 300 & exec -a "sshd: ${bob.name}@notty" ${impostor} 300' &\n`,
    );
    await eventually("the three processes", async () => {
      const own = (await processes()).filter(({ user }) => user === alice);
      const named = own.filter(({ args }) =>
        /^sshd: (root@pts\/9|root \[priv]|\S+@notty)/.test(args),
      );
      return named.length === 3 || undefined;
    });
    const all = await sessionLines(() => true, { env: environment() });
    expect(all.filter((line) => /pts\/9 |ssh-npty/.test(line))).toEqual([]);
    expect(await lines()).toEqual([`${alice} terminal ${tty} 127.0.0.1`]);
  });

  test("a set-uid program that a user names like root's sshd is no session", async () => {
    // The kernel takes both names from the user: comm from the link, the title from argv[0].
    const asSshd = join(sshd.folder, "a", "sshd");
    const { client, tty } = await sshd.login(alice);
    await client.type(`ln -s $(command -v su) ${asSshd}\n`);
    await client.type(`(bash -c 'exec -a "sshd: root@pts/9" ${asSshd}' &) 2> /dev/null\n`);
    await eventually("the process with root's rights", async () =>
      (await processes()).find(({ user, args }) => user === "root" && args.endsWith("root@pts/9")),
    );
    const all = await sessionLines(() => true, { env: environment() });
    expect(all.filter((line) => line.startsWith("root terminal pts/9 "))).toEqual([]);
    expect(await lines()).toEqual([`${alice} terminal ${tty} 127.0.0.1`]);
  });

  test("what a set-uid program starts under a name like sshd's is no session", async () => {
    const asSshd = join(sshd.folder, "a", "monitor", "sshd");
    const title = `sshd: ${bob.name}@pts/9`;
    const script = join(sshd.folder, "child.sh");
    writeFileSync(script, `exec -a "${title}" ${sshdImpostor(sshd.folder)} 300\n`);
    const { client, tty } = await sshd.login(alice);
    await client.type(`mkdir ${dirname(asSshd)}; ln -s $(command -v su) ${asSshd}\n`);
    const su = `${asSshd} ${bob.name} -c "exec bash ${script}"`;
    await client.type(`exec bash -c 'exec -a "sshd: ${bob.name} [priv]" ${su}'\n`);
    await client.says(/Password:/);
    await client.type(`${bob.password}\n`);
    const forged = await eventually("the forged process", async () =>
      (await processes()).find(({ user, args }) => user === bob.name && args.startsWith(title)),
    );
    const parent = (await processes()).find(({ pid }) => pid === forged.parentPid);
    expect(parent).toMatchObject({ user: "root" });
    expect(parent?.args).toStartWith(`sshd: ${bob.name} [priv]`);
    expect(await lines()).toEqual([`${alice} terminal ${tty} 127.0.0.1`]);
  });

  test("a set-uid program that a user names like a VNC server is none", async () => {
    // Root listens on the SSH port, so each SSH connection would be a viewer of root's desktop.
    const asVnc = join(sshd.folder, "a", "Xtigervnc");
    const { client } = await sshd.login(alice);
    await client.type(`ln -s $(command -v su) ${asVnc}; ${asVnc} root -- -rfbport ${sshd.port}\n`);
    await client.says(/Password:/);
    const all = await sessionLines(({ session_type }) => session_type === "vnc");
    expect(all.filter((line) => line.startsWith("root "))).toEqual([]);
  });
});
