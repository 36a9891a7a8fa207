/** The architectures that the executable is built for, by Debian's names. */
export interface Arch {
  name: "amd64" | "arm64";
  /** The name of the target in `Bun.build`. */
  target: "bun-linux-x64" | "bun-linux-arm64";
  /** The npm package with Bun's runtime for it. */
  runtime: string;
  /** `e_machine` of its ELF files (man 5 elf). */
  machine: number;
}

const ARCHES: readonly Arch[] = [
  { name: "amd64", target: "bun-linux-x64", runtime: "@oven/bun-linux-x64", machine: 62 },
  { name: "arm64", target: "bun-linux-arm64", runtime: "@oven/bun-linux-aarch64", machine: 183 },
];

/** @throws an Error for an unknown architecture */
export function archNamed(name: string): Arch {
  const found = ARCHES.find((arch) => arch.name === name);
  if (found) return found;
  throw new Error(`--arch=${name}: want ${ARCHES.map((arch) => arch.name).join(" or ")}`);
}
