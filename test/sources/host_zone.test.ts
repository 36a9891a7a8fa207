import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { HostZone, zoneOfRuntime } from "../../src/sources/host_zone.ts";
import { Root } from "../../src/sources/root.ts";
import { IMPOSTORS, replace } from "../helpers/impostors.ts";

const TOKYO = "/usr/share/zoneinfo/Asia/Tokyo";
const SUMMER = Date.UTC(2026, 6, 1) / 1000;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "host-zone-"));
  mkdirSync(join(folder, "etc"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const hours = () => new HostZone(new Root(folder)).get().offsetAt(SUMMER) / 3600;

test("nothing there is UTC", () => expect(hours()).toBe(0));

test("/etc/TZ has a rule", () => {
  writeFileSync(join(folder, "etc/TZ"), "<+0530>-5:30\n");
  expect(hours()).toBe(5.5);
});

test("the name in /etc/timezone, without any file of that zone, is known to the runtime", () => {
  writeFileSync(join(folder, "etc/timezone"), "America/New_York\n");
  expect(hours()).toBe(-4);
});

test.each(["No/Such_Zone", "../../../etc/passwd", ""])("no zone: %p", (name) => {
  writeFileSync(join(folder, "etc/timezone"), `${name}\n`);
  expect(hours()).toBe(0);
});

test.each([
  ["Asia/Kolkata", "2026-07-01T12:00:00Z", 5.5],
  ["Europe/Berlin", "2026-03-29T00:59:59Z", 1],
  ["Europe/Berlin", "2026-03-29T01:00:00Z", 2],
  ["America/St_Johns", "2026-12-01T00:00:00Z", -3.5],
])("%s of the runtime, at %s", (name, time, hoursAhead) => {
  expect(zoneOfRuntime(name).offsetAt(Date.parse(time) / 1000) / 3600).toBe(hoursAhead);
});

test("a name that is no zone's is known to nobody", () => {
  expect(() => zoneOfRuntime("Europe/Nowhere")).toThrow(RangeError);
});

describe.skipIf(!existsSync(TOKYO))("/etc/localtime", () => {
  const localtime = () => join(folder, "etc/localtime");

  test("is a copy", () => {
    cpSync(TOKYO, localtime(), { dereference: true });
    expect(hours()).toBe(9);
  });

  test("is a link into the host's own tree", () => {
    const file = join(folder, "usr/share/zoneinfo/Europe/Berlin");
    mkdirSync(dirname(file), { recursive: true });
    // A file that is not what its name says shows which tree was read.
    cpSync(TOKYO, file, { dereference: true });
    symlinkSync("/usr/share/zoneinfo/Europe/Berlin", localtime());
    expect(hours()).toBe(9);
    rmSync(localtime());
    symlinkSync("../usr/share/zoneinfo/Europe/Berlin", localtime());
    expect(hours()).toBe(9);
  });

  test("is a link whose target is not mounted: its name tells", () => {
    symlinkSync("/usr/share/zoneinfo/Asia/Tokyo", localtime());
    expect(hours()).toBe(9);
  });

  test("is read again when it has changed", () => {
    const zone = new HostZone(new Root(folder));
    expect(zone.get().offsetAt(SUMMER)).toBe(0);
    cpSync(TOKYO, localtime(), { dereference: true });
    expect(zone.get().offsetAt(SUMMER)).toBe(9 * 3600);
  });

  test.each([...IMPOSTORS])("$name is UTC, at once", (impostor) => {
    replace(localtime(), impostor);
    expect(hours()).toBe(0);
  });
});
