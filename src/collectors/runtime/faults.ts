import type { Log } from "../../log.ts";

/** Faults that last: each is logged when it begins, when it changes, and when it ends. */
export class Faults {
  private readonly lasting = new Map<string, string>();

  constructor(private readonly log: Log) {}

  begin(what: string, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    if (this.lasting.get(what) === message) return;
    this.lasting.set(what, message);
    this.log.error(`${what} failed`, { err: message });
  }

  end(what: string): void {
    if (this.lasting.delete(what)) this.log.info(`${what} works again`);
  }
}
