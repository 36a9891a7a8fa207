import { readWebConfig } from "./config/web_config.ts";
import { checkTls } from "./node/certificates.ts";
import { loadModules } from "./node/modules.ts";

/**
 * Reads a web config file as the server would.
 *
 * @throws ConfigError when it is invalid
 */
export async function checkWebConfig(path: string): Promise<void> {
  const { createSecureContext } = await loadModules();
  readWebConfig(
    path,
    () => {},
    (tls) => checkTls(tls, createSecureContext),
  );
}
