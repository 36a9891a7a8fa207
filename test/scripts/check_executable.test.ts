import { describe, expect, test } from "bun:test";
import { archNamed } from "../../scripts/arch.ts";
import { checkExecutable, readNeeds } from "../../scripts/check_executable.ts";
import { hasTool, output } from "../helpers/system.ts";

const AMD64 = archNamed("amd64");
const ARM64 = archNamed("arm64");

/**
 * The least ELF file with a dynamic section: one segment that holds all, loaded at 64 KiB.
 *
 * @param versions symbol versions by the library they are of
 */
function elf(libraries: readonly string[], versions: Readonly<Record<string, string[]>>): Buffer {
  const base = 0x10000;
  const [dynamicAt, stringsAt, versionsAt, size] = [0x200, 0x400, 0x800, 0x1000];
  const file = Buffer.alloc(size);
  let stringsEnd = stringsAt + 1;
  const string = (text: string) => {
    const offset = stringsEnd - stringsAt;
    stringsEnd += file.write(`${text}\0`, stringsEnd);
    return offset;
  };
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  file.writeUInt16LE(62, 18); // EM_X86_64
  file.writeBigUInt64LE(64n, 32); // e_phoff
  file.writeUInt16LE(56, 54); // e_phentsize
  file.writeUInt16LE(2, 56); // e_phnum
  const segment = (at: number, type: number, offset: number, length: number) => {
    file.writeUInt32LE(type, at);
    file.writeBigUInt64LE(BigInt(offset), at + 8);
    file.writeBigUInt64LE(BigInt(base + offset), at + 16);
    file.writeBigUInt64LE(BigInt(length), at + 32);
  };
  segment(64, 1, 0, size); // PT_LOAD
  segment(64 + 56, 2, dynamicAt, 0x200); // PT_DYNAMIC
  const entries: [number, number][] = libraries.map((name) => [1, string(name)]); // DT_NEEDED
  entries.push([5, base + stringsAt]); // DT_STRTAB
  entries.push([0x6ffffffe, base + versionsAt]); // DT_VERNEED
  entries.push([0x6fffffff, Object.keys(versions).length]); // DT_VERNEEDNUM
  entries.forEach(([tag, value], i) => {
    file.writeBigUInt64LE(BigInt(tag), dynamicAt + 16 * i);
    file.writeBigUInt64LE(BigInt(value), dynamicAt + 16 * i + 8);
  });
  let at = versionsAt;
  for (const [library, names] of Object.entries(versions)) {
    const next = at + 16 + 16 * names.length;
    file.writeUInt16LE(1, at);
    file.writeUInt16LE(names.length, at + 2); // vn_cnt
    file.writeUInt32LE(string(library), at + 4);
    file.writeUInt32LE(16, at + 8); // vn_aux
    file.writeUInt32LE(next - at, at + 12); // vn_next
    names.forEach((name, i) => {
      file.writeUInt32LE(string(name), at + 16 + 16 * i + 8); // vna_name
      file.writeUInt32LE(16, at + 16 + 16 * i + 12); // vna_next
    });
    at = next;
  }
  return file;
}

describe("checkExecutable", () => {
  test("an executable that needs an old glibc only has no problem", () => {
    const libraries = ["libc.so.6", "libm.so.6", "libpthread.so.0", "ld-linux-x86-64.so.2"];
    const versions = { "libc.so.6": ["GLIBC_2.2.5", "GLIBC_2.17"], "libm.so.6": ["GLIBC_2.9"] };
    expect(checkExecutable(elf(libraries, versions), AMD64)).toEqual([]);
  });

  test.each([
    "libstdc++.so.6",
    "libgcc_s.so.1",
    "libcrypt.so.1",
    "libcurl.so.4",
    "libcxx.so",
    "libc.so",
  ])("the library %s is a problem", (library) => {
    expect(checkExecutable(elf(["libc.so.6", library], {}), AMD64)).toEqual([
      `needs the library ${library}`,
    ]);
  });

  test.each([
    "GLIBC_2.18",
    "GLIBC_2.34",
    "GLIBC_3.0",
    "GLIBC_PRIVATE",
    "GLIBC_ABI_DT_RELR",
    "GLIBCXX_3.4",
    "FOO_1",
  ])("the symbol version %s is a problem", (version) => {
    const versions = { "libm.so.6": ["GLIBC_2.2.5"], "libc.so.6": ["GLIBC_2.3", version] };
    expect(checkExecutable(elf(["libc.so.6"], versions), AMD64)).toEqual([
      `needs the symbol version ${version}`,
    ]);
  });

  test("one for arm64 is one when that is asked for", () => {
    const bytes = elf(["libc.so.6", "ld-linux-aarch64.so.1"], { "libc.so.6": ["GLIBC_2.17"] });
    bytes.writeUInt16LE(183, 18);
    expect(checkExecutable(bytes, ARM64)).toEqual([]);
  });

  test.each([
    ["a script", Buffer.from("#!/bin/sh\n".padEnd(100))],
    ["ARM", elf([], {}).fill(183, 18, 19)],
    ["32 bits", elf([], {}).fill(1, 4, 5)],
  ])("%s is an error", (_, bytes) => {
    expect(() => checkExecutable(bytes, AMD64)).toThrow("not an ELF executable for amd64");
  });
});

test.skipIf(!hasTool("readelf") || process.arch !== "x64").each(["getent", "readelf", "bash"])(
  "agrees with readelf on %s",
  async (name) => {
    const path = Bun.which(name)!;
    const { libraries, versions } = readNeeds(await Bun.file(path).bytes(), AMD64);
    const dynamic = output("readelf", "-dW", path).matchAll(/\(NEEDED\).*\[(.*)\]/g);
    expect(libraries).toEqual(Array.from(dynamic, ([, library]) => library!));
    const needs = output("readelf", "-VW", path).split("Version needs section")[1] ?? "";
    const listed = Array.from(needs.matchAll(/Name: (\S+) +Flags/g), ([, version]) => version!);
    expect(listed.length).toBeGreaterThan(0);
    expect(versions.sort()).toEqual(listed.sort());
  },
);
