import { BlockList, isIP } from 'node:net';
import { plainAddress } from '../address.js';

/** An address with the port that some proxies add: `192.0.2.1:4711`, `[2001:db8::1]:4711`, `[2001:db8::1]`. */
const WITH_PORT = /^(?:\[([0-9a-fA-F:.]+)\](?::\d{1,5})?|(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5})$/;

/** The proxies in front of the gateway, and with them whom to believe where a client comes from. */
export class TrustedProxies {
  readonly #list = new BlockList();

  /** @param entries addresses and networks: `192.0.2.1`, `10.0.0.0/8`, `2001:db8::/32` */
  constructor(entries: readonly string[] = []) {
    for (const entry of entries) {
      const [given = '', bits] = entry.split('/', 2);
      const address = plainAddress(given);
      const family = familyOf(address);
      if (bits === undefined) this.#list.addAddress(address, family);
      else this.#list.addSubnet(address, Number(bits), family);
    }
  }

  trusts(address: string): boolean {
    const plain = plainAddress(address);
    return isIP(plain) !== 0 && this.#list.check(plain, familyOf(plain));
  }

  /**
   * Each proxy adds whom it heard from at the right end; what stands left of the first one that isn't trusted is a mere
   * claim, and so is everything from an entry on that is no address.
   * @param heardFrom the other end of the connection
   * @param forwardedFor the header X-Forwarded-For
   */
  clientAddress(heardFrom: string, forwardedFor: string | undefined): string {
    let address = plainAddress(heardFrom);
    const claims = forwardedFor?.split(',') ?? [];
    while (claims.length > 0 && this.trusts(address)) {
      const claim = withoutPort(claims.pop()!.trim());
      if (isIP(claim) === 0) break;
      address = plainAddress(claim);
    }
    return address;
  }
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}

function withoutPort(claim: string): string {
  const found = WITH_PORT.exec(claim);
  return found?.[1] ?? found?.[2] ?? claim;
}
