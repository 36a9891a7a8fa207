/** The completions for the shells, asked for the last of the words that somebody typed. */
import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { exporterPath } from "./helpers/exporter.ts";
import { lacking } from "./helpers/needs.ts";
import { output, remove, scratchFolder } from "./helpers/run.ts";

const COMPLETION = resolve(import.meta.dir, "../examples/completion");

/** What is typed, and what each shell offers, without what is the same for all words before. */
const ALL: [words: string[], offered: string[]][] = [
  [["do"], ["doctor"]],
  [["--log.f"], ["--log.format="]],
  [["--no-collector.se"], ["--no-collector.sessions"]],
  [["--log.format=j"], ["json"]],
  [["--log.format", "j"], ["json"]],
  [["--log.level="], ["debug", "error", "info", "warn"]],
  [["-log.level="], ["debug", "error", "info", "warn"]],
  [["-log.level", "w"], ["warn"]],
  [["sessions", "--js"], ["--json"]],
  [["sessions", "--wat"], ["--watch"]],
  [["sessions", "--inter"], ["--interval="]],
  [["--js"], []],
  [["sessions", "s"], []],
  [["--version", "m"], ["metrics"]],
];

const folder = scratchFolder("completion");
mkdirSync(join(folder, "only_here"));
writeFileSync(join(folder, "only_here/file"), "");
afterAll(() => remove(folder));
// fish makes folders of its own there.
const env = { PATH: process.env["PATH"]!, HOME: folder, LC_ALL: "C.UTF-8" };

interface Shell {
  needs: string[];
  complete(words: string[]): Promise<string[]>;
  /** What -log.f becomes. */
  oneDash: string;
}

const SHELLS: Record<string, Shell> = {
  bash: { needs: ["bash", "grep", "sort"], complete: inBash, oneDash: "--log.format=" },
  zsh: { needs: ["zsh"], complete: inZsh, oneDash: "-log.format=" },
  fish: { needs: ["fish"], complete: inFish, oneDash: "-log.format=" },
};

for (const [name, { needs, complete, oneDash }] of Object.entries(SHELLS)) {
  describe.skipIf(lacking(needs) !== undefined)(`the completion for ${name}`, () => {
    test.each([...ALL, [["-log.f"], [oneDash]] as [string[], string[]]])(
      "of %j gives %j",
      async (words, offered) => {
        expect((await complete(words)).sort()).toEqual(offered);
      },
      60_000,
    );

    test("of a path gives files", async () => {
      expect((await complete([`--path.rootfs=${folder}/on`])).join()).toContain("only_here");
      expect((await complete(["--path.rootfs", `${folder}/on`])).join()).toContain("only_here");
    }, 60_000);

    test("of what is no list and no path gives nothing", async () => {
      expect(await complete(["--web.listen-address="])).toEqual([]);
    }, 60_000);
  });
}

async function inBash(words: string[]): Promise<string[]> {
  const script = `
    . "$1"; shift; COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
    compopt() { :; }
    _user_sessions_exporter "$1"; printf '%s\\n' "\${COMPREPLY[@]}"`;
  // bash takes "--log.level=de" for three words.
  const split = words
    .flatMap((word) => word.split(/(=)/))
    .filter((word, i, all) => word !== "" || all[i - 1] !== "=");
  const file = join(COMPLETION, "user_sessions_exporter.bash");
  return linesOf(["bash", "-c", script, "bash", file, exporterPath(), ...split]);
}

/** zsh completes for an interactive line only, so its functions for that are played. */
async function inZsh(words: string[]): Promise<string[]> {
  const script = `
    compset() { PREFIX=\${PREFIX#*=} }
    compadd() {
      local suffix=
      while [[ $1 != -- ]]; do [[ $1 == -S ]] && suffix=$2; shift; done
      shift
      for word; do [[ $word == $PREFIX* ]] && print -r -- $word$suffix; done
    }
    _files() { print -rl -- $PREFIX* }
    file=$1; shift; words=("$@"); CURRENT=$#words; PREFIX=$words[CURRENT]
    source $file; true`;
  const file = join(COMPLETION, "_user_sessions_exporter");
  return linesOf(["zsh", "-f", "-c", script, "zsh", file, exporterPath(), ...words]);
}

async function inFish(words: string[]): Promise<string[]> {
  const file = join(COMPLETION, "user_sessions_exporter.fish");
  const script = "source $argv[1]; complete -C (string join ' ' -- $argv[2..])";
  const lines = await linesOf([
    "fish",
    "--no-config",
    "-c",
    script,
    file,
    exporterPath(),
    ...words,
  ]);
  // Behind a tab is the description. fish offers the whole word, the other shells what is behind "=".
  return lines.map((line) => line.split("\t")[0]!.replace(/^-.*=(?=.)/, ""));
}

async function linesOf(command: string[]): Promise<string[]> {
  const text = await output(command, { env, timeoutMs: 60_000 });
  return text.split("\n").filter((line) => line !== "");
}
