/**
 * Where the host's files are. Every path of every source hangs off one of these two folders, so the
 * exporter reads a host mounted into a container, or a captured tree, exactly as it reads its own.
 */
export class Root {
  /** The host's `/`, without a slash at the end: empty for the machine this process runs on. */
  readonly rootfs: string;
  /** The host's `/proc`, without a slash at the end. */
  readonly procfs: string;

  constructor(rootfs = "/", procfs?: string) {
    this.rootfs = rootfs.replace(/\/+$/, "");
    this.procfs = procfs === undefined ? `${this.rootfs}/proc` : procfs.replace(/\/+$/, "");
  }

  /** The place of an absolute path of the host: `/run/utmp`, or `/proc/net/tcp`. */
  path(absolute: string): string {
    return absolute.startsWith("/proc/") ? this.proc(absolute.slice(6)) : this.rootfs + absolute;
  }

  /** The place of a file below the host's `/proc`, `1/stat` say. */
  proc(relative: string): string {
    return `${this.procfs}/${relative}`;
  }
}
