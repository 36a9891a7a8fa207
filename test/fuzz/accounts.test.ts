/** passwd, group and the service's own settings. */
import { isAnswerTo } from "../../src/sources/accounts/getent.ts";
import { parseGroup } from "../../src/sources/accounts/group.ts";
import { parsePasswd } from "../../src/sources/accounts/passwd.ts";
import { parseEnvironmentFile } from "../../src/sources/environment_file.ts";
import { unescapeC } from "../../src/sources/escape.ts";
import { canonicalAddress } from "../../src/sources/ip_address.ts";
import { contents, fuzzParser, linesOf, someLines } from "./fuzz_parser.ts";

const utf8 = (parse: (text: string) => unknown) => (bytes: Buffer) => parse(bytes.toString());

fuzzParser("passwd", someLines(contents("*/etc/passwd")), utf8(parsePasswd));
fuzzParser("group", someLines(contents("*/etc/group")), utf8(parseGroup));
fuzzParser(
  "environment files",
  [
    ...contents("../../examples/systemd/*.default"),
    Buffer.from('EXCLUDE_USERS=\'a b\',"c\\"d"\nSSH_PORTS=22,2222 \\\n 2022\n# PORT=1\n'),
  ],
  utf8(parseEnvironmentFile),
);
fuzzParser("escaped names", [Buffer.from("EXAMPLE\\\\alice\\x20b\\303\\251\\n")], utf8(unescapeC));
fuzzParser(
  "addresses",
  linesOf([
    Buffer.from("192.0.2.1\n2001:db8::1\n::ffff:192.0.2.1\nfe80::1%eth0\n::\n1:2:3:4:5:6:7:8"),
  ]),
  utf8(canonicalAddress),
);

fuzzParser("getent's answers", linesOf(contents("*/etc/passwd")), (bytes) => {
  const line = bytes.toString();
  const [name = "", , uid = ""] = line.split(":");
  return [isAnswerTo("passwd", uid, line), isAnswerTo("passwd", name, line)];
});
