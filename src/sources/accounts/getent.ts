/**
 * getent(1): the accounts of a directory service (LDAP, SSSD, systemd-homed), available only through the C library's
 * name service switch. It is the only child process that the exporter may start.
 */
import { isShortage } from "../errors.ts";
import { GetentTimeoutError, runGetent } from "./getent_child.ts";
import { parseGroupLine } from "./group.ts";
import { parsePasswdLine } from "./passwd.ts";

/** How long an answer stays valid; "no such account" for a shorter time, since servers come back. */
const FOUND_MS = 60 * 60 * 1000;
const MISSING_MS = 5 * 60 * 1000;
/** How long to wait before asking again a server that timed out; its last answer stays valid meanwhile. */
const TIMEOUT_HOLDS_MS = 30 * 1000;

/** Most answers kept, and most questions waiting. */
const MAX_ANSWERS = 10_000;
const MAX_WAITING = 1000;

/** Pause between two questions: any user can run processes as tens of thousands of uids without a name. */
const PAUSE_MS = 20;

export type GetentDatabase = "passwd" | "group";

/** Runs one query as `runGetent` does. A test replaces it, and the pause. */
export type GetentQuery = (database: GetentDatabase, key: string) => Promise<string | undefined>;

interface Answer {
  line: string | undefined;
  untilMs: number;
}

/**
 * Answers from a cache and asks in the background: `lookup` never waits. It asks one question at a time, so a slow
 * server keeps one child busy.
 */
export class Getent {
  private readonly answers = new Map<string, Answer>();
  private readonly waiting = new Map<string, [GetentDatabase, string]>();
  private working = false;

  constructor(
    private readonly now: () => number,
    private readonly query: GetentQuery = runGetent,
    private readonly pause = pauseUnheld,
  ) {}

  /** The cached line of an entry; undefined when unknown. Asks in the background when it is missing or stale. */
  lookup(database: GetentDatabase, key: string): string | undefined {
    const id = `${database} ${key}`;
    const answer = this.answers.get(id);
    if ((!answer || answer.untilMs < this.now()) && this.waiting.size < MAX_WAITING) {
      this.waiting.set(id, [database, key]);
      if (!this.working) void this.work();
    }
    return answer?.line;
  }

  private async work(): Promise<void> {
    this.working = true;
    for (const [id, [database, key]] of this.waiting) {
      try {
        const found = await this.query(database, key);
        this.keep(id, found !== undefined && isAnswerTo(database, key, found) ? found : undefined);
      } catch (error) {
        if (error instanceof GetentTimeoutError) {
          this.keep(id, this.answers.get(id)?.line, TIMEOUT_HOLDS_MS);
        }
        // Without a free descriptor getent was not started, so the next lookup tries again.
        else if (!isShortage(error)) this.keep(id, undefined);
      }
      this.waiting.delete(id);
      await this.pause();
    }
    this.working = false;
  }

  private keep(id: string, line: string | undefined, forMs = line ? FOUND_MS : MISSING_MS): void {
    this.answers.delete(id);
    if (this.answers.size >= MAX_ANSWERS) this.forgetOne();
    this.answers.set(id, { line, untilMs: this.now() + forMs });
  }

  /** Drops the oldest answer "no such entry", or else the oldest answer. */
  private forgetOne(): void {
    let [oldest] = this.answers.keys();
    for (const [id, { line }] of this.answers) {
      if (line !== undefined) continue;
      oldest = id;
      break;
    }
    this.answers.delete(oldest!);
  }
}

/**
 * Whether an entry matches the key: a number its id, a name its name. A directory may ignore case (Active Directory),
 * and answer a short name with the full one.
 */
export function isAnswerTo(database: GetentDatabase, key: string, line: string): boolean {
  if (database === "group") return parseGroupLine(line)?.gid === Number(key);
  const account = parsePasswdLine(line);
  if (!account) return false;
  return /^\d+$/.test(key) ? account.uid === Number(key) : isSameName(key, account.name);
}

function isSameName(asked: string, given: string): boolean {
  const [a, b] = [splitDomain(asked.toLowerCase()), splitDomain(given.toLowerCase())];
  return a.name === b.name && (a.domain === b.domain || a.domain === "" || b.domain === "");
}

/** `EXAMPLE\alice` of winbind, `alice@example.com` of SSSD. */
function splitDomain(name: string): { name: string; domain: string } {
  const backslash = name.indexOf("\\");
  if (backslash > 0) return { name: name.slice(backslash + 1), domain: name.slice(0, backslash) };
  const at = name.lastIndexOf("@");
  return at > 0 ? { name: name.slice(0, at), domain: name.slice(at + 1) } : { name, domain: "" };
}

/** A pause that does not keep the program alive. */
function pauseUnheld(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE_MS).unref());
}
