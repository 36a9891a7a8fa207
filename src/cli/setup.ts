import { Collection } from "../collectors/runtime/collection.ts";
import { HostState } from "../collectors/runtime/host_state.ts";
import { COLLECTORS } from "../collectors/registry.ts";
import type { Config } from "../config.ts";
import { type Log, createLog } from "../log.ts";
import { Root } from "../sources/root.ts";
import { BUILD } from "./version.ts";

/** What commands are made of; each takes what it needs. */
export interface Setup {
  log: Log;
  host: HostState;
  collection: Collection;
}

export function setUp(config: Config): Setup {
  const log = createLog(config.settings.logLevel, config.logFormat);
  const root = new Root(config.rootfs, config.procfs);
  const host = new HostState({ ...config, root, log });
  const collectors = COLLECTORS.filter(({ name }) => config.collectors.has(name));
  return { log, host, collection: new Collection(host, collectors, BUILD) };
}
