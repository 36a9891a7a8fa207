import type { Log } from "../../log.ts";

/** The kinds of things that can fail for a while: the first word of the message, and the key of the name's field. */
export type FaultKind = "collector" | "source" | "state file";

/** Logs lasting faults: each one when it begins, changes and ends. */
export class Faults {
  private readonly lasting = new Map<string, string>();

  constructor(private readonly log: Log) {}

  begin(kind: FaultKind, name: string, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    const key = `${kind} ${name}`;
    if (this.lasting.get(key) === message) return;
    this.lasting.set(key, message);
    this.log.error(`${kind} failed`, { ...fieldOf(kind, name), err: message });
  }

  end(kind: FaultKind, name: string): void {
    if (!this.lasting.delete(`${kind} ${name}`)) return;
    this.log.info(`${kind} works again`, fieldOf(kind, name));
  }
}

function fieldOf(kind: FaultKind, name: string): Record<string, string> {
  return { [kind.replaceAll(" ", "_")]: name };
}
