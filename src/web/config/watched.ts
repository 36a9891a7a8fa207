import { statSync } from "node:fs";
import type { Log } from "../../log.ts";
import type { TlsSettings } from "./tls.ts";
import { type WebConfig, readWebConfig } from "./web_config.ts";

/** How long to wait before reading again a file that failed, even if it has not changed. */
const RETRY_MS = 1000;

/** The web config file, read again when it or a file that it names has changed. */
export class WatchedWebConfig {
  /** 1 when the last reload succeeded, 0 while the previous settings stay. */
  reloadSuccess: 0 | 1 = 1;
  private config: WebConfig;
  private readonly stamps = new Map<string, string>();
  private fault = "";
  private triedMs = 0;

  /**
   * @param checkTls throws when a certificate, key or CA can't be used
   * @throws ConfigError when the file is invalid
   */
  constructor(
    private readonly path: string,
    private readonly checkTls: (tls: TlsSettings) => void,
    private readonly log: Log,
  ) {
    this.config = this.read();
  }

  /** The current settings: those of the file, or the last valid ones. */
  current(): WebConfig {
    if (!this.hasChanged()) return this.config;
    this.triedMs = performance.now();
    try {
      this.config = this.read();
      this.log.info("web config reloaded", { file: this.path });
      this.reloadSuccess = 1;
      this.fault = "";
    } catch (error) {
      const { message } = error as Error;
      if (message !== this.fault) {
        const fields = { file: this.path, err: message };
        this.log.error("web config reload failed, keeping the previous settings", fields);
      }
      this.reloadSuccess = 0;
      this.fault = message;
    }
    return this.config;
  }

  private read(): WebConfig {
    this.stamps.clear();
    // Before a file is read, so that a change during the reading is noticed the next time.
    const opened = (path: string) => this.stamps.set(path, stampOf(path));
    return readWebConfig(this.path, opened, this.checkTls);
  }

  private hasChanged(): boolean {
    if (this.fault !== "") return performance.now() - this.triedMs >= RETRY_MS;
    for (const [path, stamp] of this.stamps) if (stampOf(path) !== stamp) return true;
    return false;
  }
}

/** A text that changes when a file is written or replaced. */
function stampOf(path: string): string {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    return `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
  } catch {
    return "";
  }
}
