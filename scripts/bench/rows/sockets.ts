/** What sockets add to a scrape. */
import { WITHOUT_JIT, cpuOfScrape, startExporter } from "../exporters.ts";
import { type Row, SCRAPES, inTurns, ratio } from "../measure.ts";
import { FOLDER, compile, cpuOfRun, end, median } from "../programs.ts";

export async function sockets(rounds: number): Promise<Row[]> {
  const host = (command: string) =>
    ["unshare", "--net", "bash", "-c", `ip link set lo up; ${command} exec "$@"`, "bash"] as const;
  const program = `${compile("many_sockets")} 20000 10 > ${FOLDER}/sockets & until [ -s ${FOLDER}/sockets ]; do sleep 0.1; done;`;
  const busy = await startExporter(WITHOUT_JIT, { around: host(program) });
  const quiet = await startExporter(WITHOUT_JIT, { around: host("") });
  const inside = ["nsenter", "-t", String(busy.pid), "-n", "cat"];
  const cat = () =>
    cpuOfRun([...inside, "/proc/net/tcp", "/proc/net/tcp6"]) - cpuOfRun([...inside, "/dev/null"]);
  const [withSockets, without, cats] = await inTurns(rounds, [
    () => cpuOfScrape(busy, SCRAPES),
    () => cpuOfScrape(quiet, SCRAPES),
    cat,
  ]);
  const ratios = cats!.map((ms, round) => (withSockets![round]! - without![round]!) / ms);
  await end(busy.child);
  await end(quiet.child);
  const what = "what 20,000 sockets, 10 of them SSH, add to a scrape / `cat` of both tables";
  return [{ what, value: ratio(median(ratios)), target: "1.2" }];
}
