/**
 * Puts a release into dist/release/: executables and packages for both architectures, the list of components (SBOM,
 * CycloneDX by npm) and SHA256SUMS. The same commit gives the same bytes.
 *
 * bun scripts/dist.ts        after `make build deb` for amd64 and for arm64
 */
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import packageJson from "../package.json" with { type: "json" };
import { toDebianVersion } from "./debian/changelog.ts";
import { sbom } from "./sbom.ts";

const RELEASE = "dist/release";
const PROGRAM = "user_sessions_exporter";
const { version } = packageJson;

rmSync(RELEASE, { recursive: true, force: true });
mkdirSync(RELEASE, { recursive: true });
for (const [arch, binary] of [
  ["amd64", PROGRAM],
  ["arm64", `${PROGRAM}_arm64`],
]) {
  // Named like the releases of the Prometheus community.
  copyFileSync(`dist/${binary}`, join(RELEASE, `${PROGRAM}-${version}.linux-${arch}`));
  const deb = `user-sessions-exporter_${toDebianVersion(version)}_${arch}.deb`;
  copyFileSync(join("dist", deb), join(RELEASE, deb));
}
writeFileSync(join(RELEASE, `${PROGRAM}-${version}.cdx.json`), sbom());

const names = [...new Bun.Glob("*").scanSync(RELEASE)].sort();
const sums = names.map((name) => {
  const hash = new Bun.CryptoHasher("sha256").update(readFileSync(join(RELEASE, name)));
  return `${hash.digest("hex")}  ${name}\n`;
});
writeFileSync(join(RELEASE, "SHA256SUMS"), sums.join(""));
console.log(`${RELEASE}:\n${sums.join("")}`);
