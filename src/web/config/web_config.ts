/**
 * The file of `--web.config.file`, in the format of all Prometheus exporters:
 * https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md
 */
import { explain } from "../../sources/errors.ts";
import { dirname, resolve } from "node:path";
import { ConfigError } from "../../config.ts";
import { readRegular } from "../../sources/regular_file.ts";
import { type HttpSettings, type RateLimit, readHttp, readRateLimit, readUsers } from "./http.ts";
import { Section } from "./section.ts";
import { type TlsSettings, readTls } from "./tls.ts";
import { parseYaml } from "./yaml.ts";

/** The settings of the file, with the contents of the files that it names. */
export interface WebConfig {
  /** Undefined serves plain HTTP. */
  tls: TlsSettings | undefined;
  http: HttpSettings;
  rateLimit: RateLimit | undefined;
  users: ReadonlyMap<string, string>;
}

const KEYS = ["tls_server_config", "http_server_config", "basic_auth_users", "rate_limit"] as const;

/** Far more than a long certificate chain. */
const MAX_FILE_BYTES = 1024 * 1024;

/**
 * @param path the file; paths in it are relative to its folder
 * @param opened called with each file before it is read, this one first
 * @param checkTls throws when a certificate, key or CA can't be used
 * @throws ConfigError one line that names the setting
 */
export function readWebConfig(
  path: string,
  opened: (path: string) => void,
  checkTls: (tls: TlsSettings) => void,
): WebConfig {
  const read = (file: string): string => {
    opened(file);
    return readRegular(file, MAX_FILE_BYTES).toString("utf8");
  };
  try {
    const file = new Section("", parseYaml(read(path)), KEYS);
    const http = readHttp(file.raw("http_server_config"));
    const rateLimit = readRateLimit(file.raw("rate_limit"));
    const users = readUsers(file.raw("basic_auth_users"));
    const besides = (name: string) => read(resolve(dirname(path), name));
    const tls = readTls(file.raw("tls_server_config"), besides, http.http2);
    if (tls) checkTls(tls);
    return { tls, http, rateLimit, users };
  } catch (error) {
    const reason = explain(error).replaceAll("\n", " ");
    throw new ConfigError(`--web.config.file: ${path}: ${reason}`);
  }
}
