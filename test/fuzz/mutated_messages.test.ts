/** Real lines and messages, damaged: each parser gives something sane, or nothing. */
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { canonicalAddress } from "../../src/sources/ip_address.ts";
import { parseSyslogLine } from "../../src/sources/logs/text/syslog_line.ts";
import { parseDropbearMessage } from "../../src/sources/messages/dropbear.ts";
import { isRootLogin } from "../../src/sources/messages/login.ts";
import type { SshEvent } from "../../src/sources/messages/ssh_event.ts";
import { parseSshdMessage } from "../../src/sources/messages/sshd.ts";
import { parseSuMessage } from "../../src/sources/messages/su.ts";
import { parseSudoMessage } from "../../src/sources/messages/sudo.ts";
import { UTC } from "../../src/sources/posix_zone.ts";
import { fuzz, FUZZ_TIMEOUT_MS, type Random } from "../helpers/fuzz.ts";
import { mutated } from "../helpers/mutate.ts";

const FOLDER = join(import.meta.dir, "../fixtures/auth");
const NOW_MS = Date.UTC(2026, 10, 26);

/** The lines of all fixtures, as they are, and without what stands before the message. */
const LINES = readdirSync(FOLDER, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.(?:txt|log)$/.test(name))
  .flatMap((name) => readFileSync(join(FOLDER, name), "utf8").split("\n"))
  .filter((line) => line !== "");
const MESSAGES = LINES.map((line) => line.replace(/^.*?: /, ""));
const asBytes = (texts: string[]) => texts.map((text) => Buffer.from(text));
const [LINE_BYTES, MESSAGE_BYTES] = [asBytes(LINES), asBytes(MESSAGES)];

const message = (random: Random) => mutated(random, MESSAGE_BYTES, 1024).toString("utf8");

function expectSane(event: SshEvent | undefined): void {
  if (event === undefined) return;
  if ("peer" in event && event.peer !== undefined) {
    const { address, port } = event.peer;
    if (address !== undefined) expect(canonicalAddress(address)).toBe(address);
    expect(port === undefined || (port >= 0 && port <= 99_999)).toBeTrue();
  }
  if ("count" in event) expect(Number.isSafeInteger(event.count)).toBeTrue();
  if ("total" in event) expect(Number.isSafeInteger(event.total)).toBeTrue();
}

describe("damaged messages", () => {
  test(
    "of SSH servers",
    () =>
      fuzz("damaged messages of SSH servers", (random) => {
        const text = message(random);
        expectSane(parseSshdMessage(text));
        expectSane(parseDropbearMessage(text));
      }),
    FUZZ_TIMEOUT_MS,
  );

  test(
    "of sudo, su and login",
    () =>
      fuzz("damaged messages of sudo, su and login", (random) => {
        const text = message(random);
        const sudo = parseSudoMessage(text);
        // Whoever is named stands in the message, or in JSON with escapes.
        if (sudo !== undefined && !text.startsWith("@cee")) {
          expect(text).toContain(sudo.caller);
        }
        const su = parseSuMessage(text);
        if (su !== undefined) expect(text).toContain(su.caller);
        expect(isRootLogin(text)).toBeBoolean();
      }),
    FUZZ_TIMEOUT_MS,
  );
});

test(
  "damaged lines",
  () =>
    fuzz("damaged lines", (random) => {
      const line = mutated(random, LINE_BYTES, 4096).toString("utf8");
      const parsed = parseSyslogLine(line, { nowMs: NOW_MS, zone: () => UTC });
      if (parsed === undefined || "kind" in parsed) return;
      expect(Number.isFinite(parsed.timeMs)).toBeTrue();
      expect(parsed.identifier).not.toBe("");
      expect(parsed.pid === undefined || Number.isSafeInteger(parsed.pid)).toBeTrue();
      expect(parsed.copies).toBeGreaterThan(0);
    }),
  FUZZ_TIMEOUT_MS,
);
