import { describe, expect, test } from "bun:test";
import { toDebianChangelog, toDebianVersion } from "../../../scripts/debian/changelog.ts";
import { lacking } from "../../helpers/needs.ts";

const OPTIONS = {
  package: "a-package",
  version: "1.2.0",
  maintainer: "A Maintainer <a@example.org>",
  dateMs: Date.UTC(2026, 10, 24, 12, 30, 5),
};

const MARKDOWN = `# Changelog

What is said here belongs to no release.

## Unreleased

- [FEATURE] One that is long enough to be broken into two lines of the changelog, \`code\` included,
  and goes on in the next line.
* [BUGFIX] Two.

## 1.1.0 / 2026-03-04

- [CHANGE] Three.

## [1.0.0] - 2025-12-31

- Four.
`;

const EXPECTED = `a-package (1.2.0) unstable; urgency=medium

  * [FEATURE] One that is long enough to be broken into two lines of the
    changelog, \`code\` included, and goes on in the next line.
  * [BUGFIX] Two.

 -- A Maintainer <a@example.org>  Tue, 24 Nov 2026 12:30:05 +0000

a-package (1.1.0) unstable; urgency=medium

  * [CHANGE] Three.

 -- A Maintainer <a@example.org>  Wed, 04 Mar 2026 00:00:00 +0000

a-package (1.0.0) unstable; urgency=medium

  * Four.

 -- A Maintainer <a@example.org>  Wed, 31 Dec 2025 00:00:00 +0000
`;

describe("toDebianChangelog", () => {
  test("gives each release an entry, the unreleased changes to the version that is packaged", () => {
    expect(toDebianChangelog(MARKDOWN, OPTIONS)).toBe(EXPECTED);
  });

  test("joins what is unreleased with the release of the same version, which has the date", () => {
    const text = toDebianChangelog(MARKDOWN, { ...OPTIONS, version: "1.1.0" });
    expect(text.match(/^a-package .*/gm)).toEqual([
      "a-package (1.1.0) unstable; urgency=medium",
      "a-package (1.0.0) unstable; urgency=medium",
    ]);
    expect(text).toContain("  * [BUGFIX] Two.\n  * [CHANGE] Three.\n\n -- ");
    expect(text).not.toContain("2026 12:30:05");
  });

  test("has an entry for a version that no change is recorded for", () => {
    expect(toDebianChangelog("# Changelog\n", OPTIONS)).toBe(
      `${EXPECTED.split("\n")[0]}\n\n  * No change is on record.\n\n -- A Maintainer <a@example.org>  Tue, 24 Nov 2026 12:30:05 +0000\n`,
    );
  });

  test("what is not released is younger than the release before it", () => {
    const text = toDebianChangelog(MARKDOWN, { ...OPTIONS, dateMs: 0 });
    expect(text.match(/^ -- .*/m)![0]).toEndWith("Wed, 04 Mar 2026 00:00:01 +0000");
  });

  test.skipIf(lacking(["dpkg-parsechangelog"]) !== undefined)("dpkg reads it", () => {
    const child = Bun.spawnSync(["dpkg-parsechangelog", "-l-", "--all", "--format=rfc822"], {
      stdin: Buffer.from(toDebianChangelog(MARKDOWN, OPTIONS)),
    });
    expect(child.stderr.toString()).toBe("");
    const versions = child.stdout.toString().match(/^Version: .*/gm);
    expect(versions?.join()).toBe("Version: 1.2.0,Version: 1.1.0,Version: 1.0.0");
  });
});

test.skipIf(lacking(["dpkg"]) !== undefined)("a pre-release sorts before its release", () => {
  const versions = ["1.2.0-rc.1", "1.2.0-rc.2", "1.2.0", "1.2.1-beta"].map(toDebianVersion);
  expect(versions[0]).toBe("1.2.0~rc.1");
  for (const [i, version] of versions.slice(1).entries()) {
    const compared = Bun.spawnSync(["dpkg", "--compare-versions", versions[i]!, "lt", version]);
    expect(compared.exitCode).toBe(0);
  }
});
