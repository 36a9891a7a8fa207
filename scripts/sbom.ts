/** What the executable holds, as a CycloneDX document (https://cyclonedx.org/docs/1.5/json/) made by npm. */
import packageJson from "../package.json" with { type: "json" };

interface Component {
  "bom-ref": string;
  name: string;
  version: string;
  type: string;
}

interface Bom {
  serialNumber?: string;
  metadata: { timestamp?: string; component: Component };
  components: Component[];
  dependencies: { ref: string; dependsOn?: string[] }[];
}

/** Bun is installed to build with, and its runtime is most of the executable. */
const RUNTIME = "bun";

/**
 * The document as JSON. Its time and its random number are left out, and the project has its own name
 * instead of its folder's, so that the same lock file gives the same bytes.
 */
export function sbom(): string {
  const bom = npmSbom("--omit=dev");
  const runtime = npmSbom().components.filter(({ name }) => name === RUNTIME);
  if (runtime.length !== 1) throw new Error(`${runtime.length} components are called ${RUNTIME}`);
  const component = { ...bom.metadata.component, name: packageJson.name, type: "application" };
  const { timestamp: _time, ...metadata } = bom.metadata;
  const { serialNumber: _random, ...rest } = bom;
  const self = bom.dependencies.find(({ ref }) => ref === component["bom-ref"]);
  self?.dependsOn?.push(runtime[0]!["bom-ref"]);
  return `${JSON.stringify(
    {
      ...rest,
      metadata: { ...metadata, component },
      components: [...bom.components, ...runtime],
      dependencies: [...bom.dependencies, { ref: runtime[0]!["bom-ref"], dependsOn: [] }],
    },
    undefined,
    2,
  )}\n`;
}

function npmSbom(...options: string[]): Bom {
  const command = ["npm", "sbom", "--sbom-format=cyclonedx", "--package-lock-only", ...options];
  const child = Bun.spawnSync(command, { stderr: "inherit" });
  if (!child.success) throw new Error(`${command.join(" ")} ended with ${child.exitCode}`);
  return JSON.parse(child.stdout.toString()) as Bom;
}
