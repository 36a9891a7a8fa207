import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { PROCESS_COUNT } from "../../../src/collectors/processes.ts";
import { UsersFile } from "../../../src/collectors/runtime/users_file.ts";
import { rankOf } from "../../../src/collectors/user_ranks.ts";
import { byLabel } from "../../../src/metrics/metric.ts";
import { TempTree } from "../../helpers/temp_tree.ts";

const processesOf = (...users: string[]) => [
  [
    byLabel(
      PROCESS_COUNT,
      users.map((user) => [user, 1] as const),
    ),
  ],
];
const rules = (max: number) => ({ shows: () => true, max });

test("is written once there were more users than the limit, every few seconds, and taken over", () => {
  using tree = new TempTree({});
  let nowMs = 0;
  const file = new UsersFile(
    tree.folder,
    () => {},
    () => nowMs,
  );
  const written = () => readFileSync(`${tree.folder}/users.json`, "utf8");
  const folding = file.load();
  folding.fold(processesOf("a", "b"), rules(2), rankOf, true);
  file.save(folding, "now");
  expect(existsSync(`${tree.folder}/users.json`)).toBe(false);
  folding.fold(processesOf("c", "a", "b"), rules(2), rankOf, true);
  file.save(folding, "if due");
  expect(written()).toContain('"kept":["a","b"]');
  folding.fold(processesOf("c", "b"), rules(2), rankOf, true);
  file.save(folding, "if due");
  expect(written()).toContain('"kept":["a","b"]');
  nowMs += 5000;
  file.save(folding, "if due");
  expect(written()).toContain('"kept":["b","c"]');
  expect(new UsersFile(tree.folder, () => {}).load().toJSON()).toEqual(JSON.parse(written()));
});

test.each([
  ["damaged", '{"kept":5}'],
  ["newer", '{"version":2,"kept":[],"in_other":[],"counters":[]}'],
])("a file that is %s is set aside and told", (why, text) => {
  using tree = new TempTree({ "/users.json": text });
  const told: string[] = [];
  expect(new UsersFile(tree.folder, (message) => told.push(message)).load().hasLimited).toBe(false);
  expect(told).toHaveLength(1);
  expect(existsSync(`${tree.folder}/users.json.${why}`)).toBe(true);
});

test("without a state directory nothing is kept", () => {
  const file = new UsersFile(undefined, () => {});
  const folding = file.load();
  folding.fold(processesOf("a", "b"), rules(1), rankOf, true);
  file.save(folding, "now");
  expect(folding.hasLimited).toBe(true);
});
