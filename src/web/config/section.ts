import { type YamlMap, isMap } from "./yaml.ts";

/** A mapping of settings, read by type. Each error names the setting. */
export class Section<Key extends string> {
  private readonly map: YamlMap;

  /**
   * @param name the key of the section; "" for the whole file
   * @throws an Error for a key that is not in `keys`
   */
  constructor(
    private readonly name: string,
    value: unknown,
    keys: readonly Key[],
  ) {
    this.map = mapOf(name, value);
    const unknown = Object.keys(this.map).find((key) => !keys.includes(key as Key));
    if (unknown === undefined) return;
    throw new Error(`${this.pathOf(unknown)}: unknown key: want one of ${keys.join(", ")}`);
  }

  /** The parsed value; undefined when the key is missing. */
  raw(key: Key): unknown {
    return Object.hasOwn(this.map, key) ? (this.map[key] ?? undefined) : undefined;
  }

  /** Undefined when the key is missing or blank. */
  text(key: Key): string | undefined {
    const value = this.raw(key);
    return value === undefined ? undefined : textOf(this.pathOf(key), value) || undefined;
  }

  texts(key: Key): string[] | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) throw new Error(`${this.pathOf(key)}: want a list`);
    return value.map((item) => textOf(this.pathOf(key), item));
  }

  /** Accepts the words for true and false of YAML 1.1, on which the file format is based. */
  flag(key: Key, byDefault: boolean): boolean {
    const value = this.raw(key) ?? byDefault;
    if (typeof value === "boolean") return value;
    if (/^(y|yes|on)$/i.test(String(value))) return true;
    if (/^(n|no|off)$/i.test(String(value))) return false;
    throw new Error(`${this.pathOf(key)}: want true or false`);
  }

  /** A non-negative integer. */
  count(key: Key): number | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
    throw new Error(`${this.pathOf(key)}: want a whole number from 0 on`);
  }

  /** One of a few words. */
  oneOf<Word extends string>(key: Key, words: readonly Word[]): Word | undefined {
    const text = this.text(key);
    const word = words.find((candidate) => candidate === text);
    if (text === undefined || word !== undefined) return word;
    throw new Error(
      `${this.pathOf(key)}: unknown value "${text}": want one of ${words.join(", ")}`,
    );
  }

  pathOf(key: string): string {
    return this.name === "" ? key : `${this.name}.${key}`;
  }
}

/** A mapping of free keys to text. */
export function textMap(name: string, value: unknown): Map<string, string> {
  const entries = Object.entries(mapOf(name, value));
  return new Map(entries.map(([key, text]) => [key, textOf(`${name}.${key}`, text ?? "")]));
}

function mapOf(name: string, value: unknown): YamlMap {
  if (value === undefined || value === null) return {};
  if (!isMap(value)) throw new Error(`${name}: want a mapping`);
  return value;
}

/** Returns a string, number or boolean as text. @throws an Error for anything else */
function textOf(path: string, value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw new Error(`${path}: want a string`);
}
