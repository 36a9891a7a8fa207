import packageJson from "../../package.json" with { type: "json" };
import type { BuildInfo } from "../collectors/runtime/build_info.ts";

/** Replaced by the commit at build time; undefined when run from source. */
declare const BUILD_REVISION: string | undefined;

export const PROGRAM = "user_sessions_exporter";

export const BUILD: BuildInfo = {
  version: packageJson.version,
  revision: typeof BUILD_REVISION === "string" ? BUILD_REVISION : "unknown",
  bunVersion: Bun.version,
};

export function versionText(): string {
  const { version, revision, bunVersion } = BUILD;
  return `${PROGRAM}, version ${version} (revision: ${revision})\n  bun version: ${bunVersion}\n  platform: ${process.platform}/${process.arch}`;
}
