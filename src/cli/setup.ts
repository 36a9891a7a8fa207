import { Collection } from "../collectors/runtime/collection.ts";
import { HostState } from "../collectors/runtime/host_state.ts";
import { COLLECTORS } from "../collectors/registry.ts";
import type { Config } from "../config.ts";
import { type Log, createLog } from "../log.ts";
import type { AddressPrivacy } from "../model/address_privacy.ts";
import { printedAddresses } from "./privacy.ts";
import { isJournalStream } from "../sources/journal_stream.ts";
import { Root } from "../sources/root.ts";
import { BUILD } from "./version.ts";

/** The parts that commands need; each uses some of them. */
export interface Setup {
  log: Log;
  host: HostState;
  collection: Collection;
}

/** @param addressesOf returns how addresses are shown with a config */
export function setUp(
  config: Config,
  addressesOf: (config: Config, log: Log) => AddressPrivacy = printedAddresses,
): Setup {
  const log = createLog(
    config.settings.logLevel,
    config.logFormat,
    isJournalStream(process.env["JOURNAL_STREAM"], 2),
  );
  const root = new Root(config.rootfs, config.procfs);
  const host = new HostState({
    ...config,
    root,
    log,
    addresses: addressesOf(config, log),
    realNames: config.privacy.realNames,
  });
  const collectors = COLLECTORS.filter(({ name }) => config.collectors.has(name));
  return { log, host, collection: new Collection(host, collectors, BUILD) };
}
