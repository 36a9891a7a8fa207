import { expect, test } from "bun:test";
import { FLAGS } from "../../src/cli/flags.ts";
import { invoke } from "../../src/cli/invocation.ts";
import { setUp } from "../../src/cli/setup.ts";
import { ConfigError } from "../../src/config.ts";
import { AddressPrivacy } from "../../src/model/address_privacy.ts";
import { SmallHost } from "../helpers/small_host.ts";

const config = (host: SmallHost, ...words: string[]) =>
  invoke([`--path.rootfs=${host.folder}`, "--accounts.getent=false", ...words], FLAGS, {}).config;

test("the collection reads below the rootfs, with the collectors that were asked for", async () => {
  using host = new SmallHost();
  const words = ["--collector.disable-defaults=true", "--collector.sessions=true"];
  const { collection, host: state } = setUp(config(host, ...words));
  expect(state.root.path("/etc/passwd")).toBe(`${host.folder}/etc/passwd`);
  const families = await collection.collect();
  const collectors = families
    .find(({ definition }) => definition.name.endsWith("collector_success"))!
    .samples.map(({ labels }) => (labels as Record<string, string>)["collector"]);
  expect(collectors).toEqual(["sessions"]);
  const users = families.find(({ definition }) => definition.name.endsWith("logged_in_users"))!;
  expect(users.samples[0]!.value).toBe(2);
});

test("addresses and names are shown as they were asked for", () => {
  using host = new SmallHost();
  const { host: state } = setUp(config(host, "--privacy.from-ip=none", "--users.real-name=false"));
  expect(state.addresses.show("192.0.2.1")).toBe("");
  expect(state.realNames).toBe(false);
});

test("how addresses are shown is the caller's to choose, and to refuse", () => {
  using host = new SmallHost();
  const addresses = new AddressPrivacy("prefix");
  expect(setUp(config(host), () => addresses).host.addresses).toBe(addresses);
  const refuse = () => {
    throw new ConfigError("--privacy.from-ip: no key");
  };
  expect(() => setUp(config(host), refuse)).toThrow("no key");
});
