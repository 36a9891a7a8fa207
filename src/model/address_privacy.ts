import { canonicalAddress } from "../sources/ip_address.ts";
import { keyedHash } from "../sources/keyed_hash.ts";

/** How addresses are shown: in full, only the network, a hash instead, or not at all. */
export type AddressMode = "full" | "prefix" | "hash" | "none";

const HASH_LENGTH = 16;

/** Hides or shortens addresses before they are shown. Sessions are joined by the full addresses. */
export class AddressPrivacy {
  /** @param key the key of the hash; hosts with the same key give an address the same hash */
  constructor(
    private readonly mode: AddressMode = "full",
    private readonly key: Uint8Array = new Uint8Array(),
  ) {}

  /** @param address canonical, or a host name; empty stays empty */
  show(address: string): string {
    if (this.mode === "full" || address === "") return address;
    if (this.mode === "prefix") return networkOf(address);
    return this.mode === "hash" ? this.hash(address) : "";
  }

  /** HMAC-SHA256, the first 16 hexadecimal digits. */
  private hash(address: string): string {
    return keyedHash(this.key, address).slice(0, HASH_LENGTH);
  }
}

/** `192.0.2.0/24`, `2001:db8:1::/48`; empty for a host name, whose network is unknown. */
function networkOf(text: string): string {
  const address = canonicalAddress(text);
  if (address === undefined) return "";
  if (!address.includes(":")) return `${address.split(".").slice(0, 3).join(".")}.0/24`;
  const [before = [], after = []] = address
    .split("::")
    .map((part) => part.split(":").filter((group) => group !== ""));
  const zeros = Array<string>(8 - before.length - after.length).fill("0");
  const groups = [...before, ...zeros, ...after].slice(0, 3);
  return `${canonicalAddress(`${groups.join(":")}::`)}/48`;
}
