import { expect, test } from "bun:test";
import { Gate, MAX_HELD_REFUSALS } from "../../src/web/gate.ts";
import { Passwords } from "../../src/web/passwords.ts";

const CONFIG = {
  tls: undefined,
  http: { http2: true, headers: new Map<string, string>() },
  rateLimit: undefined,
  users: new Map([["alice", "$2y$10$aaaa"]]),
};

const flush = () => new Promise((resolve) => setImmediate(resolve));

test("refusals of a flood of guesses wait, so many of them at once; a known password does not", async () => {
  const isKnown = (password: Uint8Array) => Buffer.from(password).toString() === "secret";
  const never = Promise.withResolvers<boolean>().promise;
  const verify = async (password: Uint8Array) => (isKnown(password) ? true : never);
  let slept = 0;
  const gate = new Gate(new Passwords(verify), () => {
    slept++;
    return never.then(() => {});
  });
  const ask = (password: string) => {
    const headers = { authorization: `Basic ${btoa(`alice:${password}`)}` };
    const request = new Request("http://host/metrics", { headers });
    return gate.refusal(CONFIG as never, request, "192.0.2.1");
  };
  expect(await ask("secret")).toBeUndefined();
  const answered: number[] = [];
  for (let i = 0; i < 200; i++) {
    void ask(`guess ${i}`).then((refusal) => answered.push(refusal!.status));
  }
  await flush();
  // One is checked, eight wait for that, and the rest is refused.
  expect(slept).toBe(MAX_HELD_REFUSALS);
  expect(answered).toEqual(Array.from({ length: 200 - 9 - MAX_HELD_REFUSALS }, () => 503));
  expect(await ask("secret")).toBeUndefined();
});
