/** Makes the disk of a Debian host, once for each suite and list of packages. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { command } from "./commands.ts";
import { DISABLED, type HostKind, PACKAGES } from "./packages.ts";

const GUEST = join(import.meta.dir, "guest");

/** Files of the image that no package brings: [file here, place there]. */
const FILES = [
  ["e2e_first_boot.service", "/etc/systemd/system/e2e_first_boot.service"],
  ["e2e_sshd_2222.service", "/etc/systemd/system/e2e_sshd_2222.service"],
  ["e2e.network", "/etc/systemd/network/10-e2e.network"],
] as const;
const ENABLED = "e2e_first_boot.service e2e_sshd_2222.service systemd-networkd.service ssh.service";

const DISK_SIZE: Readonly<Record<HostKind, string>> = { package: "3G", field: "5G" };
const LONGEST_BUILD_MS = 3_600_000;

export interface Image {
  disk: string;
  kernel: string;
  initrd: string;
}

/**
 * Builds the image of a suite, or takes the one from an earlier run. E2E_MIRROR names another archive
 * than Debian's own, which gives a released suite its security updates too.
 *
 * @param cache the folder where images are kept
 * @param log a file for what mmdebstrap and mke2fs say
 */
export async function image(
  suite: string,
  kind: HostKind,
  cache: string,
  log: string,
): Promise<Image> {
  const folder = join(cache, `${suite}-${kind}-${key(suite, kind)}`);
  if (!existsSync(folder)) await build(suite, kind, folder, cache, log);
  return {
    disk: join(folder, "disk.img"),
    kernel: join(folder, "vmlinuz"),
    initrd: join(folder, "initrd.img"),
  };
}

function key(suite: string, kind: HostKind): string {
  const hash = new Bun.CryptoHasher("sha256");
  hash.update([DISK_SIZE[kind], ...mmdebstrap(suite, kind, "tree")].join("\n"));
  for (const [file] of FILES) hash.update(readFileSync(join(GUEST, file)));
  return hash.digest("hex").slice(0, 12);
}

async function build(
  suite: string,
  kind: HostKind,
  folder: string,
  cache: string,
  log: string,
): Promise<void> {
  mkdirSync(cache, { recursive: true });
  removeUnfinished(cache);
  // A run that is ended halfway leaves no folder that looks whole.
  const work = mkdtempSync(join(cache, `building-${suite}-`));
  try {
    const tree = join(work, "tree");
    await command(mmdebstrap(suite, kind, tree), { timeoutMs: 900_000, log });
    const disk = join(work, "disk.img");
    const mke2fs = ["mke2fs", "-q", "-t", "ext4", "-L", "root", "-d", tree, disk, DISK_SIZE[kind]];
    await command(mke2fs, { timeoutMs: 300_000, log, env: { PATH: systemPath() } });
    for (const [prefix, name] of [
      ["vmlinuz-", "vmlinuz"],
      ["initrd.img-", "initrd.img"],
    ] as const) {
      const file = readdirSync(join(tree, "boot")).find((entry) => entry.startsWith(prefix));
      if (!file) throw new Error(`${suite} has no /boot/${prefix}*`);
      copyFileSync(join(tree, "boot", file), join(work, name));
    }
    rmSync(tree, { recursive: true });
    if (!existsSync(folder)) renameSync(work, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** What builds left that were ended; a build of this moment is not that old. */
function removeUnfinished(cache: string): void {
  for (const name of readdirSync(cache).filter((entry) => entry.startsWith("building-"))) {
    const ageMs = Date.now() - statSync(join(cache, name)).mtimeMs;
    if (ageMs > LONGEST_BUILD_MS) rmSync(join(cache, name), { recursive: true, force: true });
  }
}

function mmdebstrap(suite: string, kind: HostKind, tree: string): string[] {
  const copies = FILES.map(
    ([file, place]) => `--customize-hook=install -D -m 644 '${join(GUEST, file)}' "$1${place}"`,
  );
  return [
    "mmdebstrap",
    "--variant=apt",
    `--include=${PACKAGES[kind].join(",")}`,
    '--aptopt=Acquire::Languages "none"',
    // The suites of old releases are no longer signed anew.
    '--aptopt=Acquire::Check-Valid-Until "false"',
    ...copies,
    `--customize-hook=chroot "$1" systemctl enable ${ENABLED}`,
    `--customize-hook=chroot "$1" systemctl disable ${DISABLED[kind].join(" ")}`,
    // A display manager's package makes this one.
    '--customize-hook=rm -f "$1/etc/systemd/system/display-manager.service"',
    // Each host gets an identity of its own at its first boot.
    '--customize-hook=: > "$1/etc/machine-id"',
    suite,
    tree,
    ...(process.env["E2E_MIRROR"] ? [process.env["E2E_MIRROR"]] : []),
  ];
}

/** mke2fs lives where the PATH of most users does not lead. */
function systemPath(): string {
  return `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`;
}
