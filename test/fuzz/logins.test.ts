/** The records of logins: utmp, wtmp and lastlog, and what logind keeps. */
import { ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { LastlogReader } from "../../src/sources/logins/lastlog.ts";
import { parseSession, parseState } from "../../src/sources/logins/logind.ts";
import { parseUtmp } from "../../src/sources/logins/utmp.ts";
import { TIME32 } from "../../src/sources/logins/utmp_layout.ts";
import { WtmpReader } from "../../src/sources/logins/wtmp.ts";
import { BrokenSourceError } from "../../src/sources/errors.ts";
import { SqliteTable } from "../../src/sources/logins/sqlite_file.ts";
import { WTMPDB_SCHEMA, LoginDatabase } from "../helpers/login_database.ts";
import { Root } from "../../src/sources/root.ts";
import { contents, fileFor, fuzzParser, pieces } from "./fuzz_parser.ts";

const nowSeconds = () => 2_000_000_000;

const records = (glob: string) => pieces(contents(glob), TIME32.recordBytes);

fuzzParser("utmp", records("*/run/utmp"), (bytes) => parseUtmp(bytes));

const wtmp = fileFor("var/log/wtmp");
fuzzParser("wtmp", records("*/var/log/wtmp"), async (bytes) => {
  wtmp.put(bytes);
  return await new WtmpReader(new Root(wtmp.folder), nowSeconds).read();
});

const lastlog = fileFor("var/log/lastlog");
const lastlogFd = openSync(`${lastlog.folder}/var/log/lastlog`, "w");
// The records of uid 0 to 3, and those from uid 1000 on in their place: what is between is a hole.
const lastlogs = contents("*/var/log/lastlog").flatMap((file) => [
  file.subarray(0, 4 * 292),
  file.subarray(1000 * 292, 1004 * 292),
]);
fuzzParser("lastlog", lastlogs, (bytes) => {
  ftruncateSync(lastlogFd, bytes.length);
  writeSync(lastlogFd, bytes, 0, bytes.length, 0);
  return new LastlogReader(new Root(lastlog.folder), nowSeconds).read([0, 1, 2, 3, 4]);
});

fuzzParser("logind's sessions", contents("*/run/systemd/sessions/*"), (bytes) =>
  parseSession("1", bytes.toString()),
);
fuzzParser("logind's users", contents("*/run/systemd/users/*"), (bytes) =>
  parseState(bytes.toString()),
);

/** A database of two pages, the smallest that SQLite writes. */
function smallDatabase(): Buffer {
  const place = "/x.db";
  using database = new LoginDatabase(
    place,
    "PRAGMA page_size = 512",
    "VACUUM",
    WTMPDB_SCHEMA,
    "INSERT INTO wtmp(Type, User, Login, Service) VALUES(3, 'alice', 100000000, 'sshd'), (3, 'bob', 2, '')",
  );
  return readFileSync(database.path);
}

const sqlite = fileFor("x.db");
fuzzParser("SQLite files", [smallDatabase()], (bytes) => {
  sqlite.put(bytes);
  try {
    using table = SqliteTable.open(`${sqlite.folder}/x.db`, "wtmp", ["User", "Login"]);
    return table?.rowsBelow(Number.MAX_SAFE_INTEGER).map((row) => row[0]);
  } catch (error) {
    if (!(error instanceof BrokenSourceError)) throw error;
    return [];
  }
});
