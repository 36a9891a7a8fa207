/** Reads an exposition back (text 0.0.4 and OpenMetrics 1.0.0), without the code that wrote it. */

export interface TextSample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

const SAMPLE = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"(?:,|$)/gy;

/** @throws an Error that quotes the first line which is neither a comment nor a sample */
export function parseMetrics(text: string): Metrics {
  const samples = text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line): TextSample => {
      const match = SAMPLE.exec(line);
      if (!match) throw new Error(`no sample: ${line}`);
      return { name: match[1]!, labels: parseLabels(match[2] ?? ""), value: Number(match[3]) };
    });
  return new Metrics(samples);
}

function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  let end = 0;
  for (const match of text.matchAll(LABEL)) {
    labels[match[1]!] = match[2]!.replace(/\\(.)/g, (_, c: string) => (c === "n" ? "\n" : c));
    end = match.index + match[0].length;
  }
  if (end !== text.length) throw new Error(`no labels: ${text}`);
  return labels;
}

export class Metrics {
  constructor(readonly samples: readonly TextSample[]) {}

  /** All series of a metric that carry these labels. */
  series(name: string, labels: Record<string, string> = {}): TextSample[] {
    return this.samples.filter(
      (sample) =>
        sample.name === name &&
        Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
    );
  }

  /** The value of the one series that fits; undefined without one. */
  value(name: string, labels: Record<string, string> = {}): number | undefined {
    const found = this.series(name, labels);
    if (found.length > 1) throw new Error(`${found.length} series of ${name} fit`);
    return found[0]?.value;
  }
}
