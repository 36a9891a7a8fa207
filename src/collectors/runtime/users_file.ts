import { NewerStateError } from "../../sources/saved_value.ts";
import { StateFile } from "../../sources/state_file.ts";
import { UserFolding } from "./user_folding.ts";

/** The file is saved at most this often, however many scrapes come. */
const SAVE_EVERY_MS = 5000;

/** Keeps across restarts which users are in `other`. Below the limit of users there is nothing to keep. */
export class UsersFile {
  private readonly file: StateFile | undefined;
  private savedMs = Number.NEGATIVE_INFINITY;
  private written = "";

  /**
   * @param directory undefined to keep nothing
   * @param warn called when a damaged file was set aside
   */
  constructor(
    directory: string | undefined,
    warn: (message: string, fields: Record<string, string>) => void,
    private readonly nowMs: () => number = () => performance.now(),
  ) {
    if (directory !== undefined) this.file = new StateFile(`${directory}/users.json`, warn);
  }

  load(): UserFolding {
    const saved = this.file?.load();
    try {
      return new UserFolding(saved);
    } catch (error) {
      this.file?.setAside(error, error instanceof NewerStateError ? "newer" : "damaged");
      return new UserFolding();
    }
  }

  /** @returns whether the file was written @throws the system's error when it can't be written */
  save(folding: UserFolding, when: "if due" | "now"): boolean {
    if (!this.file || !folding.hasLimited) return false;
    if (when === "if due" && this.nowMs() - this.savedMs < SAVE_EVERY_MS) return false;
    this.savedMs = this.nowMs();
    const text = JSON.stringify(folding);
    if (text === this.written) return false;
    this.file.save(folding);
    this.written = text;
    return true;
  }
}
