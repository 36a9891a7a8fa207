/**
 * Boots Debian hosts, installs the package in each, lives in it, and prints what was expected and seen.
 *
 *   bun test/e2e/run.ts HOST...     a Debian suite, as bookworm; with `-field` behind it, a host with
 *                                   the programs that people come in with, as trixie-field
 *
 * ONLY="install,VNC" runs these scenarios alone, in this order; PACKAGE names another package than the one in dist.
 * Exits with 1 when something is different.
 */
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Host } from "./machine/host.ts";
import { Checks } from "./checks.ts";
import { builtPackage, higherPackage } from "./packages.ts";
import { type Scenario, type Scene, controlLogin } from "./scene.ts";
import type { HostKind } from "./machine/packages.ts";
import { FIELD_SCENARIOS } from "./scenarios/field/index.ts";
import { ON_REQUEST, SCENARIOS } from "./scenarios/index.ts";
import { Table } from "./table.ts";
import { Truth } from "./truth.ts";

const PROJECT = resolve(import.meta.dir, "../..");
const CACHE = join(PROJECT, ".cache/e2e");

/** A host that takes longer is given up. */
const HOST_MS = 40 * 60_000;

const SCENARIOS_OF: Readonly<Record<HostKind, readonly Scenario[]>> = {
  package: SCENARIOS,
  field: FIELD_SCENARIOS,
};

const names = process.argv.slice(2);
if (names.length === 0) throw new Error("name a suite, as bookworm");

const table = new Table();
const packageFolder = mkdtempSync(join(tmpdir(), "e2e-packages-"));
let host: Host | undefined;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => void giveUp(signal));
}
try {
  const first = process.env["PACKAGE"] ?? builtPackage();
  const isUpgraded = names.some((name) => kindOf(name) === "package");
  const higher = isUpgraded ? await higherPackage(first, packageFolder) : first;
  for (const name of names) await testHost(name, { first, higher });
} finally {
  rmSync(packageFolder, { recursive: true, force: true });
}
console.log(`\n${table}\n`);
console.log(`${table.rows.length} values, ${table.differences} different; logs in .cache/e2e/logs`);
process.exit(table.differences > 0 ? 1 : 0);

async function testHost(name: string, packages: Scene["packages"]): Promise<void> {
  const begunMs = Date.now();
  const failsafe = setTimeout(() => void giveUp(`${name} takes too long`), HOST_MS);
  const say = (text: string) => {
    const line = `${name} ${Math.round((Date.now() - begunMs) / 1000)} s: ${text}`;
    console.log(line);
    if (host) appendFileSync(join(host.logs, "scenarios.log"), `${line}\n`);
  };
  const kind = kindOf(name);
  const suite = name.replace(`-${kind}`, "");
  let scene: Scene | undefined;
  try {
    const bootedFrom = Date.now() / 1000;
    host = await Host.boot({ suite, kind, cache: CACHE });
    say("booted");
    const truth = new Truth();
    truth.add(controlLogin(bootedFrom));
    scene = { host, truth, packages, check: new Checks(table, suite, "", say) };
    for (const scenario of scenariosOf(kind)) {
      scene.check = new Checks(table, name, scenario.name, say);
      if (scenario.needsMachine && !host.vm.hasConsole) {
        say(`${scenario.name} is left out: a container has no kernel and console of its own`);
        continue;
      }
      say(scenario.name);
      await runScenario(scenario, scene);
    }
  } catch (error) {
    new Checks(table, name, "the host", say).failed(error);
  } finally {
    clearTimeout(failsafe);
    await scene?.prometheus?.end();
    await host?.end();
    say("ended");
    host = undefined;
  }
}

function scenariosOf(kind: HostKind): readonly Scenario[] {
  const all = [...SCENARIOS_OF[kind], ...ON_REQUEST];
  return (
    process.env["ONLY"]?.split(",").map((name) => {
      const scenario = all.find((one) => one.name === name);
      if (!scenario) throw new Error(`no scenario has the name ${name}`);
      return scenario;
    }) ?? SCENARIOS_OF[kind]
  );
}

function kindOf(name: string): HostKind {
  return name.endsWith("-field") ? "field" : "package";
}

/** One that fails does not keep the others from being tried. */
async function runScenario(scenario: Scenario, scene: Scene): Promise<void> {
  scene.host.control.note(`scenario: ${scenario.name}`);
  try {
    await scenario.run(scene);
  } catch (error) {
    scene.check.failed(error);
  }
}

async function giveUp(why: string): Promise<void> {
  console.error(`\n${table}\n\ngiven up: ${why}`);
  await host?.end();
  rmSync(packageFolder, { recursive: true, force: true });
  process.exit(1);
}
