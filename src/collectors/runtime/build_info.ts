/** What this executable was built from. */
export interface BuildInfo {
  version: string;
  /** The commit, or `unknown` when it was built outside a checkout. */
  revision: string;
  bunVersion: string;
}
