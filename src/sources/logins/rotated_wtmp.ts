/** Rotated wtmp files, as logrotate names them: wtmp.1, wtmp.2.gz, wtmp-20260101. */
import { readSync } from "node:fs";
import { closeFile, listFolder } from "../descriptors.ts";
import { isShortage } from "../errors.ts";
import { openRegular } from "../regular_file.ts";
import { type UtmpLayout, utmpLayoutOf } from "./utmp_layout.ts";

/** Their names below /var/log. */
const ROTATED = /^wtmp(\.\d{1,3}|-\d{8}(-\d+)?)(\.gz)?$/;

/** A larger file is not read: 175,000 records. */
const LIMIT_BYTES = 64 * 1024 * 1024;
/**
 * Largest compressed file. Logins compress to a tenth, but zeros to a thousandth, so the limit above applies to the
 * unpacked bytes.
 */
const GZIP_LIMIT_BYTES = 8 * 1024 * 1024;

/** Bytes read at once: some 15 ms without the JIT. */
const PIECE_BYTES = 256 * 1024;
/** Compressed bytes read at once: zeros unpack to a thousand times as much. */
const GZIP_PIECE_BYTES = 16 * 1024;

const MAX_FILES = 24;

/** Whole records of one file. */
export interface RotatedRecords {
  records: Uint8Array;
  layout: UtmpLayout;
}

/**
 * The records of the rotated files in a folder, the newest file first; files that can't be read are skipped. The caller
 * may pause between pieces: one file stays open meanwhile.
 *
 * @returns pieces of at most `mostRecords` records
 * @throws the system's error when it is short of something, descriptors say
 */
export async function* rotatedRecords(
  folder: string,
  mostRecords: number,
): AsyncGenerator<RotatedRecords> {
  for await (const pieces of rotatedFiles(folder)) {
    try {
      let rest = Buffer.alloc(0);
      let layout: UtmpLayout | undefined;
      for await (const piece of pieces) {
        const bytes = Buffer.concat([rest, piece]);
        layout ??= utmpLayoutOf(bytes);
        const whole = bytes.length - (bytes.length % layout.recordBytes);
        const mostBytes = mostRecords * layout.recordBytes;
        for (let at = 0; at < whole; at += mostBytes) {
          yield { records: bytes.subarray(at, Math.min(whole, at + mostBytes)), layout };
        }
        rest = bytes.subarray(whole);
      }
    } catch {
      // It is no gzip file, or damaged: the records before the damage count.
    }
  }
}

/** The files, each as a stream of its bytes up to the limit. */
async function* rotatedFiles(folder: string): AsyncGenerator<AsyncIterable<Uint8Array>> {
  const opened: { mtimeMs: number; path: string }[] = [];
  for (const name of listFolder(folder)) {
    if (!ROTATED.test(name) || opened.length >= MAX_FILES) continue;
    const path = `${folder}/${name}`;
    const mtimeMs = use(path, ({ stats }) => stats.mtimeMs);
    if (mtimeMs !== undefined) opened.push({ mtimeMs, path });
  }
  opened.sort((a, b) => b.mtimeMs - a.mtimeMs);
  for (const { path } of opened) {
    const file = tryOpen(path);
    if (!file) continue;
    try {
      yield piecesOf(file.fd, path.endsWith(".gz"));
    } finally {
      closeFile(file.fd);
    }
  }
}

function use<T>(path: string, act: (file: NonNullable<ReturnType<typeof tryOpen>>) => T) {
  const file = tryOpen(path);
  if (!file) return undefined;
  try {
    return act(file);
  } finally {
    closeFile(file.fd);
  }
}

function tryOpen(path: string) {
  try {
    return openRegular(path, path.endsWith(".gz") ? GZIP_LIMIT_BYTES : LIMIT_BYTES);
  } catch (error) {
    if (isShortage(error)) throw error;
    return undefined;
  }
}

async function* piecesOf(fd: number, isGzip: boolean): AsyncGenerator<Uint8Array> {
  const plain = streamOf(fd, isGzip ? GZIP_PIECE_BYTES : PIECE_BYTES);
  const stream = isGzip ? plain.pipeThrough(new DecompressionStream("gzip")) : plain;
  let total = 0;
  for await (const piece of stream) {
    yield piece;
    total += piece.length;
    if (total >= LIMIT_BYTES) return;
  }
}

/** Streams a file from its open descriptor: the runtime's own stream would open another one. */
function streamOf(fd: number, pieceBytes: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    pull(controller) {
      const piece = new Uint8Array(pieceBytes);
      const length = readSync(fd, piece, 0, pieceBytes, null);
      if (length === 0) controller.close();
      else controller.enqueue(piece.subarray(0, length));
    },
  });
}
