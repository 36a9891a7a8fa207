import { readFileSync, readdirSync } from "node:fs";
import { resolve } from "node:path";

export const EXAMPLES = resolve(import.meta.dir, "../../examples/prometheus");

export interface AlertRule {
  alert: string;
  expr: string;
  for?: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

export interface RecordingRule {
  record: string;
  expr: string;
}

interface RuleFile {
  groups: { name: string; interval?: string; rules: (AlertRule | RecordingRule)[] }[];
}

/** One case of a test of alerts. */
export interface AlertCase {
  alertname: string;
  exp_alerts: unknown[];
}

interface TestFile {
  tests: { alert_rule_test?: AlertCase[] }[];
}

export function readYaml<T>(name: string): T {
  return Bun.YAML.parse(readFileSync(resolve(EXAMPLES, name), "utf8")) as T;
}

export function rulesOf(name: string): (AlertRule | RecordingRule)[] {
  return readYaml<RuleFile>(name).groups.flatMap(({ rules }) => rules);
}

export const alertRules = () => rulesOf("alerts.yml") as AlertRule[];
export const recordingRules = () => rulesOf("recording.yml") as RecordingRule[];

/** The paths of all files that promtool test rules is for. */
export function testFiles(): string[] {
  return readdirSync(EXAMPLES)
    .filter((name) => name.endsWith("_test.yml"))
    .map((name) => resolve(EXAMPLES, name));
}

export function alertCases(): AlertCase[] {
  return testFiles().flatMap((path) =>
    readYaml<TestFile>(path).tests.flatMap((one) => one.alert_rule_test ?? []),
  );
}
