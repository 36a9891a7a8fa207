import { expect, test } from "bun:test";
import { hostFactsOf, readOpenSessions } from "../../../src/model/auth/host_facts.ts";
import { TempTree } from "../../helpers/temp_tree.ts";

const BOOT = "6a453a1d224941bca21d249f7ad6f269";
const BOOT_FILE = { "/proc/sys/kernel/random/boot_id": "6a453a1d-2249-41bc-a21d-249f7ad6f269\n" };
const SESSION = { "/run/systemd/sessions/c1": "UID=1\nLEADER=9\nCLASS=user\nMONOTONIC=5\n" };

test("a session of this boot is found while its file lives", () => {
  using tree = new TempTree({ ...BOOT_FILE, ...SESSION });
  const { findSession } = hostFactsOf(tree.root);
  expect(findSession(BOOT, "c1")).toMatchObject({ leaderPid: 9, startMonotonicUs: 5 });
  expect(findSession(BOOT, "c2")).toBeUndefined();
  expect(findSession("0".repeat(32), "c1")).toBeUndefined();
});

test("what is open is known where logind runs", async () => {
  using tree = new TempTree({ ...BOOT_FILE, ...SESSION });
  // The folder may be left over.
  expect(await readOpenSessions(tree.root)).toBeUndefined();
  tree.write("/run/systemd/seats/seat0", "");
  const open = await readOpenSessions(tree.root);
  expect(open?.bootId).toBe(BOOT);
  expect(open?.sessions.map(({ id }) => id)).toEqual(["c1"]);
});

test("nothing is where the boot is not known", async () => {
  using tree = new TempTree({ ...SESSION, "/run/systemd/seats/seat0": "" });
  expect(await readOpenSessions(tree.root)).toBeUndefined();
  expect(hostFactsOf(tree.root).findSession(BOOT, "c1")).toBeUndefined();
});
