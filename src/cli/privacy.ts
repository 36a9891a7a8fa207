import { type Config, ConfigError } from "../config.ts";
import type { Log } from "../log.ts";
import { AddressPrivacy } from "../model/address_privacy.ts";
import { explain } from "../sources/errors.ts";
import { readOrMakePrivacyKey, readPrivacyKey } from "../sources/privacy_key.ts";

/** The key's file in the state directory, when no key file is given. */
const KEY_NAME = "privacy.key";

/**
 * How the server shows addresses. Creates the key when there is none.
 *
 * @throws ConfigError when the key can't be read or created
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
 * How a command run by hand shows addresses: as the server does. Without the server's key it shows none, since its
 * hashes would differ.
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
