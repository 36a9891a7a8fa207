/** Who may import what. */
import { dirname, join } from "node:path";
import { type SourceFile, importsOf } from "./source_text.ts";

/** A file imports only from its own folder and those to its left. */
const FOLDERS = ["sources", "model", "metrics", "collectors", "web", "cli", "main.ts"];

/** They stand outside that order: everybody may import them, and they import nobody else. */
const SHARED = new Set(["config.ts", "format.ts", "log.ts", "standard_streams.ts"]);

/** Whatever else can be imported; none of it can start a process or load native code. */
const MODULES = new Set([
  "bun:sqlite",
  "citty",
  "node:fs",
  "node:fs/promises",
  "node:path",
  "prom-client/lib/registry.js",
  "../package.json",
]);

/** What takes megabytes is imported when it is asked for, here; elsewhere only its types are. */
const LAZY = "web/node/modules.ts";
const LAZY_MODULES = new Set(["node:http", "node:http2", "node:net", "node:tls"]);

/** Parsers of messages are pure: they take text, from whatever log it came. */
const PURE = "sources/messages/";
const PURE_MAY_IMPORT = new Set([
  "sources/escape.ts",
  "sources/ip_address.ts",
  "sources/logs/record.ts",
]);

/** Why a file, named from src/, may not import something; undefined when it may. */
export function importFault(file: string, imported: string): string | undefined {
  const isPure = file.startsWith(PURE);
  if (isPure && imported.startsWith("node:fs")) return "is for sources that read files";
  if (!imported.startsWith(".")) {
    if (LAZY_MODULES.has(imported)) return file === LAZY ? undefined : "is to be loaded late";
    return MODULES.has(imported) ? undefined : "is not on the list";
  }
  const target = join(dirname(file), imported);
  if (isPure && !target.startsWith(PURE) && !PURE_MAY_IMPORT.has(target)) return "reads files";
  if (MODULES.has(target)) return undefined;
  if (SHARED.has(target)) return undefined;
  const [from, to] = [file, target].map((path) => FOLDERS.indexOf(path.split("/")[0]!));
  if (to === -1) return "is outside of the folders";
  return from! >= to! ? undefined : "is to the right";
}

/** The files and modules that are loaded before anything runs, from a file on. */
export function loadedBy(name: string, files: readonly SourceFile[], loaded = new Set<string>()) {
  if (loaded.has(name)) return loaded;
  loaded.add(name);
  const text = files.find((file) => file.name === name)?.text ?? "";
  const atOnce = text.replaceAll(/\bimport type [^;]+;|\bimport\([^)]+\)/g, "");
  for (const imported of importsOf(atOnce)) {
    loadedBy(imported.startsWith(".") ? join(dirname(name), imported) : imported, files, loaded);
  }
  return loaded;
}
