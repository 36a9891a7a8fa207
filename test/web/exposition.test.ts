import { describe, expect, spyOn, test } from "bun:test";
import { byLabel, counter, gauge, single } from "../../src/metrics/metric.ts";
import { GZIP_AT_ONCE_BYTES, exposition } from "../../src/web/exposition.ts";

const collection = () => [single(counter("logins_total", "Logins."), 3)];

describe("exposition", () => {
  test("is one body for all who share a collection, in each form", async () => {
    const families = collection();
    for (const format of ["text", "openmetrics"] as const) {
      for (const gzip of [false, true]) {
        const [first, second] = [
          exposition(families, format, gzip),
          exposition(families, format, gzip),
        ];
        expect(second).toBe(first);
      }
    }
  });

  test("is another body for another collection and for another form", async () => {
    const families = collection();
    const text = exposition(families, "text", true);
    expect(exposition(collection(), "text", true)).not.toBe(text);
    expect(exposition(families, "openmetrics", true)).not.toBe(text);
  });

  test("compressed, it is a Blob, which responses share, of the same text", async () => {
    const families = collection();
    const packed = await exposition(families, "text", true);
    expect(packed).toBeInstanceOf(Blob);
    const text = Buffer.from(Bun.gunzipSync(await packed.arrayBuffer())).toString();
    expect(text).toBe(await (await exposition(families, "text", false)).text());
  });

  test.each([
    ["a small one at once", 100, 1],
    ["a large one in pieces", 20_000, 0],
  ])("%s is compressed", async (_, count, calls) => {
    const values = Array.from({ length: count }, (__, i): [string, number] => [
      `user${i}-${"x".repeat(40)}`,
      i,
    ]);
    const families = [byLabel(gauge("x", "X.", "username"), values)];
    const text = await exposition(families, "text", false);
    expect(text.size > GZIP_AT_ONCE_BYTES).toBe(calls === 0);
    using atOnce = spyOn(Bun, "gzipSync");
    const packed = await exposition(families, "text", true);
    expect(atOnce).toHaveBeenCalledTimes(calls);
    expect(packed).toBeInstanceOf(Blob);
    const unpacked = Bun.gunzipSync(await packed.arrayBuffer());
    expect(Buffer.from(unpacked).equals(Buffer.from(await text.arrayBuffer()))).toBeTrue();
  });
});
