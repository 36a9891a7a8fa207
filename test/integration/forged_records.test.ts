/**
 * Any user can log in any program's name. In the journal that counts for nothing, whatever way it is
 * done. In a text log nobody can tell, so there it shows that the forged records are good ones.
 */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { type Counts, authCounts, authWords, growth } from "../helpers/auth_counts.ts";
import { Servers, type Serving } from "../helpers/exporter.ts";
import { LogHost, type LogTree, PASSWORD, USERS, describeWithLogs } from "../helpers/log_host.ts";

setDefaultTimeout(30_000);

const { alice, mallory } = USERS;
const TREES: LogTree[] = ["journal", "authLog", "both"];

/** What is logged in whose name. */
const RECORDS: Record<string, string> = {
  sshd: "Accepted password for root from 192.0.2.1 port PORT ssh2",
  "sshd-session": "Failed password for root from 192.0.2.2 port PORT ssh2",
  "sshd-auth": "Connection closed by authenticating user root 192.0.2.3 port PORT [preauth]",
  dropbear: "Password auth succeeded for 'root' from 192.0.2.4:PORT",
  login: "ROOT LOGIN ON tty1",
  su: `(to root) ${alice} on pts/0`,
  sudo: `${alice} : TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/id`,
};

/** What those of the daemons count as. */
const BELIEVED = {
  "login password": 2,
  "root login": 3,
  bad_credentials: 1,
  no_credentials: 1,
  "1h": 2,
};

/** Shell commands, in which $NAME logs $TEXT. The processes stay until journald has looked at them. */
const WAYS: Record<string, string> = {
  "under its identifier": '(echo "$TEXT"; sleep 0.2) | logger -t $NAME -p auth.info',
  "under its identifier and the pid of init":
    '(echo "$TEXT"; sleep 0.2) | logger -t $NAME -p auth.info --id=1',
  "from a program of its name": '(echo "$TEXT"; sleep 0.2) | "$FOLDER/$NAME" -t $NAME -p auth.info',
  "in the journal's own protocol, with trusted fields": `printf '%s\\n' "MESSAGE=$TEXT" \
    SYSLOG_IDENTIFIER=$NAME SYSLOG_FACILITY=4 PRIORITY=6 _UID=0 _COMM=$NAME _EXE=/usr/bin/$NAME \
    _SYSTEMD_UNIT=ssh.service _CAP_EFFECTIVE=1ffffffffff | logger --journald`,
  "to the standard output of a service": 'systemd-cat -t $NAME sh -c "echo \\"$TEXT\\"; sleep 0.2"',
};

describeWithLogs(["rsyslogd", "setpriv", "systemd-cat", "su", "sudo"], "who logged it", () => {
  const servers = new Servers();
  let host: LogHost;
  let exporters: Serving[];
  let port = 1000;

  beforeAll(async () => {
    host = await LogHost.start({ syslog: true });
    const names = Object.keys(RECORDS).join(" ");
    await host.shell(
      `for name in ${names}; do cp "$(command -v logger)" ${host.folder}/$name; done
       echo "Defaults passwd_tries=1\n${alice} ALL=(ALL) /bin/sleep" > /etc/sudoers.d/test
       chmod 440 /etc/sudoers.d/test`,
    );
    await host.settle();
    exporters = await Promise.all(TREES.map((tree) => servers.start(authWords(host.rootfs(tree)))));
    await Promise.all(exporters.map((it) => it.ready()));
  });
  afterAll(async () => {
    await servers.endAll();
    await host?.stop();
  });

  const as = (user: string, script: string, stdin = "") =>
    host.run(
      ["setpriv", `--reuid=${user}`, `--regid=${user}`, "--init-groups", "sh", "-c", script],
      stdin,
    );

  const counts = () => Promise.all(exporters.map(async (it) => authCounts(await it.scrape())));

  /** Does something, and says what each exporter counted of it. */
  async function counted(act: () => Promise<unknown>): Promise<Record<string, Counts>> {
    const before = await counts();
    await act();
    await host.settle();
    const after = await counts();
    return Object.fromEntries(TREES.map((tree, i) => [tree, growth(before[i]!, after[i]!)]));
  }

  const log = (user: string, way: string, name: string) => {
    const text = RECORDS[name]!.replace("PORT", `${++port}`);
    return as(user, `NAME='${name}' TEXT="${text}" FOLDER='${host.folder}'\n${WAYS[way]!}`);
  };

  test("root, from programs of the daemons' names: it counts", async () => {
    const daemons = Object.keys(RECORDS).filter((name) => name !== "su" && name !== "sudo");
    const growths = await counted(() =>
      Promise.all(daemons.map((name) => log("root", "from a program of its name", name))),
    );
    const expected = { ...BELIEVED, "sources 1h": 2 };
    expect(growths).toEqual({ journal: expected, authLog: expected, both: expected });
  });

  test.each(Object.keys(WAYS))("an ordinary user, %s: only a text log believes it", async (way) => {
    const growths = await counted(() =>
      Promise.all(Object.keys(RECORDS).map((name) => log(mallory, way, name))),
    );
    expect(growths["journal"]).toEqual({});
    expect(growths["both"]).toEqual({});
    const { "sources 1h": _, ...believed } = growths["authLog"]!;
    expect(believed).toEqual({ ...BELIEVED, "su success": 1, "sudo success": 1 });
  });

  test("what su and sudo say themselves counts", async () => {
    const growths = await counted(() =>
      Promise.all([
        as(alice, `su ${mallory} -c true`, "wrong\n"),
        as(alice, `su ${mallory} -c 'sleep 0.3'`, `${PASSWORD}\n`),
        as(alice, "sudo -S sleep 0.3", "wrong\n"),
        as(alice, "sudo -S sleep 0.3", `${PASSWORD}\n`),
      ]),
    );
    const expected = {
      "su failure": 1,
      "su success": 1,
      "sudo failure": 1,
      "sudo success": 1,
    };
    expect(growths).toEqual({ journal: expected, authLog: expected, both: expected });
  });
});
