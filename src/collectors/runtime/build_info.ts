/** The version and commit of this executable. */
export interface BuildInfo {
  version: string;
  /** The commit, or `unknown` when it was built outside a checkout. */
  revision: string;
  bunVersion: string;
}
