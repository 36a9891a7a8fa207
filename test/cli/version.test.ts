import { expect, test } from "bun:test";
import packageJson from "../../package.json" with { type: "json" };
import { BUILD, versionText } from "../../src/cli/version.ts";

test("the version is the package's, and in a checkout without a build the revision is unknown", () => {
  expect(BUILD).toEqual({
    version: packageJson.version,
    revision: "unknown",
    bunVersion: packageJson.devDependencies.bun,
  });
});

test("the text begins as that of Prometheus's programs does", () => {
  const [first, ...rest] = versionText().split("\n");
  expect(first).toBe(`user_sessions_exporter, version ${packageJson.version} (revision: unknown)`);
  expect(rest.map((line) => line.trim())).toEqual([
    `bun version: ${Bun.version}`,
    `platform: ${process.platform}/${process.arch}`,
  ]);
});
