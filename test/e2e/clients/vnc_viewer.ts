/** A VNC viewer: it goes through the whole handshake, so that the server sends it the desktop. */
import { type Socket, connect } from "node:net";

/**
 * Views a desktop that asks for no password (RFC 6143, section 7.1 to 7.3).
 *
 * @returns the desktop's name and how to stop
 */
export async function viewDesktop(
  port: number,
): Promise<{ name: string; close: () => Promise<void> }> {
  const socket = connect(port, "127.0.0.1");
  const reader = new Reader(socket);
  try {
    const version = await reader.bytes(12);
    socket.write(version);
    const [securityTypes = 0] = await reader.bytes(1);
    if (!(await reader.bytes(securityTypes)).includes(1)) throw new Error("it wants a password");
    socket.write(new Uint8Array([1]));
    if ((await reader.bytes(4)).readUInt32BE() !== 0) throw new Error("it lets nobody in");
    socket.write(new Uint8Array([1])); // Others may look on too.
    const init = await reader.bytes(24);
    const name = (await reader.bytes(init.readUInt32BE(20))).toString();
    return { name, close: () => closed(socket) };
  } catch (error) {
    await closed(socket);
    throw error;
  }
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once("close", () => resolve());
    socket.destroy();
  });
}

const ANSWER_MS = 30_000;

class Reader {
  private buffer = Buffer.alloc(0);
  private failure: Error | undefined;

  constructor(socket: Socket) {
    socket.on("data", (data: Buffer) => (this.buffer = Buffer.concat([this.buffer, data])));
    socket.on("error", (error) => (this.failure = error));
    socket.on("end", () => (this.failure = new Error("the VNC server hung up")));
  }

  async bytes(count: number): Promise<Buffer> {
    const endMs = Date.now() + ANSWER_MS;
    while (this.buffer.length < count) {
      if (this.failure) throw this.failure;
      if (Date.now() > endMs) throw new Error("the VNC server does not answer");
      await Bun.sleep(20);
    }
    const taken = this.buffer.subarray(0, count);
    this.buffer = this.buffer.subarray(count);
    return taken;
  }
}
