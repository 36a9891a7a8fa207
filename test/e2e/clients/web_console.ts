/** A browser at cockpit: it logs in, and keeps the web socket open over which a page would be filled. */
import { COCKPIT_PORT } from "../machine/host.ts";
import type { Scene } from "../scene.ts";
import { OUTSIDE, type Opened } from "../truth.ts";

/** The certificate is the host's own. */
const TLS = { rejectUnauthorized: false };

export async function webConsole(
  { host }: Scene,
  { name, password }: { name: string; password: string },
): Promise<Opened> {
  const origin = `https://127.0.0.1:${host.port(COCKPIT_PORT)}`;
  const fromSeconds = Date.now() / 1000;
  const answer = await fetch(`${origin}/cockpit/login`, {
    headers: { Authorization: `Basic ${btoa(`${name}:${password}`)}` },
    tls: TLS,
    signal: AbortSignal.timeout(180_000),
  });
  const cookie = answer.headers.getSetCookie()[0]?.split(";")[0];
  if (!answer.ok || !cookie) throw new Error(`cockpit answers ${answer.status}`);
  const socket = new WebSocket(`${origin.replace("https", "wss")}/cockpit/socket`, {
    headers: { Cookie: cookie, Origin: origin },
    protocols: ["cockpit1"],
    tls: TLS,
  });
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve);
    socket.addEventListener("error", () => reject(new Error("cockpit takes no web socket")));
  });
  socket.send(`\n${JSON.stringify({ command: "init", version: 1 })}`);
  return {
    sessions: [`${name} web - ${OUTSIDE}`],
    logind: `${name} ${OUTSIDE}`,
    between: [fromSeconds, Date.now() / 1000],
    close: async () => socket.close(),
  };
}
