import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certificateHash } from '../../lib/dev/certificate-hash.js';
import { BenchProcess, type BenchProcessOptions } from './bench-process.js';
import { buildPrograms, builtPath, programPath, type Program } from './build.js';

/** What a load needs above the defaults; all else, guarantees included, is as `gatesvr serve` has it. */
const NO_RATE_LIMIT = ['session.requestsPerSecond=1000000', 'session.requestBurst=1000000'];

/** Where a gateway listens and who may connect; what the clients' process needs. */
export interface Target {
  readonly url: string;
  /** SHA-256 of its certificate, base64. */
  readonly certificateHash: string;
  /** Its certificate and key, PEM. */
  readonly certificateFile: string;
  /** Signs tokens that Hello takes. */
  readonly secret: string;
}

/** A gateway under test. */
export interface StandGateway {
  readonly process: BenchProcess;
  readonly target: Target;
  /** "host:port" that services push to. */
  readonly pushAddress: string;
}

export interface GatewayOptions {
  /** "key=value" of its configuration. */
  readonly settings?: readonly string[];
  /** Such as `--expose-gc`. */
  readonly nodeOptions?: readonly string[];
  /** Whether Business is called over a Tunnel (default), or with one Process call a request. */
  readonly tunnel?: 'auto' | 'off';
}

/** Where services and gateways run, and the address at which clients find them. */
export interface Place {
  readonly address: string;
  readonly namespace?: string;
}

const HERE: Place = { address: '127.0.0.1' };

/**
 * The gateway as `gatesvr serve` runs it and the example services it needs, each its own process, with whatever a
 * benchmark starts beside them. `stop` ends them all.
 */
export class Stand {
  readonly #processes: BenchProcess[] = [];
  readonly #directory = mkdtempSync(join(tmpdir(), 'gatesvr-bench-'));
  readonly #secret = randomBytes(32).toString('hex');
  #helloAddress = '';
  #businessAddress = '';
  readonly #place: Place;
  #gateway: StandGateway | undefined;

  private constructor(place: Place) {
    this.#place = place;
  }

  /** @param settings "key=value" of the gateway's configuration */
  static async start(settings: readonly string[] = [], place = HERE): Promise<Stand> {
    await buildPrograms();
    const stand = new Stand(place);
    try {
      await stand.#startServices();
      stand.#gateway = await stand.startGateway({ settings });
    } catch (error) {
      await stand.stop();
      throw error;
    }
    return stand;
  }

  get gateway(): BenchProcess {
    return this.#gateway!.process;
  }

  get target(): Target {
    return this.#gateway!.target;
  }

  /** "host:port" of the example Business. */
  get businessAddress(): string {
    return this.#businessAddress;
  }

  /** Of every process that was started. */
  get pids(): number[] {
    return this.#processes.map(({ pid }) => pid);
  }

  /**
   * @param nodeOptions such as `--expose-gc`
   * @param namespace   this process' own when left out
   */
  startProgram(
    program: Program,
    args: readonly string[] = [],
    nodeOptions: readonly string[] = [],
    namespace?: string,
  ): Promise<BenchProcess> {
    return this.#run({
      name: program,
      entry: programPath(program),
      args,
      execArgv: nodeOptions,
      namespace,
      readyLine: /^ready ?(.*)/,
    });
  }

  /** Another gateway before the same services. */
  async startGateway({ settings = [], nodeOptions = [], tunnel = 'auto' }: GatewayOptions = {}): Promise<StandGateway> {
    const services = {
      hello: { addresses: [this.#helloAddress] },
      business: { addresses: [this.#businessAddress], tunnel },
    };
    const { address, namespace } = this.#place;
    const all = [
      `listen.host=${address}`,
      'listen.port=0',
      'admin.port=0',
      'push.port=0',
      `tls.directory=${this.#directory}`,
      'log.format=json',
      `services=${JSON.stringify(services)}`,
      `routes=${JSON.stringify([{ match: '*', service: 'business' }])}`,
      ...NO_RATE_LIMIT,
      ...settings,
    ];
    const gateway = await this.#run({
      name: 'gateway',
      entry: builtPath('lib/cli'),
      args: ['serve', ...all.flatMap((setting) => ['--set', setting])],
      execArgv: [...gatewayNodeOptions(), ...nodeOptions],
      namespace,
      readyLine: /"gateway started".*"listen":"[\d.]+:(\d+)".*"pushPort":(\d+)/,
    });
    const [, port, pushPort] = await gateway.ready;
    const target = this.targetAt(`https://${address}:${port!}/gatesvr`);
    return { process: gateway, target, pushAddress: `127.0.0.1:${pushPort!}` };
  }

  /** Something that shows the gateway's certificate at this address. */
  targetAt(url: string): Target {
    return {
      url,
      certificateHash: certificateHash(this.#directory)!,
      certificateFile: join(this.#directory, 'development.pem'),
      secret: this.#secret,
    };
  }

  async stop(): Promise<void> {
    // Clients first: nobody reconnects or complains then.
    for (const each of this.#processes.toReversed()) await each.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async #startServices(): Promise<void> {
    const [hello, business] = await Promise.all([this.#startService('hello'), this.#startService('business')]);
    this.#helloAddress = hello;
    this.#businessAddress = business;
  }

  /** @returns "host:port" */
  async #startService(name: 'hello' | 'business'): Promise<string> {
    const service = await this.#run({
      name,
      entry: builtPath(`examples/${name}/main`),
      args: ['--port', '0'],
      env: { HELLO_TOKEN_SECRET: this.#secret, LEDGER_DIR: '' },
      namespace: this.#place.namespace,
      readyLine: /listens on (\S+)/,
    });
    return (await service.ready)[1]!;
  }

  async #run(options: BenchProcessOptions): Promise<BenchProcess> {
    const started = await BenchProcess.start(options);
    this.#processes.push(started);
    return started;
  }
}

/** For profiling: `BENCH_GATEWAY_NODE_OPTIONS="--cpu-prof --cpu-prof-dir=/tmp/profiles"`. */
function gatewayNodeOptions(): string[] {
  return (process.env.BENCH_GATEWAY_NODE_OPTIONS ?? '').split(' ').filter((option) => option !== '');
}
