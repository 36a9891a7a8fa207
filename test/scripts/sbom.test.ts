import { expect, test } from "bun:test";
import packageJson from "../../package.json" with { type: "json" };
import { sbom } from "../../scripts/sbom.ts";
import { lacking } from "../helpers/needs.ts";

test.skipIf(lacking(["npm"]) !== undefined)(
  "the SBOM names what the executable holds, and is the same each time",
  () => {
    const text = sbom();
    expect(sbom()).toBe(text);
    const { metadata, components, dependencies } = JSON.parse(text);
    expect(metadata.component.name).toBe("user-sessions-exporter");
    expect(metadata.component.version).toBe(packageJson.version);
    const names = components.map(({ name }: { name: string }) => name);
    expect(names).toContain("bun");
    for (const name of Object.keys(packageJson.dependencies)) expect(names).toContain(name);
    expect(names).not.toContain("oxlint");
    const refs = new Set(dependencies.map(({ ref }: { ref: string }) => ref));
    for (const component of components) expect(refs).toContain(component["bom-ref"]);
  },
  60_000,
);
