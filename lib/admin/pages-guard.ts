import { isIP } from 'node:net';

/**
 * Keeps web pages out. The port may listen on the developer's or an operator's own machine, and there any page they
 * look at can send requests to it: with the page's `Origin`, or, by a name of the page's that leads to this machine
 * (DNS rebinding), with that name as `Host`. Who calls from a service has no Origin and knows a name or address.
 */
export class PagesGuard {
  readonly #hosts: ReadonlySet<string>;

  /** @param hosts names that are ours, in small letters, without port; "localhost" and addresses always are */
  constructor(hosts: readonly string[]) {
    this.#hosts = new Set([...hosts, 'localhost']);
  }

  /** @returns why the request may come from a page; undefined: it doesn't */
  problem(header: (name: string) => string | undefined): string | undefined {
    const origin = header('origin');
    if (origin !== undefined) return `it has an Origin, ${JSON.stringify(origin)}`;
    // Browsers send it where they leave the Origin out.
    const site = header('sec-fetch-site');
    if (site !== undefined) return `it has Sec-Fetch-Site, ${JSON.stringify(site)}`;
    const host = header('host') ?? '';
    if (this.#isOurs(host)) return undefined;
    return `the Host is ${JSON.stringify(host)}: name it in push.httpHosts if it is this gateway`;
  }

  #isOurs(host: string): boolean {
    const [, bracketed, plain] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d{1,5})?$/.exec(host.toLowerCase()) ?? [];
    if (bracketed !== undefined) return isIP(bracketed) === 6;
    return plain !== undefined && (this.#hosts.has(plain) || isIP(plain) === 4);
  }
}
