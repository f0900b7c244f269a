import { execFileSync, spawnSync } from 'node:child_process';

/** The two ends; no other network is in these namespaces. */
export const GATEWAY_ADDRESS = '10.77.0.1';
const CLIENTS_ADDRESS = '10.77.0.2';

/**
 * Two network namespaces of this process alone, joined by a cable: whatever crosses it may be lost. `remove` takes both
 * away, and so does the end of this process.
 */
export class Namespaces {
  readonly gateway = `gatesvr-g${process.pid}`;
  readonly clients = `gatesvr-c${process.pid}`;
  readonly #onExit = (): void => this.remove();
  readonly #onSignal = (): void => process.exit(1);

  /** @throws Error that says what is missing: root, `ip`, `iptables` */
  static create(): Namespaces {
    if (process.getuid?.() !== 0) throw new Error('network namespaces need root on Linux');
    for (const [program, debianPackage] of [
      ['ip', 'iproute2'],
      ['iptables', 'iptables'],
    ] as const) {
      if (spawnSync(program, ['-V'], { stdio: 'ignore' }).error !== undefined) {
        throw new Error(`there is no ${program}; install with: sudo apt-get install --yes ${debianPackage}`);
      }
    }
    const namespaces = new Namespaces();
    try {
      namespaces.#make();
    } catch (error) {
      namespaces.remove();
      throw error;
    }
    return namespaces;
  }

  private constructor() {
    process.once('exit', this.#onExit);
    process.once('SIGINT', this.#onSignal);
    process.once('SIGTERM', this.#onSignal);
  }

  /** Of every packet that arrives, at both ends, this share is dropped from now on. 0: none. */
  lose(share: number): void {
    for (const name of [this.gateway, this.clients]) {
      ip('netns', 'exec', name, 'iptables', '-F', 'INPUT');
      if (share === 0) continue;
      const dropped = ['-m', 'statistic', '--mode', 'random', '--probability', String(share), '-j', 'DROP'];
      // Services and gateway talk over `lo`, which loses nothing.
      ip('netns', 'exec', name, 'iptables', '-A', 'INPUT', '!', '-i', 'lo', ...dropped);
    }
  }

  remove(): void {
    process.removeListener('exit', this.#onExit);
    process.removeListener('SIGINT', this.#onSignal);
    process.removeListener('SIGTERM', this.#onSignal);
    for (const name of [this.gateway, this.clients]) spawnSync('ip', ['netns', 'del', name], { stdio: 'ignore' });
  }

  #make(): void {
    ip('netns', 'add', this.gateway);
    ip('netns', 'add', this.clients);
    // An interface's name has at most 15 characters.
    const [here, there] = [`g${process.pid}`, `c${process.pid}`];
    ip('link', 'add', here, 'netns', this.gateway, 'type', 'veth', 'peer', 'name', there, 'netns', this.clients);
    for (const [name, link, address] of [
      [this.gateway, here, GATEWAY_ADDRESS],
      [this.clients, there, CLIENTS_ADDRESS],
    ] as const) {
      ip('-n', name, 'address', 'add', `${address}/24`, 'dev', link);
      ip('-n', name, 'link', 'set', link, 'up');
      ip('-n', name, 'link', 'set', 'lo', 'up');
    }
  }
}

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
