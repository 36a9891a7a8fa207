/** The reader against journalctl, on journals that four Debian releases wrote in eight layouts. */
import { afterAll, describe, expect, test } from "bun:test";
import { MAX_OBJECT_BYTES } from "../../../../src/sources/logs/journal/pages.ts";
import { IDENTIFIERS } from "../../../../src/sources/logs/journal/trust.ts";
import type { LogRecord } from "../../../../src/sources/logs/record.ts";
import {
  CAPTURES,
  filesOf,
  Host,
  journalBytes,
  oracle,
  pollAll,
  readAllEntries,
  removeScratch,
} from "./fixtures.ts";

afterAll(removeScratch);

/** Bun has no decoder for xz, so of these journals the fields of 512 bytes and more are missing. */
const isXz = (capture: string) => capture.endsWith("-xz");
const XZ_FROM_BYTES = 512;

/** A value as journalctl prints it: text, numbers where it is none, a list where there are several. */
function valuesOf(printed: unknown): Buffer[] {
  if (typeof printed === "string") return [Buffer.from(printed)];
  if (!Array.isArray(printed)) throw new Error(`unexpected ${String(printed)}`);
  if (typeof printed[0] === "number") return [Buffer.from(printed as number[])];
  return printed.flatMap(valuesOf);
}

function textOf(entry: Record<string, unknown>, name: string): string | undefined {
  const value = entry[name];
  return value === undefined ? undefined : valuesOf(value)[0]!.toString();
}

const sorted = (values: Buffer[]) =>
  values.toSorted(Buffer.compare).map((value) => value.toString("hex"));

describe.each(CAPTURES)("%s", (capture) => {
  test.each(filesOf(capture))("%s: every entry with every field, in order", (name) => {
    const path = new Host().add("system.journal", journalBytes(capture, name));
    const ours = readAllEntries(path);
    const theirs = oracle(capture, name);
    expect(ours.length).toBe(theirs.length);
    expect(theirs.length).toBeGreaterThan(10);

    for (const [i, entry] of theirs.entries()) {
      const our = ours[i]!;
      expect(String(our.realtimeUs)).toBe(textOf(entry, "__REALTIME_TIMESTAMP")!);
      expect(String(our.monotonicUs)).toBe(textOf(entry, "__MONOTONIC_TIMESTAMP")!);
      expect(textOf(entry, "__CURSOR")).toContain(`;i=${our.seqnum.toString(16)};b=${our.bootId};`);
      for (const [field, printed] of Object.entries(entry)) {
        // What journalctl makes up has two underscores; the boot it takes from the entry's head.
        if (field.startsWith("__") || field === "_BOOT_ID") continue;
        const values = valuesOf(printed).filter(
          (value) => !isXz(capture) || field.length + 1 + value.length < XZ_FROM_BYTES,
        );
        expect({ field, values: sorted(our.fields.get(field) ?? []) }).toEqual({
          field,
          values: sorted(values),
        });
        our.fields.delete(field);
      }
      our.fields.delete("_BOOT_ID");
      expect([...our.fields.keys()]).toEqual([]);
    }
  });

  test("the records of all files are those that nobody forged, in order", async () => {
    const host = new Host();
    host.addCapture(capture);
    const ours = await pollAll(host.reader());
    const theirs = filesOf(capture)
      .filter((name) => !name.endsWith("-online"))
      .flatMap((name) => oracle(capture, name))
      .toSorted((a, b) => seqnumOf(a) - seqnumOf(b))
      .map(recordOf)
      .filter((record) => record !== undefined)
      .filter(
        ({ message }) => !isXz(capture) || Buffer.byteLength(`MESSAGE=${message}`) < XZ_FROM_BYTES,
      );
    expect(ours).toEqual(theirs);
    expect(ours.length).toBeGreaterThan(60);
    expect(host.reports).toEqual(isXz(capture) ? ["a field compressed with xz can't be read"] : []);
  });
});

function seqnumOf(entry: Record<string, unknown>): number {
  return Number.parseInt(/;i=([0-9a-f]+);/.exec(textOf(entry, "__CURSOR")!)![1]!, 16);
}

/** The programs that wrote the journals said of their forged messages that they were. */
function recordOf(entry: Record<string, unknown>): LogRecord | undefined {
  const identifier = textOf(entry, "SYSLOG_IDENTIFIER") ?? textOf(entry, "_COMM")!;
  const message = textOf(entry, "MESSAGE")!;
  if (!IDENTIFIERS.includes(identifier) || message.includes("FORGED")) return undefined;
  expect(message.length).toBeLessThan(MAX_OBJECT_BYTES);
  return {
    timeMs: Math.floor(Number(textOf(entry, "__REALTIME_TIMESTAMP")) / 1000),
    identifier,
    pid: Number(textOf(entry, "_PID")),
    message,
    copies: 1,
  };
}
