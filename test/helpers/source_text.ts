/** What the rules of the architecture look at in a file of src/. */

/** A file, named from src/. */
export interface SourceFile {
  name: string;
  text: string;
}

/** The code of a file without its comments; strings stay. */
export function withoutComments(text: string): string {
  const tokens = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g;
  return text.replace(tokens, (token) => (/^\/[/*]/.test(token) ? " " : token));
}

/** The names that import and export statements take from; of what is loaded late no types. */
export function importsOf(text: string): string[] {
  const statements =
    /\b(?:import|export)\b[^;"']*?\bfrom\s*["']([^"']+)["']|\bimport\s*\(?["']([^"']+)["']/g;
  const types = /\bimport type\b[^;]*?from "node:(http2?|net|tls|stream)";/g;
  return Array.from(
    withoutComments(text).replace(types, "").matchAll(statements),
    ([, from, bare]) => from ?? bare ?? "",
  );
}

const STARTS_A_PROCESS = [
  /child_process/,
  /\bspawn(Sync)?\b/,
  /\b(execSync|execFile|execFileSync|fork)\b/,
  /\bBun\s*\.\s*(\$|(spawn|spawnSync|cc|plugin|openInEditor|Terminal)\b)/,
  /\bBun\s*\[/,
  /bun:(ffi|jsc|internal)/,
  /\bprocess\s*\.\s*(binding|_linkedBinding|dlopen|execve)\b/,
  /\bprocess\s*\[/,
  /\b(dlopen|linkSymbols|CFunction)\b/,
  /\b(Worker|ShadowRealm)\b/,
  /\b(eval|Function)\s*\(/,
  /\brequire\b/,
  /\bimport\s*\((?!"(?:node:(http2?|net|tls)|\.\/[\w/]+\.ts)"\))/,
  /\bimport\.meta\.require\b/,
];

/** What in a file could start a process, as it stands there. */
export function startsOf(text: string): string[] {
  const code = withoutComments(text);
  return STARTS_A_PROCESS.map((pattern) => pattern.exec(code)?.[0]).filter(
    (found) => found !== undefined,
  );
}

const HOST_PATH =
  /["'`]\/(?:proc|sys|run|var|etc|dev|usr)(?:\/[\w.*-]+)*(?:\/?\$\{[^`]*`|["'`])|\.proc\(["']/;

/** Lines with a path of the host that stand in a function, not in a constant of the file. */
export function inlinePathsOf(text: string): string[] {
  let isConstant = false;
  return withoutComments(text)
    .split("\n")
    .filter((line) => {
      if (/^\w/.test(line)) isConstant = /^(export )?const [A-Z][A-Z0-9_]*\b/.test(line);
      return !isConstant && HOST_PATH.test(line);
    });
}
