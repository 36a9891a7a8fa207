/**
 * `/var/log/lastlog`: the last login of each uid, on x86-64 a 292-byte record at offset uid × 292, on arm64 one of 296
 * bytes (man 5 lastlog; glibc's bits/utmp.h). The file is sparse: with a uid of two billion its size is 580 GB, so only
 * the records of known uids are read.
 */
import { readSync } from "node:fs";
import { versionOf } from "../cached_file.ts";
import { withRegular } from "../regular_file.ts";
import type { Root } from "../root.ts";
import { READABLE_BY_ALL, type SourceInfo } from "../source.ts";
import { FUTURE_SLACK_SECONDS } from "./login_table.ts";
import { lastlogLayoutOf } from "./utmp_layout.ts";

export const LASTLOG = {
  name: "lastlog",
  paths: ["/var/log/lastlog"],
  lost: "last logins from before the exporter was started",
  whenMissing: "normal where lastlog2 or wtmpdb has taken its place",
  whenForbidden: READABLE_BY_ALL,
  replacedBy: ["lastlog2", "wtmp", "wtmpdb"],
} as const satisfies SourceInfo;

/** One read covers some 220 neighbouring uids. */
const BLOCK_BYTES = 65_536;

/** Records read before yielding: some 10 ms without the JIT. */
export const UIDS_A_TURN = 2048;

/** One buffer, reused for all reads. */
const block = Buffer.alloc(BLOCK_BYTES);

export class LastlogReader {
  private version = "";
  private seconds = new Map<number, number>();

  /** @param nowSeconds the clock; a login in the future is ignored */
  constructor(
    private readonly root: Root,
    private readonly nowSeconds: () => number,
  ) {}

  /**
   * The last logins in seconds since the epoch, for those of the uids that have one. Each record is read once while the
   * file does not change.
   *
   * @param uids may have duplicates
   * @param yieldTurn yields to other work
   * @throws the system's error when the file can't be opened, BrokenSourceError when it is no regular file
   */
  async read(
    uids: Iterable<number>,
    yieldTurn: () => Promise<void> = () => Bun.sleep(0),
  ): Promise<Map<number, number>> {
    const path = this.root.path(LASTLOG.paths[0]);
    const version = versionOf(path);
    if (version !== this.version) this.seconds = new Map();
    this.version = version;
    const latest = this.nowSeconds() + FUTURE_SLACK_SECONDS;
    const logins = new Map<number, number>();
    let piece: number[] = [];
    const readPiece = () => {
      this.readUnread(path, piece);
      for (const uid of piece) {
        const seconds = this.seconds.get(uid)!;
        if (seconds > 0 && seconds <= latest) logins.set(uid, seconds);
      }
      piece = [];
    };
    for (const uid of uids) {
      if (piece.push(uid) < UIDS_A_TURN) continue;
      readPiece();
      await yieldTurn();
    }
    readPiece();
    return logins;
  }

  private readUnread(path: string, uids: readonly number[]): void {
    const unread = Uint32Array.from(uids.filter((uid) => !this.seconds.has(uid))).sort();
    if (unread.length === 0) return;
    withRegular(path, Infinity, (fd, { size }) => {
      for (const [uid, seconds] of readRecords(fd, size, unread)) this.seconds.set(uid, seconds);
    });
  }
}

/** @param uids in ascending order @returns for each the time in its record; 0 for none */
function* readRecords(
  fd: number,
  size: number,
  uids: Uint32Array,
): Generator<[uid: number, seconds: number]> {
  const { lastlogBytes } = lastlogLayoutOf(size);
  let from = 0;
  let end = 0;
  for (const uid of uids) {
    const at = uid * lastlogBytes;
    if (at + 4 > size) {
      yield [uid, 0];
      continue;
    }
    if (at + 4 > end) {
      from = at;
      end = at + readSync(fd, block, 0, BLOCK_BYTES, at);
    }
    yield [uid, at + 4 <= end ? block.readUInt32LE(at - from) : 0];
  }
}
