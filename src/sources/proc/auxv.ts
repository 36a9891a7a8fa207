/** `/proc/self/auxv`: what the kernel tells each program about the machine. man 3 getauxval, the kernel's auxvec.h */
import { closeFile, openFile } from "../descriptors.ts";
import { readSync } from "node:fs";

/** This process's own file for any root: there is only one kernel. */
const AUXV = "/proc/self/auxv";

/** Two 64-bit words each, some 25 of them. */
const ENTRY_BYTES = 16;
const LIMIT_BYTES = 4096;

const AT_PAGESZ = 6;
const AT_CLKTCK = 17;

export interface MachineUnits {
  /** The page size, in which the kernel counts memory: 4 KiB on x86-64; 4, 16 or 64 KiB on arm64. */
  pageBytes: number;
  /** The ticks in which the kernel counts CPU time: 100 on all current kernels. */
  ticksPerSecond: number;
}

const USUAL: MachineUnits = { pageBytes: 4096, ticksPerSecond: 100 };

/** Parses the entries; missing or implausible values are replaced by the usual ones. */
export function parseAuxv(bytes: Buffer): MachineUnits {
  const units = { ...USUAL };
  for (let at = 0; at + ENTRY_BYTES <= bytes.length; at += ENTRY_BYTES) {
    const key = bytes.readBigUInt64LE(at);
    const value = Number(bytes.readBigUInt64LE(at + 8));
    const isPowerOf2 = value > 0 && value < 2 ** 31 && (value & (value - 1)) === 0;
    if (key === BigInt(AT_PAGESZ) && value >= USUAL.pageBytes && isPowerOf2) {
      units.pageBytes = value;
    }
    if (key === BigInt(AT_CLKTCK) && value > 0 && value <= 1_000_000) units.ticksPerSecond = value;
  }
  return units;
}

function readUnits(): MachineUnits {
  try {
    const fd = openFile(AUXV);
    try {
      const bytes = Buffer.alloc(LIMIT_BYTES);
      return parseAuxv(bytes.subarray(0, readSync(fd, bytes, 0, LIMIT_BYTES, 0)));
    } finally {
      closeFile(fd);
    }
  } catch {
    // Without /proc there is nothing to count either.
    return USUAL;
  }
}

export const { pageBytes: PAGE_BYTES, ticksPerSecond: TICKS_PER_SECOND } = readUnits();
