/** Basic authentication (RFC 7617) against bcrypt hashes. */
import { keyedHash } from "../sources/keyed_hash.ts";

export type Verdict = "right" | "wrong" | "busy";

/** Checks one password; at cost 10 it takes about 100 ms in another thread. */
export type Verify = (password: Uint8Array, hash: string) => Promise<boolean>;

/** The hash checked for an unknown user name; no password matches it. */
const DUMMY_HASH = "$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi";

/** bcrypt uses only these bytes; Bun's would first hash a longer password, which other programs don't. */
const BCRYPT_BYTES = 72;

const MAX_REMEMBERED = 100;

/** Most waiting checks, of one address and of all. */
const MAX_WAITING_OF_ONE = 8;
const MAX_WAITING = 256;

interface Waiting {
  from: string;
  run: () => Promise<void>;
}

/**
 * Checks passwords. Results are cached, so that a scraper waits for bcrypt only once. One bcrypt runs at a time, and
 * addresses take turns: a flood of guesses from one address delays another by one check.
 */
export class Passwords {
  private readonly right = new Remembered();
  private readonly wrong = new Remembered();
  private readonly running = new Map<string, Promise<Verdict>>();
  private readonly waiting: Waiting[] = [];
  private isBusy = false;
  private lastFrom = "";
  private readonly secret = crypto.getRandomValues(new Uint8Array(32));

  constructor(private readonly verify: Verify = bcrypt) {}

  /**
   * @param users bcrypt hashes by user
   * @param authorization the Authorization header
   * @param from the client's address
   * @returns the verdict; `busy` when too many wait to be checked
   */
  async check(
    users: ReadonlyMap<string, string>,
    authorization: string | null,
    from: string,
  ): Promise<Verdict> {
    const given = parseBasic(authorization);
    if (!given) return "wrong";
    const hash = users.get(given.user);
    const toCheck = hash ?? this.hashForStranger(given.user, users);
    // A digest as the key, so that no password is kept in memory.
    const key = this.digest(given.user, toCheck, given.password);
    if (this.right.has(key)) return "right";
    if (this.wrong.has(key)) return "wrong";
    let result = this.running.get(key);
    if (!result) {
      result = this.inTurn(from, async () => {
        const fits = await this.verify(given.bytes.subarray(0, BCRYPT_BYTES), toCheck);
        const isRight = fits && hash !== undefined;
        (isRight ? this.right : this.wrong).add(key);
        return isRight ? "right" : "wrong";
      }).finally(() => this.running.delete(key));
      this.running.set(key, result);
    }
    return result;
  }

  /**
   * The hash to check for an unknown user name. Hashes may have different costs, so each unknown name always gets the
   * cost of the same user: otherwise the time would reveal which names exist.
   */
  private hashForStranger(user: string, users: ReadonlyMap<string, string>): string {
    const hashes = [...users.values()];
    const index = Number.parseInt(this.digest(user).slice(0, 8), 16) % hashes.length;
    const cost = hashes[index]?.slice(4, 6) ?? "10";
    return `$2y$${cost}${DUMMY_HASH.slice(6)}`;
  }

  private digest(...words: string[]): string {
    return keyedHash(this.secret, ...words.map((word) => `${word.length}:${word}`));
  }

  private inTurn(from: string, check: () => Promise<Verdict>): Promise<Verdict> {
    const ofOne = this.waiting.filter((other) => other.from === from).length;
    if (ofOne >= MAX_WAITING_OF_ONE || this.waiting.length >= MAX_WAITING) {
      return Promise.resolve("busy");
    }
    const { promise, resolve, reject } = Promise.withResolvers<Verdict>();
    this.waiting.push({ from, run: () => check().then(resolve, reject) });
    if (!this.isBusy) void this.work();
    return promise;
  }

  private async work(): Promise<void> {
    this.isBusy = true;
    for (let next = this.next(); next; next = this.next()) {
      this.lastFrom = next.from;
      await next.run();
    }
    this.isBusy = false;
  }

  /** The check that waits longest, if possible of another address than the last one. */
  private next(): Waiting | undefined {
    const other = this.waiting.findIndex(({ from }) => from !== this.lastFrom);
    return this.waiting.splice(Math.max(0, other), 1)[0];
  }
}

/** A set that forgets the least recently used values. */
class Remembered {
  private readonly keys = new Set<string>();

  has(key: string): boolean {
    if (!this.keys.delete(key)) return false;
    this.keys.add(key);
    return true;
  }

  add(key: string): void {
    this.keys.add(key);
    if (this.keys.size <= MAX_REMEMBERED) return;
    for (const oldest of this.keys) {
      this.keys.delete(oldest);
      return;
    }
  }
}

/** The name and the password of a header `Basic …`; undefined for anything else. */
export function parseBasic(
  authorization: string | null,
): { user: string; password: string; bytes: Uint8Array } | undefined {
  const base64 = /^basic ([A-Za-z0-9+/]+={0,2})$/i.exec(authorization ?? "")?.[1];
  if (base64 === undefined) return undefined;
  const decoded = Buffer.from(base64, "base64");
  const colon = decoded.indexOf(":");
  if (colon < 0) return undefined;
  const bytes = decoded.subarray(colon + 1);
  const user = decoded.toString("utf8", 0, colon);
  return { user, password: bytes.toString("latin1"), bytes };
}

function bcrypt(password: Uint8Array, hash: string): Promise<boolean> {
  return Bun.password.verify(password, hash, "bcrypt");
}
