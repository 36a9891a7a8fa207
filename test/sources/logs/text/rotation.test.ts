import { expect, test } from "bun:test";
import { renameSync, writeFileSync } from "node:fs";
import { closeAll, openLogFiles } from "../../../../src/sources/logs/text/rotation.ts";
import { openFilesIn } from "../../../helpers/descriptors.ts";
import { isLinux } from "../../../helpers/system.ts";
import { log, useFollowedLog } from "./followed_log.ts";

useFollowedLog();

const openNames = () => openFilesIn(log.folder).map((path) => path.slice(log.folder.length + 1));

test.skipIf(!isLinux)(
  "a log that is rotated while its files are opened is looked at anew, and nothing left open",
  () => {
    writeFileSync(log.path, "1 a\n");
    let judged = 0;
    const { rotated, current } = openLogFiles(log.path, () => {
      if (++judged > 3) return;
      for (let i = judged; i > 1; i--) renameSync(`${log.path}.${i - 1}`, `${log.path}.${i}`);
      renameSync(log.path, `${log.path}.1`);
      writeFileSync(log.path, `${judged + 1} a\n`);
    });
    expect(judged).toBe(4);
    expect(rotated).toHaveLength(3);
    expect(openNames()).toHaveLength(4);
    closeAll([...rotated, current!]);
    expect(openNames()).toEqual([]);
  },
);

test.skipIf(!isLinux)(
  "a log that is rotated without end is taken as it stood at the tenth look",
  () => {
    writeFileSync(log.path, "0 a\n");
    let judged = 0;
    const { rotated, current } = openLogFiles(log.path, () => {
      renameSync(log.path, `${log.path}.1`);
      writeFileSync(log.path, `${++judged} a\n`);
    });
    expect(judged).toBe(10);
    expect(openNames()).toHaveLength(2);
    closeAll([...rotated, current!]);
  },
);

test.skipIf(!isLinux)("what was opened is closed when the judge throws", () => {
  writeFileSync(log.path, "1 a\n");
  writeFileSync(`${log.path}.1`, "0 a\n");
  const judge = () => {
    throw new Error("no");
  };
  expect(() => openLogFiles(log.path, judge)).toThrow("no");
  expect(openNames()).toEqual([]);
});
