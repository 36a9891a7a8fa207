/**
 * Opens and closes the files that the program reads. The server reserves some descriptors, since clients can use up all
 * others: when none is free, a file gets a reserved one. Connections are accepted only between two pieces of
 * synchronous work, so a closed descriptor is reserved again before a client can take it. open(2), EMFILE.
 */
import { closeSync, constants, openSync, readSync, readdirSync } from "node:fs";
import { codeOf } from "./errors.ts";

const NULL_DEVICE = "/dev/null";
const OWN_LIMITS = "/proc/self/limits";

/** Files are opened one after the other; a few stay open across a yield. */
const RESERVED = 16;

export class DescriptorReserve {
  private readonly held: number[] = [];
  private wanted = 0;

  /** @param open opens any small file and returns its descriptor */
  constructor(private readonly open: () => number = () => openSync(NULL_DEVICE, "r")) {}

  /** Starts to reserve descriptors. */
  hold(): void {
    this.wanted = RESERVED;
    this.refill();
  }

  get isWhole(): boolean {
    return this.held.length >= this.wanted;
  }

  /** Fills the reserve up again, as far as there are free descriptors. */
  refill(): void {
    if (this.isWhole) return;
    try {
      while (this.held.length < this.wanted) this.held.push(this.open());
    } catch (error) {
      if (!isExhausted(error)) throw error;
    }
  }

  /** Opens something that takes one descriptor; takes it from the reserve when no other is free. */
  use<T>(open: () => T): T {
    try {
      return open();
    } catch (error) {
      if (!isExhausted(error) || this.held.length === 0) throw error;
    }
    closeSync(this.held.pop()!);
    return open();
  }

  /** Opens something that needs several descriptors and does not report when there are too few. */
  lend<T>(count: number, open: () => T): T {
    for (const fd of this.held.splice(0, count)) closeSync(fd);
    try {
      return open();
    } finally {
      this.refill();
    }
  }
}

const reserve = new DescriptorReserve();

/** Reserves descriptors from now on, for the functions below. */
export function reserveDescriptors(): void {
  reserve.hold();
}

/**
 * Flags for reading. O_NONBLOCK: opening a FIFO does not wait for a writer. O_NOCTTY: a terminal does not become the
 * controlling terminal. Neither affects regular files or files of /proc.
 */
export const READ = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/** The limit of open files of this process; 1,024 when it can't be read. */
export function descriptorLimit(): number {
  try {
    const fd = openFile(OWN_LIMITS);
    try {
      const buffer = Buffer.alloc(4096);
      const text = buffer.toString("latin1", 0, readSync(fd, buffer, 0, buffer.length, 0));
      return Number(/^Max open files +(\d+)/m.exec(text)?.[1] ?? 1024);
    } finally {
      closeFile(fd);
    }
  } catch {
    return 1024;
  }
}

/** Opens a file; close it with `closeFile`. @throws the system's error */
export function openFile(path: string, flags: string | number = READ, mode?: number): number {
  return reserve.use(() => openSync(path, flags, mode));
}

/** @throws the system's error */
export function closeFile(fd: number): void {
  closeSync(fd);
  reserve.refill();
}

/** Keeps a file open, or closes it when the reserve has too few descriptors. @returns whether it is open */
export function keepOrCloseFile(fd: number): boolean {
  if (reserve.isWhole) return true;
  closeFile(fd);
  return false;
}

/** The names in a folder. @throws the system's error */
export function listFolder(path: string): string[] {
  return closing(() => readdirSync(path));
}

/** The entries of a folder with their types. @throws the system's error */
export function listEntries(path: string) {
  return closing(() => readdirSync(path, { withFileTypes: true }));
}

/**
 * Runs a call that opens several descriptors by itself; the reserve frees some if no others are left. Call `takeBack`
 * when they are closed.
 */
export function lendDescriptors<T>(count: number, open: () => T): T {
  return reserve.lend(count, open);
}

export function takeBack(): void {
  reserve.refill();
}

/** Runs a call that opens something and closes it before it returns. */
function closing<T>(read: () => T): T {
  try {
    return reserve.use(read);
  } finally {
    reserve.refill();
  }
}

/** Whether a descriptor is free besides the reserve. */
export function hasFreeDescriptor(): boolean {
  try {
    closeSync(openSync(NULL_DEVICE, "r"));
    return true;
  } catch (error) {
    return !isExhausted(error);
  }
}

/** Whether this process, or the system, has no descriptor left. */
function isExhausted(error: unknown): boolean {
  const code = codeOf(error);
  return code === "EMFILE" || code === "ENFILE";
}
