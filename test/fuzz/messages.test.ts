/** What programs log, and the lines it stands in. */
import { parseDropbearMessage } from "../../src/sources/messages/dropbear.ts";
import { isRootLogin } from "../../src/sources/messages/login.ts";
import { parseSshdMessage } from "../../src/sources/messages/sshd.ts";
import { parseSuMessage } from "../../src/sources/messages/su.ts";
import { parseSudoMessage } from "../../src/sources/messages/sudo.ts";
import { parseSyslogLine } from "../../src/sources/logs/text/syslog_line.ts";
import { UTC } from "../../src/sources/posix_zone.ts";
import { contents, fuzzParser, linesOf } from "./fuzz_parser.ts";

/** `   5 sshd[A]: Failed …`: how often, by whom, what. */
const captured = linesOf(contents("auth/*.txt"))
  .map((line) => /^ +\d+ ([\w.-]+)(?:\[\w+\])?: +(.*)$/s.exec(line.toString("latin1")))
  .filter((match) => match !== null);
const of = (program: RegExp) =>
  captured
    .filter(([, name]) => program.test(name!))
    .map(([, , text]) => Buffer.from(text!, "latin1"));
const utf8 = (parse: (text: string) => unknown) => (bytes: Buffer) => parse(bytes.toString());

fuzzParser("messages of sshd", of(/^sshd/), utf8(parseSshdMessage));
fuzzParser("messages of dropbear", of(/^dropbear/), utf8(parseDropbearMessage));
fuzzParser("messages of sudo", of(/^sudo/), utf8(parseSudoMessage));
fuzzParser("messages of su", of(/^su$/), utf8(parseSuMessage));
fuzzParser("messages of login", of(/^login/), utf8(isRootLogin));

const nowMs = Date.UTC(2026, 10, 25);
fuzzParser("syslog lines", linesOf(contents("*/var/log/auth.log")), (bytes) => {
  const record = parseSyslogLine(bytes.toString(), { nowMs, zone: () => UTC });
  return record === undefined || "kind" in record ? record : { ...record };
});
