/** Certificates for tests, made with openssl: an authority, and what it vouches for. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { output } from "./run.ts";

export interface KeyPair {
  /** Paths of PEM files. */
  cert: string;
  key: string;
}

/** A self-signed authority, by its common name. */
export async function makeAuthority(folder: string, name: string): Promise<KeyPair> {
  const pair = pathsOf(folder, name);
  await openssl("req", "-x509", ...newKey(pair), "-subj", `/CN=${name}`, "-days", "2");
  return pair;
}

/**
 * A certificate that an authority signed, for servers and clients alike.
 *
 * @param names as openssl writes alternative names: `DNS:localhost,IP:127.0.0.1`
 */
export async function makeCertificate(
  folder: string,
  name: string,
  authority: KeyPair,
  names: string,
): Promise<KeyPair> {
  const pair = pathsOf(folder, name);
  const request = join(folder, `${name}.csr`);
  const extensions = join(folder, `${name}.ext`);
  writeFileSync(extensions, `subjectAltName=${names}\n`);
  const subject = ["-subj", `/CN=${name}`];
  await openssl(
    "req",
    "-new",
    "-newkey",
    ...CURVE,
    "-keyout",
    pair.key,
    "-out",
    request,
    ...subject,
  );
  const signer = ["-CA", authority.cert, "-CAkey", authority.key, "-CAcreateserial"];
  const made = ["-in", request, "-out", pair.cert, "-days", "2", "-extfile", extensions];
  await openssl("x509", "-req", ...made, ...signer);
  return pair;
}

const CURVE = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

function newKey({ cert, key }: KeyPair): string[] {
  return ["-newkey", ...CURVE, "-keyout", key, "-out", cert];
}

function pathsOf(folder: string, name: string): KeyPair {
  return { cert: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
}

function openssl(...words: string[]): Promise<string> {
  return output(["openssl", ...words]);
}
