import { expect, test } from "bun:test";
import { untilSignal } from "../../src/cli/until_signal.ts";

test.each(["SIGTERM", "SIGINT"] as const)(
  "%s is told by its name, and ends nothing",
  async (name) => {
    const before = new Map(
      (["SIGTERM", "SIGINT"] as const).map((signal) => [signal, process.listeners(signal)]),
    );
    try {
      const ended = untilSignal();
      expect(Bun.peek.status(ended)).toBe("pending");
      process.kill(process.pid, name);
      expect(await ended).toBe(name);
    } finally {
      for (const [signal, kept] of before) {
        for (const listener of process.listeners(signal))
          if (!kept.includes(listener)) process.off(signal, listener);
      }
    }
  },
);
