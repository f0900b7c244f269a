import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { until } from './until.js';

/** Masks with zeros: what a client sends has to be masked (RFC 6455 section 5.3), with whatever key. */
const MASKED = 0x80;
/** First byte of a close frame. */
const CLOSE = 0x88;

/** Says to a TCP port, over TLS or not, whatever bytes a test wants, and keeps what is answered. */
export class RawPeer {
  readonly #socket: Socket;
  #received = Buffer.alloc(0);
  #ended = false;

  constructor(port: number, tls: boolean) {
    const to = { port, host: '127.0.0.1' };
    this.#socket = tls ? connectTls({ ...to, rejectUnauthorized: false }) : connectTcp(to);
    this.#socket.on('data', (chunk) => (this.#received = Buffer.concat([this.#received, chunk])));
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => (this.#ended = true));
  }

  get text(): string {
    return this.#received.toString('latin1');
  }

  get hasEnded(): boolean {
    return this.#ended;
  }

  send(bytes: Uint8Array | string): void {
    this.#socket.write(bytes);
  }

  end(): void {
    this.#socket.destroy();
  }

  /** Everything that came until the other side ended. */
  async answer(): Promise<string> {
    await until(() => this.#ended);
    return this.text;
  }

  /** Asks for a WebSocket and waits until it stands. */
  async upgrade(headers: Readonly<Record<string, string>> = {}, path = '/gatesvr'): Promise<this> {
    this.send(upgradeRequest(headers, path));
    await until(() => this.text.includes('\r\n\r\n') || this.#ended);
    this.#received = this.#received.subarray(this.text.indexOf('\r\n\r\n') + 4);
    return this;
  }

  /** Code and reason of the close frame that the other side ends with. */
  async close(): Promise<{ code: number; reason: string }> {
    await until(() => this.#closeFrame !== undefined || this.#ended);
    const frame = this.#closeFrame;
    if (frame === undefined) throw new Error('it ended without a close frame');
    return { code: frame.readUInt16BE(2), reason: frame.subarray(4).toString() };
  }

  get #closeFrame(): Buffer | undefined {
    const at = this.#received.lastIndexOf(CLOSE);
    if (at === -1 || this.#received.length < at + 2) return undefined;
    const frame = this.#received.subarray(at, at + 2 + this.#received[at + 1]!);
    return frame.length === 2 + frame[1]! ? frame : undefined;
  }
}

/** @param headers in place of those of a handshake, or beside them; '' leaves one out */
export function upgradeRequest(headers: Readonly<Record<string, string>> = {}, path = '/gatesvr'): string {
  const all = {
    host: 'localhost',
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) => (value === '' ? [] : [`${name}: ${value}\r\n`]));
  return `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/**
 * One frame of a client.
 * @param first its first byte: FIN, reserved bits and opcode
 * @param length what to say that it is, for one that lies
 */
export function clientFrame(first: number, payload: Uint8Array | string = '', length?: number): Buffer {
  const bytes = Buffer.from(payload as string);
  const says = length ?? bytes.length;
  const header = Buffer.alloc(says < 126 ? 2 : 10);
  header[0] = first;
  header[1] = MASKED | (says < 126 ? says : 127);
  if (says >= 126) header.writeBigUInt64BE(BigInt(says), 2);
  return Buffer.concat([header, Buffer.alloc(4), bytes]);
}
