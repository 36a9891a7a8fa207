import type { HostIndex } from "./host_index.ts";

/**
 * The programs that share a desktop, and how their arguments name the port. Where a program was not tested, its manual
 * page is given.
 */
export interface DesktopProgram {
  protocol: "vnc" | "rdp";
  /**
   * `display`: it creates the X display `:N` of its arguments, and listens on the default port plus N. `first free`: it
   * shares an existing desktop, on the default port or the first free one after it.
   */
  port: "display" | "first free";
  defaultPort: number;
  /** The options that set another port, in lower case: `-rfbport 5901`, `-rfbport=5901`, `rfbport=5901`. */
  options: readonly string[];
  /** Whether an argument that is a number, or ends in `:NUMBER`, may be the port. */
  hasBarePort?: boolean;
}

const X_SERVER: DesktopProgram = {
  protocol: "vnc",
  port: "display",
  defaultPort: 5900,
  options: ["rfbport"],
};

/** It has a separate port for browsers: Xvnc(1) of KasmVNC. */
const KASM_VNC: DesktopProgram = { ...X_SERVER, options: ["rfbport", "websocketport"] };

const VNC_SHARING: DesktopProgram = { ...X_SERVER, port: "first free" };

const RDP_SHARING: DesktopProgram = {
  protocol: "rdp",
  port: "first free",
  defaultPort: 3389,
  options: ["port", "rdp-port"],
};

/** By comm, which the kernel cuts to 15 bytes. */
export const DESKTOP_PROGRAMS: ReadonlyMap<string, readonly DesktopProgram[]> = new Map([
  ["Xtigervnc", [X_SERVER]], // TigerVNC in Debian
  ["Xvnc", [KASM_VNC]], // TigerVNC, TurboVNC, RealVNC and KasmVNC elsewhere
  ["Xkasmvnc", [KASM_VNC]],
  ["Xtightvnc", [X_SERVER]],
  ["Xturbovnc", [X_SERVER]],
  ["Xvnc4", [X_SERVER]], // Debian's vnc4server, up to 2018
  ["Xvnc-core", [X_SERVER]], // RealVNC's virtual mode
  ["Xrealvnc", [X_SERVER]],
  ["x11vnc", [VNC_SHARING]],
  ["x0vncserver", [VNC_SHARING]],
  ["X0tigervnc", [VNC_SHARING]], // x0vncserver in Debian
  ["w0vncserver", [VNC_SHARING]], // TigerVNC's server for Wayland: w0vncserver(1)
  ["W0tigervnc", [VNC_SHARING]],
  ["vncserver-x11-c", [VNC_SHARING]], // RealVNC's service and user modes: vncserver-x11-core
  ["wayvnc", [{ ...VNC_SHARING, options: [], hasBarePort: true }]], // wayvnc(1): [ADDRESS [PORT]]
  ["weston", [{ ...VNC_SHARING, options: ["port"] }]], // weston-vnc(7)
  ["krfb", [VNC_SHARING]],
  ["krfb-virtualmon", [{ ...VNC_SHARING, options: ["port"] }]], // krfb-virtualmonitor --port
  ["vino-server", [VNC_SHARING]],
  ["gnome-remote-de", [VNC_SHARING, RDP_SHARING]], // gnome-remote-desktop
  ["krdpserver", [RDP_SHARING]],
]);

const NAMES: ReadonlySet<string> = new Set(DESKTOP_PROGRAMS.keys());

/** Most processes of a user examined by name, in order of pid: a user can start thousands of them. */
const MAX_PROCESSES_PER_USER = 200;

/** Processes examined before yielding: some 10 ms without the JIT. */
export const PROCESSES_A_TURN = 256;

/** The rows of the processes with the name of one of these programs. */
export function* desktopProcesses({ records: { table } }: HostIndex): Generator<number> {
  const counts = new Map<number, number>();
  for (const row of table.rowsNamed(NAMES)) {
    const uid = table.uid[row]!;
    const count = (counts.get(uid) ?? 0) + 1;
    counts.set(uid, count);
    if (count <= MAX_PROCESSES_PER_USER) yield row;
  }
}

/** The number of ports from the default one on where a program looks for a free port. */
export const USUAL_PORTS = 100;

/** The port of a VNC display. */
export function vncPort(display: number): number {
  return X_SERVER.defaultPort + display;
}

/** The ports in the arguments: from the program's options, else from its display. Empty for `-rfbport -1`. */
export function portsOf(program: DesktopProgram, args: readonly string[]): number[] {
  const given = optionValues(program, args);
  const ports = given.filter((port) => port > 0);
  // Without a port, or with 0, the display decides; -1 means no TCP.
  if (program.port === "display" && given.every((port) => port === 0)) {
    const display = displayArgument(args);
    if (display !== undefined) ports.push(program.defaultPort + display);
  }
  return ports;
}

/** The X display number that a server creates: the argument `:N`. */
export function displayArgument(args: readonly string[]): number | undefined {
  const display = args.slice(1).find((arg) => /^:\d{1,5}$/.test(arg));
  return display === undefined ? undefined : Number(display.slice(1));
}

function optionValues({ options, hasBarePort }: DesktopProgram, args: readonly string[]): number[] {
  const values: number[] = [];
  for (const [i, arg] of args.entries()) {
    const [, dash, name, value] = /^(-{0,2})([A-Za-z][A-Za-z-]*)(?:=(-?\d{1,5}))?$/.exec(arg) ?? [];
    if (name !== undefined && options.includes(name.toLowerCase())) {
      const text = value ?? (dash === "" ? "" : (args[i + 1] ?? ""));
      if (/^-?\d{1,5}$/.test(text)) values.push(Number(text));
    }
    const bare = hasBarePort ? /^(?:.*:)?(\d{2,5})$/.exec(arg)?.[1] : undefined;
    if (bare !== undefined) values.push(Number(bare));
  }
  return values;
}
