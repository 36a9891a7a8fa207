/** Finds the journal files that this host wrote. man 8 systemd-journald, "Files" */
import { statSync } from "node:fs";
import { listFolder } from "../../descriptors.ts";
import { isShortage } from "../../errors.ts";
import { checkFolder, readRegular } from "../../regular_file.ts";
import type { Root } from "../../root.ts";

/** The first is volatile. When the second is created, entries move there. */
export const JOURNAL_FOLDERS = ["/run/log/journal", "/var/log/journal"] as const;
const MACHINE_ID = "/etc/machine-id";

/** man 5 machine-id: 32 digits and a newline. */
const MAX_MACHINE_ID_BYTES = 4096;

/** A folder that changed less than this before it was listed may change again with the same time stamp. */
const SETTLED_AFTER_MS = 2000;

export interface JournalPath {
  path: string;
  isVolatile: boolean;
  /** The journal namespace; empty for the default one. */
  namespace: string;
  /** Whether the name is one that journald gives to archived files. */
  hasArchiveName: boolean;
}

/** The names in one folder, listed again only when they may have changed. */
class ListedFolder {
  names: string[] = [];
  private modifiedMs = 0;
  private isSettled = false;

  constructor(readonly path: string) {}

  /**
   * Lists the folder if necessary. A missing folder has no names and is no error, since hardly any host has all of
   * them.
   *
   * @returns true when the names may have changed
   * @throws the system's error when the folder can't be listed, BrokenSourceError when it is no folder
   */
  update(nowMs: number): boolean {
    const stat = statSync(this.path, { throwIfNoEntry: false });
    if (stat === undefined) return this.forget();
    checkFolder(this.path, stat);
    if (this.isSettled && stat.mtimeMs === this.modifiedMs) return false;
    this.names = listFolder(this.path);
    this.isSettled = nowMs - stat.mtimeMs > SETTLED_AFTER_MS;
    this.modifiedMs = stat.mtimeMs;
    return true;
  }

  /** Makes the next update list the folder again. @returns true when it had names */
  forget(): boolean {
    const had = this.names.length > 0;
    this.names = [];
    this.isSettled = false;
    return had;
  }
}

export class JournalFolders {
  private readonly bases: { folder: ListedFolder; machines: Map<string, ListedFolder> }[];
  /** True from a change until the files were returned. */
  private isNew = true;

  /**
   * @param now the time in milliseconds since the epoch
   */
  constructor(
    private readonly root: Root,
    private readonly now: () => number,
  ) {
    this.bases = JOURNAL_FOLDERS.map((path) => ({
      folder: new ListedFolder(root.path(path)),
      machines: new Map(),
    }));
  }

  /**
   * All journal files, the volatile ones first; undefined when nothing has changed since the last call.
   *
   * @throws the system's error when there is no journal, or a part of it can't be listed
   */
  list(): JournalPath[] | undefined {
    const nowMs = this.now();
    let failure: unknown;
    for (const { folder, machines } of this.bases) {
      try {
        if (folder.update(nowMs)) {
          this.isNew = true;
          this.chooseMachines(folder, machines);
        }
        for (const machine of machines.values()) this.isNew = machine.update(nowMs) || this.isNew;
      } catch (error) {
        failure ??= error;
        folder.forget();
        for (const machine of machines.values()) machine.forget();
      }
    }
    if (failure !== undefined) throw failure;
    if (!this.isNew) return undefined;
    const paths = this.paths();
    if (paths.length === 0) throw missing(this.root.path(`${JOURNAL_FOLDERS[1]}/*/*.journal`));
    this.isNew = false;
    return paths;
  }

  /** Makes the next call list the files again. */
  listAgain(): void {
    this.isNew = true;
  }

  /** Selects the host's own folder and those of its namespaces, or all folders when the host's id is unknown. */
  private chooseMachines(folder: ListedFolder, machines: Map<string, ListedFolder>): void {
    const own = this.readMachineId();
    const isOurs = (name: string) =>
      own === undefined
        ? /^[0-9a-f]{32}(?:\.|$)/.test(name)
        : name === own || name.startsWith(`${own}.`);
    const names = folder.names.filter(isOurs);
    for (const name of machines.keys()) if (!names.includes(name)) machines.delete(name);
    for (const name of names) {
      if (!machines.has(name)) machines.set(name, new ListedFolder(`${folder.path}/${name}`));
    }
  }

  private paths(): JournalPath[] {
    const paths: JournalPath[] = [];
    for (const [i, { machines }] of this.bases.entries()) {
      for (const [machine, { path, names }] of machines) {
        for (const name of names.toSorted((a, b) => rankOf(a) - rankOf(b))) {
          if (!/\.journal~?$/.test(name)) continue;
          paths.push({
            path: `${path}/${name}`,
            isVolatile: i === 0,
            namespace: machine.slice(33),
            hasArchiveName: name.includes("@"),
          });
        }
      }
    }
    return paths;
  }

  private readMachineId(): string | undefined {
    try {
      const path = this.root.path(MACHINE_ID);
      const text = readRegular(path, MAX_MACHINE_ID_BYTES).toString("latin1").trim();
      return /^[0-9a-f]{32}$/.test(text) ? text : undefined;
    } catch (error) {
      if (isShortage(error)) throw error;
      return undefined;
    }
  }
}

/** The rank of a file: active files come first, so that no copy can replace one. */
function rankOf(name: string): number {
  if (name === "system.journal") return 0;
  return /^user-\d+\.journal$/.test(name) ? 1 : 2;
}

function missing(path: string): Error {
  return Object.assign(new Error(`ENOENT: no such file or directory, ${path}`), { code: "ENOENT" });
}
