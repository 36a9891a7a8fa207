/** A journald of our own, for tests that need to stop it between any two steps. */
import { renameSync } from "node:fs";
import { join } from "node:path";
import type { JournalPosition } from "../../../../src/sources/logs/journal/position.ts";
import { pollAll, type Host } from "./fixtures.ts";
import { JournalWriter, type Counter, type WriterOptions } from "./writer.ts";

export const START_US = 1_700_000_000_000_000;

/** An entry that sshd wrote, with its number as its message. */
export function sshd(message: number | string, pid = 1): string[] {
  const texts = ["SYSLOG_IDENTIFIER=sshd", "_COMM=sshd", "_UID=0", `_PID=${pid}`];
  return [...texts, `MESSAGE=${message}`, "_TRANSPORT=syslog", "_HOSTNAME=host"];
}

export function other(message: number | string): string[] {
  return ["SYSLOG_IDENTIFIER=cron", "_COMM=cron", "_UID=0", "_PID=2", `MESSAGE=${message}`];
}

export const messagesOf = async (reader: ReturnType<Host["reader"]>) =>
  (await pollAll(reader)).map(({ message }) => message);

export const saved = (position: JournalPosition) =>
  JSON.parse(JSON.stringify(position)) as JournalPosition;

let fileNumber = 0;

/** A file_id that no other file has. */
export function newFileId(): string {
  return String(++fileNumber).padStart(32, "0");
}

/** A journald that writes one record a second. */
export class Journald {
  readonly counter: Counter = { seqnum: 0 };
  timeUs = START_US;
  writer: JournalWriter;

  constructor(
    readonly host: Host,
    readonly name = "system",
    readonly options: Partial<WriterOptions> = {},
    readonly base?: string,
  ) {
    this.writer = this.open();
  }

  get path(): string {
    return join(this.host.folder(this.base), `${this.name}.journal`);
  }

  log(fields: string[], beforeStep?: () => void): void {
    this.writer.append(fields, (this.timeUs += 1_000_000), beforeStep);
  }

  rotate(archive = `${this.name}@${newFileId()}.journal`): string {
    const path = join(this.host.folder(this.base), archive);
    renameSync(this.path, path);
    this.writer.setState(2);
    this.writer.close();
    this.writer = this.open();
    return path;
  }

  private open(): JournalWriter {
    return new JournalWriter(this.path, { fileId: newFileId(), ...this.options }, this.counter);
  }
}
