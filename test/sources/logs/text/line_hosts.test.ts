import { describe, expect, test } from "bun:test";
import { LineHosts } from "../../../../src/sources/logs/text/line_hosts.ts";

/** Which of a log's lines, by host, are the host's own; the lines still to come are those behind. */
function own(names: string[], hosts: string[]): string[] {
  const lines = new LineHosts(names);
  return hosts.filter((host, i) =>
    lines.isOwn(host, (see) => hosts.slice(i).forEach((each) => see(each))),
  );
}

describe("lines of", () => {
  test.each<[names: string[], hosts: string[], own: string[]]>([
    [["web1"], ["web1", "web2", "web1"], ["web1", "web1"]],
    [["web1"], ["web2", "web1"], ["web1"]],
    [["web1"], ["web1.example.com", "web2"], ["web1.example.com"]],
    [["web1.example.com"], ["web1", "web10"], ["web1"]],
    [["web1.a.example"], ["web1.a.example", "web1.b.example"], ["web1.a.example"]],
    [["Web1"], ["WEB1", "x"], ["WEB1"]],
    [
      ["new", "old"],
      ["old", "new", "other"],
      ["old", "new"],
    ],
    // No host, or a name that every host has.
    [["web1"], ["", "-", "localhost", "web2", "web1"], ["", "-", "localhost", "web1"]],
    // A name nobody knows.
    [[], ["a", "b"], ["a", "b"]],
    // A daemon that was started before the host was renamed.
    [["web1"], ["debian", "localhost", "debian"], ["debian", "localhost", "debian"]],
    // A log server that does not log itself.
    [["web1"], ["a", "b", "a"], []],
  ])("a host called %j, in %j: %j", (names, hosts, expected) => {
    expect(own(names, hosts)).toEqual(expected);
  });
});

test("once the names are told apart nothing is looked up any more", () => {
  const lines = new LineHosts(["web1"]);
  let calls = 0;
  const lookAhead = () => void calls++;
  lines.isOwn("web1", lookAhead);
  for (let i = 0; i < 100; i++) lines.isOwn(`other${i}`, lookAhead);
  expect(calls).toBe(0);
});
