import { type Config, ConfigError } from "../config.ts";
import type { Log } from "../log.ts";
import { AddressPrivacy } from "../model/address_privacy.ts";
import { explain } from "../sources/errors.ts";
import { readOrMakePrivacyKey, readPrivacyKey } from "../sources/privacy_key.ts";

/** In the state directory, where no key file is given. */
const KEY_NAME = "privacy.key";

/**
 * How the server shows addresses; it makes the key when there is none.
 *
 * @throws ConfigError when there can be no key
 */
export function servedAddresses({ privacy, stateDirectory }: Config): AddressPrivacy {
  if (privacy.fromIp !== "hash") return new AddressPrivacy(privacy.fromIp);
  const path = keyPath({ privacy, stateDirectory });
  try {
    const key = privacy.keyFile === undefined ? readOrMakePrivacyKey(path) : readPrivacyKey(path);
    return new AddressPrivacy("hash", key);
  } catch (error) {
    throw new ConfigError(`--privacy.from-ip: can't use the key ${path}: ${explain(error)}`);
  }
}

/**
 * How a command that is run by hand shows addresses: as the server does. Without its key it shows none,
 * for another hash would be a lie.
 */
export function printedAddresses(config: Config, log: Log): AddressPrivacy {
  const { privacy } = config;
  if (privacy.fromIp !== "hash") return new AddressPrivacy(privacy.fromIp);
  try {
    return new AddressPrivacy("hash", readPrivacyKey(keyPath(config)));
  } catch (error) {
    log.warn("addresses are not shown, their key can't be read", { err: explain(error) });
    return new AddressPrivacy("none");
  }
}

function keyPath({ privacy, stateDirectory }: Pick<Config, "privacy" | "stateDirectory">): string {
  if (privacy.keyFile !== undefined) return privacy.keyFile;
  if (stateDirectory !== undefined) return `${stateDirectory}/${KEY_NAME}`;
  throw new ConfigError(
    "--privacy.from-ip: hash needs a key: want --privacy.key-file or --state.directory",
  );
}
