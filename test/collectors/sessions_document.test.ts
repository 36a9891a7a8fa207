import { expect, test } from "bun:test";
import { Snapshot } from "../../src/collectors/runtime/snapshot.ts";
import { sessionsDocument } from "../../src/collectors/sessions_document.ts";
import { processFiles } from "../helpers/proc_files.ts";
import { SmallHost } from "../helpers/small_host.ts";

test("one entry for each session, with what runs in the terminal's foreground", async () => {
  using tree = new SmallHost();
  const onTty = { uid: 1000, parentPid: 1000, ttyNumber: 136 << 8 };
  const files = processFiles({ ...onTty, pid: 1002, comm: "vim) R 1" });
  for (const [path, content] of Object.entries(files)) tree.write(path, content);
  // alice's shell says that process group 1002 has her terminal.
  const shell = Object.entries(processFiles({ ...onTty, pid: 1000, parentPid: 1 }));
  for (const [path, content] of shell) tree.write(path, content.replace(" -1 ", " 1002 "));
  const document = await sessionsDocument(new Snapshot(tree.host()));
  expect(document).toEqual([
    {
      username: "alice",
      session_type: "terminal",
      tty: "pts/0",
      from_ip: "",
      start_timestamp_seconds: 1_700_000_500,
      last_input_timestamp_seconds: expect.any(Number),
      foreground_process: "vim) R 1",
    },
    expect.objectContaining({ username: "bob", tty: "pts/1", foreground_process: "sh" }),
  ]);
});
