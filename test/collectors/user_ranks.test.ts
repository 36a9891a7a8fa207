import { expect, test } from "bun:test";
import { COLLECTORS } from "../../src/collectors/registry.ts";
import { rankOf } from "../../src/collectors/user_ranks.ts";
import { SmallHost } from "../helpers/small_host.ts";

test("a session comes before processes, these before counters, and those before last logins", async () => {
  using host = new SmallHost();
  const families = await host.collection(COLLECTORS).collect();
  const rank = (name: string) =>
    rankOf(
      families.find(({ definition }) => definition.name === `user_sessions_${name}`)!.definition,
    );
  expect([rank("session_active"), rank("process_count")]).toEqual([0, 1]);
  expect([rank("cpu_seconds_total"), rank("last_login_timestamp_seconds")]).toEqual([2, 3]);
  // What nobody has without processes does not give a place by itself.
  expect(rank("memory_bytes")).toBe(3);
});
