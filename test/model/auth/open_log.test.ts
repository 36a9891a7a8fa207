/** A log goes on where it was left, unless that place is in a log of another kind. */
import { expect, test } from "bun:test";
import { openLog } from "../../../src/model/auth/open_log.ts";
import { TempTree } from "../../helpers/temp_tree.ts";

const LOG = "/var/log/auth.log";
const line = (second: number) => `2026-11-25T10:00:0${second}+00:00 host sshd[7]: line ${second}\n`;

function open(tree: TempTree, position?: Parameters<typeof openLog>[1]["position"]) {
  const options = {
    root: tree.root,
    now: () => Date.UTC(2026, 10, 25, 10, 1),
    warn: () => {},
    stateFile: undefined,
  };
  return openLog(LOG, { position, sinceMs: Date.UTC(2026, 10, 25, 10, 0, 2) }, 0, options);
}

function messages(reader: ReturnType<typeof open>): string[] {
  const said: string[] = [];
  reader.poll(({ message }) => said.push(message));
  return said;
}

test("without a position it begins at the time, with one it goes on there", () => {
  using tree = new TempTree({ [LOG]: line(1) + line(2) });
  const first = open(tree);
  expect(messages(first)).toEqual(["line 2"]);
  const position = first.position();
  first.close();
  tree.write(LOG, line(1) + line(2) + line(3));
  expect(messages(open(tree, position))).toEqual(["line 3"]);
});

test("a position in the journal is none in a text log", () => {
  using tree = new TempTree({ [LOG]: line(1) + line(2) });
  expect(messages(open(tree, { kind: "journal", files: {} }))).toEqual(["line 2"]);
});
