import { ConfigError } from "../config.ts";

/** The longest expression that is accepted, in UTF-16 code units. */
const MAX_LENGTH = 1000;
/** Most unbounded repetitions in one alternative: each one multiplies the time by the length of the name. */
const MAX_UNBOUNDED = 3;

/**
 * Compiles a regular expression over whole names. Refuses any that could take longer than a few passes over a name.
 *
 * @param flag the flag to name in the error
 * @throws ConfigError when it is invalid, too long, or has look-around, back references, or a repeated group with
 *    alternatives or repetitions in it
 */
export function namePattern(text: string, flag: string): RegExp {
  const refused = (why: string) => {
    const wanted =
      "want a JavaScript regular expression without look-around, back references and nested repetition";
    return new ConfigError(`${flag}: invalid expression "${text}": ${why}: ${wanted}`);
  };
  if (text.length > MAX_LENGTH) throw refused(`longer than ${MAX_LENGTH}`);
  const mistake = mistakeIn(text);
  if (mistake !== undefined) throw refused(mistake);
  const fault = new Shape(text).fault();
  if (fault !== undefined) throw refused(fault);
  return new RegExp(`^(?:${text})$`, "v");
}

/** Compiles it outside of a group: `a)(b` is invalid alone, but valid inside a group. */
function mistakeIn(text: string): string | undefined {
  try {
    RegExp(text, "v");
    return undefined;
  } catch (error) {
    return (error as Error).message.replace(/^Invalid regular expression:? ?/i, "");
  }
}

/** The properties of a part of an expression. */
interface Part {
  /** The number of unbounded repetitions, in the alternative with the most. */
  unbounded: number;
  /** Whether it can match the same text in several ways. */
  isAmbiguous: boolean;
}

/** Parses the structure of a valid expression. */
class Shape {
  private at = 0;

  constructor(private readonly text: string) {}

  fault(): string | undefined {
    try {
      const { unbounded } = this.alternatives();
      return unbounded > MAX_UNBOUNDED ? `more than ${MAX_UNBOUNDED} repetitions` : undefined;
    } catch (error) {
      if (error instanceof Refusal) return error.message;
      throw error;
    }
  }

  /** Parses alternatives up to the end of the group or of the text. */
  private alternatives(): Part {
    let most = 0;
    let inThis = 0;
    let isAmbiguous = false;
    while (this.at < this.text.length && this.text[this.at] !== ")") {
      if (this.text[this.at] === "|") {
        this.at++;
        most = Math.max(most, inThis);
        inThis = 0;
        isAmbiguous = true;
        continue;
      }
      const part = this.atom();
      const times = this.repetition();
      if (times !== "once" && times !== "perhaps" && part.isAmbiguous) {
        throw new Refusal("nested repetition");
      }
      inThis += part.unbounded + (times === "unbounded" ? 1 : 0);
      isAmbiguous ||= times !== "once" || part.isAmbiguous;
    }
    return { unbounded: Math.max(most, inThis), isAmbiguous };
  }

  private atom(): Part {
    const plain = { unbounded: 0, isAmbiguous: false };
    const letter = this.text[this.at++]!;
    if (letter === "\\") this.escape();
    else if (letter === "[") this.charactersClass();
    else if (letter === "(") return this.group();
    return plain;
  }

  private group(): Part {
    if (/^\?<?[=!]/.test(this.text.slice(this.at, this.at + 3))) throw new Refusal("look-around");
    const head = /^\?(?:<[^>]*>|[a-z-]*:)/.exec(this.text.slice(this.at))?.[0] ?? "";
    this.at += head.length;
    const inner = this.alternatives();
    this.at++;
    return inner;
  }

  private escape(): void {
    const letter = this.text[this.at++] ?? "";
    if (/[1-9k]/.test(letter)) throw new Refusal("back reference");
    const braces = /[pPuq]/.test(letter) ? /^\{[^}]*\}/.exec(this.text.slice(this.at)) : null;
    this.at += braces?.[0].length ?? 0;
  }

  /** Parses a character class; with the flag `v` classes can be nested. */
  private charactersClass(): void {
    for (let depth = 1; depth > 0 && this.at < this.text.length; this.at++) {
      const letter = this.text[this.at];
      if (letter === "\\") this.at++;
      else if (letter === "[") depth++;
      else if (letter === "]") depth--;
    }
  }

  private repetition(): "once" | "perhaps" | "bounded" | "unbounded" {
    const found = /^(?:[*+?]|\{\d+(?:,\d*)?\})\??/.exec(this.text.slice(this.at))?.[0];
    if (found === undefined) return "once";
    this.at += found.length;
    if (found.startsWith("?")) return "perhaps";
    return /^[*+]|,\}/.test(found) ? "unbounded" : "bounded";
  }
}

class Refusal extends Error {}
