/** The cost of the program itself, with little to read. */
import { BINARY, WITHOUT_JIT, cpuOfScrape, startExporter } from "../exporters.ts";
import { type Row, inTurns, mebibytes, milliseconds } from "../measure.ts";
import { FOLDER, compile, end, median, memoryOf } from "../programs.ts";

export async function version(rounds: number): Promise<Row[]> {
  const empty = `${FOLDER}/empty_program`;
  await Bun.write(`${FOLDER}/empty.ts`, "");
  await Bun.build({
    entrypoints: [`${FOLDER}/empty.ts`],
    bytecode: true,
    compile: { outfile: empty, autoloadDotenv: false, autoloadBunfig: false },
  });
  const wall = (command: string[]) => () => {
    const startMs = performance.now();
    Bun.spawnSync(command);
    return performance.now() - startMs;
  };
  const measures = [wall([BINARY, "--version"]), wall([empty])];
  const [versions, empties] = await inTurns(rounds * 5, measures);
  const value = `${milliseconds(median(versions!))}, the empty program ${milliseconds(median(empties!))}`;
  const what = "`--version`, wall time, beside an empty program compiled the same way";
  return [{ what, value, target: "2.5 times" }];
}

/** A host of 70 processes in namespaces of its own. */
export async function smallHost(rounds: number): Promise<Row[]> {
  const idle = `${compile("idle_processes")} 66 > /dev/null &`;
  const inside = ["unshare", "--pid", "--fork", "--mount-proc", "--net", "--kill-child"];
  const around = [...inside, "bash", "-c", `ip link set lo up; ${idle} exec "$@"`, "bash"];
  const rows: Row[] = [];
  for (const [env, memory, cpu] of [
    [WITHOUT_JIT, "37 / 5.5 MiB", "2.5 ms"],
    [{}, "50 MiB resident", undefined],
  ] as const) {
    const exporter = await startExporter(env, { around });
    const kind = "BUN_JSC_useJIT" in env ? "" : ", with the just-in-time compiler";
    const [costs] = await inTurns(rounds, [() => cpuOfScrape(exporter, 20)]);
    for (let i = 0; i < 1000; i++) await exporter.scrape();
    const { resident, anonymous } = memoryOf(exporter.pid);
    // A usual scrape interval of Prometheus.
    await Bun.sleep(15_000);
    const later = memoryOf(exporter.pid);
    const value = `${mebibytes(resident)} / ${mebibytes(anonymous)}, 15 s later ${mebibytes(later.resident)} / ${mebibytes(later.anonymous)}`;
    rows.push(
      {
        what: `resident / anonymous after 1,000 scrapes in a row, 70 processes${kind}`,
        value,
        target: memory,
      },
      {
        what: `a scrape of a quiet host with 70 processes${kind}`,
        value: milliseconds(median(costs!)),
        ...(cpu === undefined ? {} : { target: cpu }),
      },
    );
    await end(exporter.child);
  }
  return rows;
}
