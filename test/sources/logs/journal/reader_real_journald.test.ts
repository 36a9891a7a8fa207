/**
 * The reader behind a journald that writes, moves its journal from /run to /var, rotates and vacuums
 * meanwhile. It needs root and a tree that scripts/capture_journals.sh has left; without them the
 * captured journals and the writer of the other tests have to do.
 */
import { expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { JournalReader } from "../../../../src/sources/logs/journal/reader.ts";
import type { JournalPosition } from "../../../../src/sources/logs/journal/position.ts";
import { Root } from "../../../../src/sources/root.ts";

const TREES = process.env.TREES ?? "/tmp/journal-trees";
const RECORDS = 3000;

/** Runs in a mount namespace of its own, so all of it is gone when it ends. */
const SCRIPT = `
set -e
mount -t tmpfs none /run
mount -t tmpfs none /dev
mount -t tmpfs none /var/log
mount -t proc none /proc
mount -t sysfs none /sys
mount -t cgroup2 none /sys/fs/cgroup
mknod -m 666 /dev/null c 1 3
mknod -m 666 /dev/urandom c 1 9
mkdir -p /run/systemd/journal /var/log/journal
journald=/usr/lib/systemd/systemd-journald
[ -x $journald ] || journald=/lib/systemd/systemd-journald
$journald 2> /dev/null &
pid=$!
trap 'kill $pid' EXIT
until [ -S /run/systemd/journal/socket ]; do sleep 0.05; done
echo ready
read go
perl /write.pl ${RECORDS} &
writer=$!
sleep 0.4; kill -USR1 $pid
for i in $(seq 12); do sleep 0.2; kill -USR2 $pid; done
sleep 0.1
rm -f $(ls -t /var/log/journal/*/*@* | tail -n +4)
wait $writer
sleep 0.5
echo done
read go
`;

const WRITER = `
use strict; use IO::Socket::UNIX; use Socket;
$0 = "sshd";
my $socket = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Peer => "/run/systemd/journal/socket") or die;
for my $i (1 .. $ARGV[0]) {
  $socket->send("SYSLOG_IDENTIFIER=sshd\\nPRIORITY=6\\nMESSAGE=$i\\n") or die;
  $socket->send("SYSLOG_IDENTIFIER=noise\\nMESSAGE=noise $i\\n") or die;
  select undef, undef, undef, 0.001;
}
`;

/** Hands out lines of a stream as they come. */
async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + new TextDecoder().decode(chunk)).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}

/** Some four seconds each, so all of them only when there is time. */
const SUITES =
  process.env.FUZZ_SECONDS === undefined ? ["trixie"] : ["bullseye", "bookworm", "trixie", "sid"];

test.each(SUITES.filter(isUsable))(
  "behind journald of %s",
  async (suite) => {
    const tree = `${TREES}/${suite}`;
    writeFileSync(`${tree}/write.pl`, WRITER);
    const command = [
      "unshare",
      "--mount",
      "--uts",
      "--net",
      "--ipc",
      "chroot",
      tree,
      "bash",
      "-c",
      SCRIPT,
    ];
    const child = Bun.spawn(command, { stdin: "pipe", stdout: "pipe", stderr: "inherit" });
    const lines = linesOf(child.stdout);
    expect((await lines.next()).value).toBe("ready");

    const root = new Root(`/proc/${child.pid}/root`);
    const options = {
      sinceMs: 0,
      bootMs: 0,
      now: Date.now,
      report: (text: string) => reports.push(text),
    };
    const reports: string[] = [];
    const seen: number[] = [];
    let position: JournalPosition | undefined;
    let reader = new JournalReader(root, options);
    let polls = 0;
    let restarts = 0;
    const poll = async () => {
      polls++;
      reader.poll(({ message, identifier }) => {
        if (identifier === "sshd") seen.push(Number(message));
      });
    };

    const state = { isDone: false };
    child.stdin.write("go\n");
    await child.stdin.flush();
    const end = lines.next().then(() => (state.isDone = true));
    while (!state.isDone) {
      await poll().catch((error: { code?: string }) => {
        if (error.code !== "ENOENT") throw error;
      });
      // Now and then it is another process that goes on.
      if (polls % 50 === 0) {
        position = JSON.parse(JSON.stringify(reader.position())) as JournalPosition;
        reader.close();
        reader = new JournalReader(root, { ...options, position });
        restarts++;
      }
      await Bun.sleep(polls % 7);
    }
    await end;
    for (let i = 0; i < 3; i++) await poll();
    reader.close();
    child.stdin.write("go\n");
    await child.stdin.flush();
    await child.exited;

    console.log(`${suite}: ${seen.length} records in ${polls} readings with ${restarts} restarts`);
    expect(seen).toEqual(Array.from({ length: RECORDS }, (_, i) => i + 1));
    expect(restarts).toBeGreaterThan(3);
    expect(reports).toEqual([]);
  },
  60_000,
);

function isUsable(suite: string): boolean {
  return process.getuid!() === 0 && existsSync(`${TREES}/${suite}/etc/systemd/journald.conf`);
}
