/** A server whose web config file asks for TLS, and clients with certificates of several kinds. */
import { afterAll, afterEach, beforeAll } from "bun:test";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ConnectionOptions, type TLSSocket, connect } from "node:tls";
import { createLog } from "../../../src/log.ts";
import { type Server, serve } from "../../../src/web/server.ts";
import { type KeyPair, makeAuthority, makeCertificate } from "../../helpers/certificates.ts";
import { remove, scratchFolder } from "../../helpers/run.ts";
import { SITE } from "../../helpers/site.ts";

/** What it takes to serve TLS. */
export const TLS = ["tls_server_config:", "  cert_file: server.crt", "  key_file: server.key"];

/** One for all tests of a file: made before them, stopped after each, removed in the end. */
export class TlsServer {
  readonly logged: string[] = [];
  folder = "";
  /** Known to the authority that the server trusts. */
  scraper!: KeyPair;
  /** Of an authority that nobody trusts. */
  stranger!: KeyPair;
  port = 0;
  private authority!: KeyPair;
  private running: Server | undefined;

  constructor() {
    beforeAll(() => this.makeCertificates());
    afterAll(() => remove(this.folder));
    afterEach(() => this.stop());
  }

  get server(): Server {
    return this.running!;
  }

  /** The text of the certificate of the authority. */
  get ca(): string {
    return readFileSync(this.authority.cert, "utf8");
  }

  /** Puts another web config file in the place of the one before. */
  write(...lines: string[]): string {
    const path = join(this.folder, "web.yml");
    writeFileSync(`${path}.new`, lines.join("\n"));
    renameSync(`${path}.new`, path);
    return path;
  }

  /** @param lines of the web config file, behind those that ask for TLS */
  async start(...lines: string[]): Promise<void> {
    await this.stop();
    const webConfigFile = this.write(...TLS, ...lines);
    const log = createLog("info", "logfmt", false, (line) => this.logged.push(line));
    const listen = [{ host: "127.0.0.1", port: 0 }];
    this.running = await serve(SITE, { listen, webConfigFile }, log);
    this.port = Number(this.running.addresses[0]!.split(":")[1]);
  }

  async stop(): Promise<void> {
    await this.running?.stop();
    this.running = undefined;
    this.logged.length = 0;
  }

  options(more: ConnectionOptions = {}): ConnectionOptions {
    return { host: "127.0.0.1", port: this.port, ca: this.ca, servername: "localhost", ...more };
  }

  /** The whole answer to one request, or why there is none. */
  ask(more: ConnectionOptions = {}, head = ""): Promise<string> {
    return new Promise((resolve) => {
      let answer = "";
      const socket: TLSSocket = connect(this.options(more));
      socket.on("secureConnect", () =>
        socket.write(`GET /metrics HTTP/1.1\r\nHost: x\r\n${head}Connection: close\r\n\r\n`),
      );
      socket.on("data", (data: Buffer) => (answer += data.toString()));
      socket.on("error", (error) => resolve(answer || `error: ${error.message}`));
      socket.on("close", () => resolve(answer || "closed"));
    });
  }

  async isAnswered(more?: ConnectionOptions): Promise<boolean> {
    return (await this.ask(more)).startsWith("HTTP/1.1 200 ");
  }

  private async makeCertificates(): Promise<void> {
    const folder = (this.folder = scratchFolder("tls"));
    this.authority = await makeAuthority(folder, "ca");
    const strangers = await makeAuthority(folder, "strangers");
    const names = "DNS:localhost,IP:127.0.0.1";
    await makeCertificate(folder, "server", this.authority, names);
    await makeCertificate(folder, "renewed", this.authority, names);
    const known = "DNS:scraper.example,IP:10.1.2.3";
    this.scraper = await makeCertificate(folder, "scraper", this.authority, known);
    this.stranger = await makeCertificate(folder, "stranger", strangers, "DNS:scraper.example");
  }
}
