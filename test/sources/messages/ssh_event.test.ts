import { expect, test } from "bun:test";
import { ended } from "../../../src/sources/messages/ssh_event.ts";

test("of an end only what is told is known", () => {
  expect(ended({})).toEqual({
    kind: "ended",
    verdict: undefined,
    preauth: false,
    unsure: false,
    pid: undefined,
    peer: undefined,
  });
  const peer = { address: "192.0.2.1", port: 1 };
  expect(ended({ preauth: true, peer })).toMatchObject({ preauth: true, unsure: false, peer });
});
