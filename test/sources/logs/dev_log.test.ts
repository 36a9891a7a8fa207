import { expect, test } from "bun:test";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readDevLogOwner } from "../../../src/sources/logs/dev_log.ts";
import { TempTree } from "../../helpers/temp_tree.ts";

test("who gets what is sent to /dev/log", () => {
  using tree = new TempTree({ "/dev/.keep": "" });
  const path = join(tree.folder, "dev/log");
  const owner = () => readDevLogOwner(tree.root);
  expect(owner()).toBe("unknown");
  // A syslog daemon listens there itself: inetutils-syslogd, BusyBox, rsyslogd without systemd.
  const server = Bun.listen({ unix: path, socket: { data: () => {} } });
  expect(owner()).toBe("other");
  server.stop(true);
  rmSync(path, { force: true });
  symlinkSync("/run/systemd/journal/dev-log", path);
  expect(owner()).toBe("journald");
  rmSync(path);
  symlinkSync("/run/syslog-ng.sock", path);
  expect(owner()).toBe("other");
  rmSync(path);
  writeFileSync(path, "");
  expect(owner()).toBe("other");
  rmSync(path);
  mkdirSync(path);
  expect(owner()).toBe("other");
});
