/**
 * Reads what an executable needs from its ELF dynamic section (man 5 elf), so that a build on any platform can be
 * checked without binutils.
 */
import type { Arch } from "./arch.ts";

/** The libraries of glibc. */
const GLIBC = /^(libc|libm|libpthread|libdl|librt|ld-linux-x86-64|ld-linux-aarch64)\.so\.\d+$/;

/** The newest version of glibc that may be needed: RHEL 7 and all later systems have it. */
const NEWEST_GLIBC = [2, 17];

const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const DT_NEEDED = 1;
const DT_STRTAB = 5;
const DT_VERNEED = 0x6ffffffe;
const DT_VERNEEDNUM = 0x6fffffff;

/** Why the executable would not run on every Linux since 2014; empty when it will. */
export function checkExecutable(bytes: Uint8Array, arch: Arch): string[] {
  const { libraries, versions } = readNeeds(bytes, arch);
  const problems: string[] = [];
  for (const library of libraries) {
    if (!GLIBC.test(library)) problems.push(`needs the library ${library}`);
  }
  for (const version of versions) {
    const [, major, minor] = /^GLIBC_(\d+)\.(\d+)/.exec(version) ?? [];
    const isNewer =
      Number(major) > NEWEST_GLIBC[0]! ||
      (Number(major) === NEWEST_GLIBC[0] && Number(minor) > NEWEST_GLIBC[1]!);
    if (major === undefined || isNewer) problems.push(`needs the symbol version ${version}`);
  }
  return problems;
}

/** @throws an Error when it is no 64-bit little-endian ELF file for that architecture */
export function readNeeds(
  bytes: Uint8Array,
  { name, machine }: Arch,
): { libraries: string[]; versions: string[] } {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isElf64 = file.readUInt32BE(0) === 0x7f454c46 && file[4] === 2 && file[5] === 1;
  if (!isElf64 || file.readUInt16LE(18) !== machine)
    throw new Error(`not an ELF executable for ${name}`);
  const headers = programHeaders(file);
  const offsetOf = (address: number) => {
    const load = headers.find(
      ({ type, vaddr, size }) => type === PT_LOAD && address >= vaddr && address < vaddr + size,
    );
    if (!load) throw new Error(`no segment holds the address ${address}`);
    return address - load.vaddr + load.offset;
  };
  const dynamic = headers.find(({ type }) => type === PT_DYNAMIC);
  if (!dynamic) throw new Error("no dynamic section");
  const entries: [number, number][] = [];
  for (let at = dynamic.offset; at < dynamic.offset + dynamic.size; at += 16) {
    entries.push([Number(file.readBigUInt64LE(at)), Number(file.readBigUInt64LE(at + 8))]);
  }
  const value = (tag: number) => entries.find(([found]) => found === tag)?.[1] ?? 0;
  const strings = offsetOf(value(DT_STRTAB));
  const text = (offset: number) => {
    const start = strings + offset;
    return file.toString("latin1", start, file.indexOf(0, start));
  };
  return {
    libraries: entries.filter(([tag]) => tag === DT_NEEDED).map(([, offset]) => text(offset)),
    versions: readVersions(file, offsetOf(value(DT_VERNEED)), value(DT_VERNEEDNUM)).map(text),
  };
}

function programHeaders(file: Buffer) {
  const start = Number(file.readBigUInt64LE(32));
  const entryBytes = file.readUInt16LE(54);
  return Array.from({ length: file.readUInt16LE(56) }, (_, i) => {
    const at = start + i * entryBytes;
    return {
      type: file.readUInt32LE(at),
      offset: Number(file.readBigUInt64LE(at + 8)),
      vaddr: Number(file.readBigUInt64LE(at + 16)),
      size: Number(file.readBigUInt64LE(at + 32)),
    };
  });
}

/** The offsets of the version names in the string table: Elf64_Verneed, each with its Vernaux chain. */
function readVersions(file: Buffer, start: number, count: number): number[] {
  const names: number[] = [];
  for (let i = 0, need = start; i < count; i++, need += file.readUInt32LE(need + 12)) {
    let aux = need + file.readUInt32LE(need + 8);
    for (let left = file.readUInt16LE(need + 2); left > 0; left--) {
      names.push(file.readUInt32LE(aux + 8));
      aux += file.readUInt32LE(aux + 12);
    }
  }
  return names;
}
