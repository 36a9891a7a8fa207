/** The records of logins: utmp, wtmp and lastlog, and what logind keeps. */
import { LastlogReader } from "../../src/sources/logins/lastlog.ts";
import { parseSession, parseState } from "../../src/sources/logins/logind.ts";
import { UTMP_RECORD_BYTES, parseUtmp } from "../../src/sources/logins/utmp.ts";
import { WtmpReader } from "../../src/sources/logins/wtmp.ts";
import { Root } from "../../src/sources/root.ts";
import { contents, fileFor, fuzzParser, pieces } from "./fuzz_parser.ts";

const nowSeconds = () => 2_000_000_000;

const records = (glob: string) => pieces(contents(glob), UTMP_RECORD_BYTES);

fuzzParser("utmp", records("*/run/utmp"), (bytes) => parseUtmp(bytes));

const wtmp = fileFor("var/log/wtmp");
fuzzParser("wtmp", records("*/var/log/wtmp"), async (bytes) => {
  wtmp.put(bytes);
  return await new WtmpReader(new Root(wtmp.folder), nowSeconds).read();
});

const lastlog = fileFor("var/log/lastlog");
// The records of uid 0 to 7, and those from uid 1000 on in their place: what is between is a hole.
const lastlogs = contents("*/var/log/lastlog").flatMap((file) => [
  file.subarray(0, 8 * 292),
  file.subarray(1000 * 292, 1008 * 292),
]);
fuzzParser("lastlog", lastlogs, (bytes) => {
  lastlog.put(bytes);
  return new LastlogReader(new Root(lastlog.folder), nowSeconds).read([0, 1, 2, 3, 4, 5, 6, 7]);
});

fuzzParser("logind's sessions", contents("*/run/systemd/sessions/*"), (bytes) =>
  parseSession("1", bytes.toString()),
);
fuzzParser("logind's users", contents("*/run/systemd/users/*"), (bytes) =>
  parseState(bytes.toString()),
);
