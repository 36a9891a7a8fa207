/** The files of /proc, whose contents any process has a part in: its title, its name, its sockets. */
import { inOrder, portsIn, socketsBySearch } from "../helpers/tcp_table.ts";
import { addressFromHex } from "../../src/sources/proc/net_tcp.ts";
import { TcpSockets } from "../../src/sources/proc/tcp_sockets.ts";
import { parseMachineStat } from "../../src/sources/proc/machine_stat.ts";
import { parseUnix } from "../../src/sources/proc/net_unix.ts";
import { parseArguments } from "../../src/sources/proc/pid_cmdline.ts";
import { parseCgroupSession } from "../../src/sources/proc/pid_session.ts";
import { parseStat } from "../../src/sources/proc/pid_stat.ts";
import { parseStatus } from "../../src/sources/proc/pid_status.ts";
import { ProcessTable } from "../../src/sources/proc/process_table.ts";
import { parseSshdTitle } from "../../src/sources/messages/sshd_title.ts";
import { LINE_BYTES } from "../../src/sources/proc/stat_lines.ts";
import { contents, fuzzParser, someLines } from "./fuzz_parser.ts";

const titles = contents("*/proc/*/cmdline");

fuzzParser("titles", titles, (bytes) => {
  const words = parseArguments(bytes);
  const title = words?.[0] ?? "";
  return { words, sshd: parseSshdTitle("sshd-session", title), old: parseSshdTitle("sshd", title) };
});

const table = new ProcessTable();
table.reset(1);
table.length = 1;

fuzzParser("/proc/PID/stat", contents("*/proc/*/stat"), (bytes) => {
  if (!parseStat(bytes, Math.min(bytes.length, LINE_BYTES), table, 0)) return undefined;
  return { comm: table.comm(0), start: table.startTicks[0], threads: table.threads[0] };
});

const utf8 = (parse: (text: string) => unknown) => (bytes: Buffer) => parse(bytes.toString());

fuzzParser("/proc/PID/status", contents("*/proc/*/status"), utf8(parseStatus));
fuzzParser("/proc/PID/cgroup", contents("*/proc/*/cgroup"), utf8(parseCgroupSession));
fuzzParser("/proc/stat", contents("*/proc/stat"), utf8(parseMachineStat));

/** What the searches find; in one case of eight the index over all lines has to find the same. */
function connectionsOf(bytes: Buffer) {
  const ports = [...portsIn([bytes])].slice(0, 8);
  const found = socketsBySearch(new TcpSockets([bytes]), ports);
  if (bytes.length % 8 > 0) return found;
  const indexed = new TcpSockets([bytes]);
  // So many searches are made before there is an index.
  for (let port = 0; port < 33; port++) indexed.connectionsTo(65_535 - port);
  if (!Bun.deepEquals(inOrder(socketsBySearch(indexed, ports)), inOrder(found)))
    throw new Error("the index gives other sockets");
  return found;
}

fuzzParser("/proc/net/tcp", someLines(contents("*/proc/net/tcp", "*/proc/net/tcp6")), (bytes) =>
  connectionsOf(bytes),
);
fuzzParser("/proc/net/unix", someLines(contents("*/proc/net/unix")), (bytes) =>
  parseUnix(bytes, "/"),
);
fuzzParser(
  "addresses of /proc/net",
  [Buffer.from("0100007F"), Buffer.from("0".repeat(24) + "01000000")],
  (bytes) =>
    /^(?:[0-9A-F]{8}|[0-9A-F]{32})$/.test(bytes.toString("latin1"))
      ? addressFromHex(bytes.toString("latin1"))
      : "",
);
