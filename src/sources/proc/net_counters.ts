/**
 * The kernel's counters of TCP sockets, which are much cheaper to read than the tables: `/proc/net/snmp` (RFC 4022:
 * connections opened and established) and `/proc/net/sockstat{,6}` (sockets in use). man 5 proc_pid_net.
 */
import type { Root } from "../root.ts";
import { readProcFile } from "./proc_file.ts";

const COUNTERS = ["/proc/net/snmp", "/proc/net/sockstat", "/proc/net/sockstat6"];

/**
 * A text that changes whenever a socket has opened, and nearly always when one has closed; undefined when a file can't
 * be read or has no such counter.
 */
export function readTcpCounters(root: Root): string | undefined {
  const [snmp, sockstat, sockstat6] = COUNTERS.map((path) => read(root.path(path)));
  return parseTcpCounters(snmp!, sockstat!, sockstat6!);
}

function read(path: string): string {
  try {
    return readProcFile(path);
  } catch {
    return "";
  }
}

export function parseTcpCounters(
  snmp: string,
  sockstat: string,
  sockstat6: string,
): string | undefined {
  const [names, values] = snmp
    .split("\n")
    .filter((line) => line.startsWith("Tcp: "))
    .map((line) => line.split(" "));
  const counters = ["ActiveOpens", "PassiveOpens", "CurrEstab"].map(
    (name) => values?.[names?.indexOf(name) ?? -1],
  );
  counters.push(
    /^TCP: inuse (\d+)/m.exec(sockstat)?.[1],
    /^TCP6: inuse (\d+)/m.exec(sockstat6)?.[1],
  );
  return counters.every((counter) => /^\d+$/.test(counter ?? "")) ? counters.join(" ") : undefined;
}
