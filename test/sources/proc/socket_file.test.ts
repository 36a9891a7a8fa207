import { expect, test } from "bun:test";
import { chmodSync, mkdirSync, symlinkSync } from "node:fs";
import { socketOwner } from "../../../src/sources/proc/socket_file.ts";
import { TempTree } from "../../helpers/temp_tree.ts";

test("a socket's file has an owner; what is no socket is as none", () => {
  using tree = new TempTree({ "/run/file": "" });
  const path = `${tree.folder}/run/socket`;
  using _ = Bun.listen({ unix: path, socket: { data() {} } });
  expect(socketOwner(path)).toBe(process.getuid!());
  symlinkSync(path, `${tree.folder}/run/link`);
  for (const name of ["none", "file", "link"]) {
    expect(socketOwner(`${tree.folder}/run/${name}`)).toBe("missing");
  }
});

test("what can't be looked into tells nothing", () => {
  using tree = new TempTree({ "/run/file": "" });
  expect(socketOwner(`${tree.folder}/none/socket`)).toBe("unknown");
  expect(socketOwner(`${tree.folder}/run/file/socket`)).toBe("unknown");
  if (process.getuid!() === 0) return;
  mkdirSync(`${tree.folder}/closed`);
  chmodSync(`${tree.folder}/closed`, 0);
  expect(socketOwner(`${tree.folder}/closed/socket`)).toBe("unknown");
  chmodSync(`${tree.folder}/closed`, 0o700);
});
