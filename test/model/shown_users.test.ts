import { expect, test } from "bun:test";
import { ShownUsers } from "../../src/model/shown_users.ts";

test("without rules everybody is shown", () => {
  expect(new ShownUsers().shows("anybody")).toBe(true);
});

test("excluded wins over included", () => {
  const users = new ShownUsers({
    include: /^(?:a.*)$/v,
    exclude: /^(?:.*x)$/v,
    excludedNames: new Set(["abc"]),
  });
  const shown = ["a", "ab", "abc", "ax", "b", "x"].filter((name) => users.shows(name));
  expect(shown).toEqual(["a", "ab"]);
});

test("an expression is run once for each name, over the first 256 characters", () => {
  const asked: string[] = [];
  const include = /x/v;
  include.test = (name) => asked.push(name) > 0;
  const users = new ShownUsers({ include });
  for (let i = 0; i < 5; i++) for (const name of ["a", "b", "z".repeat(300)]) users.shows(name);
  expect(asked).toEqual(["a", "b", "z".repeat(256)]);
});

test("names without end do not fill the memory", () => {
  const users = new ShownUsers({ exclude: /^(?:u1)$/v });
  for (let i = 0; i < 200_000; i++) users.shows(`u${i}`);
  const { size } = (users as unknown as { remembered: Map<string, boolean> }).remembered;
  expect(size).toBeLessThanOrEqual(65_536);
  expect(users.shows("u1")).toBe(false);
});
