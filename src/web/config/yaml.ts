/**
 * A strict YAML parser for settings. Bun's parser takes the last of two equal keys, expands aliases and merge keys, and
 * reads several documents as a list. This one refuses all of that, and names the line. https://yaml.org/spec/1.2.2/
 */
import { type KeyAt, findKeys } from "./yaml_keys.ts";

export type YamlMap = Record<string, unknown>;

/**
 * Parses one document: a mapping, or an empty one.
 *
 * @throws an Error of one line with the reason and the place
 */
export function parseYaml(text: string): YamlMap {
  const keys = findKeys(text);
  const seen = new Set<string>();
  for (const key of keys) {
    if (seen.has(key.path)) throw new Error(`line ${key.line}: duplicate key "${key.name}"`);
    seen.add(key.path);
  }
  const value = parse(text);
  if (value === null) return {};
  if (!isMap(value)) throw new Error("want a mapping of settings");
  // Where the search for keys and the parser disagree, a duplicate could hide.
  const parsed = new Set(pathsOf(value));
  const odd = keys.find(({ path }) => !parsed.has(path));
  if (odd) throw unclear(odd);
  if (parsed.size !== seen.size) throw new Error("write it in plain YAML: one key a line");
  return value;
}

export function isMap(value: unknown): value is YamlMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parse(text: string): unknown {
  try {
    return Bun.YAML.parse(text);
  } catch (error) {
    const [reason] = (error as Error).message.replace(/^YAML Parse error: /, "").split("\n");
    throw new Error(`invalid YAML: ${reason}`, { cause: error });
  }
}

function unclear({ line, name }: KeyAt): Error {
  return new Error(
    `line ${line}: key "${name}" is ambiguous: put it in quotes, on a line of its own`,
  );
}

function pathsOf(map: YamlMap, parent = "", paths: string[] = []): string[] {
  for (const [key, value] of Object.entries(map)) {
    const path = `${parent}\0${key}`;
    if (Array.isArray(value) && value.some((item) => typeof item === "object" && item !== null)) {
      throw new Error(`${key}: unsupported list of lists or mappings`);
    }
    paths.push(path);
    if (isMap(value)) pathsOf(value, path, paths);
  }
  return paths;
}
