/**
 * Where the host's files are. All paths of all sources are below one of these two folders, so the exporter reads a
 * mounted host or a captured tree just like its own host.
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

  /** Where an absolute path of the host is, for example `/run/utmp` or `/proc/net/tcp`. */
  path(absolute: string): string {
    return absolute.startsWith("/proc/") ? this.proc(absolute.slice(6)) : this.rootfs + absolute;
  }

  /** Where a file below the host's `/proc` is, for example `1/stat`. */
  proc(relative: string): string {
    return `${this.procfs}/${relative}`;
  }
}
