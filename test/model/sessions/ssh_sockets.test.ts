import { expect, test } from "bun:test";
import { sshSockets } from "../../../src/model/sessions/ssh_sockets.ts";
import { FakeHost } from "./fake_host.ts";

async function count(host: FakeHost, ...ports: number[]): Promise<number> {
  const index = await host.index();
  Object.assign(index.records, { sshPorts: new Set(ports) });
  return sshSockets(index).length;
}

test("connections to all ports of SSH count, whoever has logged in on them", async () => {
  using host = new FakeHost().tcp(22, 0).tcp(22, 0, "192.0.2.1").tcp(443, 0, "192.0.2.1");
  host.tcp(22, 1000, "192.0.2.2").tcp(23, 0, "192.0.2.3");
  expect(await count(host, 22)).toBe(2);
  expect(await count(host, 22, 443)).toBe(3);
  expect(await count(host)).toBe(0);
});

test.each([
  [1023, false, 1],
  [1024, false, 0],
  [1024, true, 1],
])("from port %p, listened on: %p, %p count", async (port, isListening, connections) => {
  using host = new FakeHost().tcp(port, 0, "192.0.2.1");
  if (isListening) host.tcp(port, 0);
  expect(await count(host, port)).toBe(connections);
});
