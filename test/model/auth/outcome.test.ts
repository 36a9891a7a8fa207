import { expect, test } from "bun:test";
import { LOGIN_METHODS, loginMethod } from "../../../src/model/auth/outcome.ts";

test("a method is known by its whole name, any other is `other`", () => {
  for (const method of LOGIN_METHODS) expect(loginMethod(method)).toBe(method);
  for (const text of ["", "quantum", "Password", "keyboard-interactive/pam", "toString"])
    expect(loginMethod(text)).toBe("other");
});
