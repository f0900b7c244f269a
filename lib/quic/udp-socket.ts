import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { GatesvrError } from '../errors.js';
import type { HostPort } from './engine.js';

/** Outgoing datagrams the kernel hasn't taken yet; beyond, connections keep what they have. 512 × 1500 B = 750 KiB. */
const SLOTS = 512;
const SLOT_BYTES = 1500;
/** Room for bursts between two turns; the system may give less. */
const KERNEL_BUFFER_BYTES = 4 * 1024 * 1024;
/** Every IPv6 address, and through mapped addresses every IPv4 one. */
const ANY_IPV6 = '::';
const ANY_IPV4 = '0.0.0.0';

export interface UdpSocketEvents {
  received(datagram: Buffer, from: RemoteInfo): void;
  /** There was no slot, now there is. */
  writable(): void;
  /** A datagram could not be sent; QUIC sees it as lost. */
  sendFailed(): void;
}

/**
 * One UDP socket that sends out of a ring of buffers: the system takes datagrams in the order they are given, so the
 * number of those not yet taken is all there is to remember.
 */
export class UdpSocket {
  readonly #events: UdpSocketEvents;
  readonly #slots = Array.from({ length: SLOTS }, () => new Uint8Array(SLOT_BYTES));
  #socket: Socket | undefined;
  #local: HostPort = { host: ANY_IPV6, port: 0 };
  #next = 0;
  #pending = 0;
  #wanted = false;

  constructor(events: UdpSocketEvents) {
    this.#events = events;
  }

  /** Where it is bound; the same object for the socket's life. */
  get local(): HostPort {
    return this.#local;
  }

  get isIPv6(): boolean {
    return isIPv6(this.#local.host);
  }

  /**
   * @param host an address; undefined for all there are
   * @throws GatesvrError `LISTEN_FAILED`
   */
  async bind(host: string | undefined, port: number): Promise<void> {
    try {
      await this.#bind(host ?? ANY_IPV6, port);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      const noIPv6 = code === 'EAFNOSUPPORT' || code === 'EADDRNOTAVAIL' || code === 'EINVAL';
      if (host !== undefined || !noIPv6)
        throw new GatesvrError('LISTEN_FAILED', `udp ${host ?? ANY_IPV6} ${port}`, error);
      await this.#bind(ANY_IPV4, port).catch((again: unknown) => {
        throw new GatesvrError('LISTEN_FAILED', `udp ${ANY_IPV4} ${port}`, again);
      });
    }
  }

  keepsProcessAlive(keeps: boolean): void {
    if (keeps) this.#socket?.ref();
    else this.#socket?.unref();
  }

  /** The buffer for the next datagram; undefined when the system is behind: `writable` will be called. */
  slot(): Uint8Array | undefined {
    if (this.#pending < SLOTS) return this.#slots[this.#next]!;
    this.#wanted = true;
    return undefined;
  }

  /** Sends the first `length` bytes of the buffer that `slot` gave. */
  send(length: number, port: number, host: string): void {
    if (this.#socket === undefined) return;
    const slot = this.#slots[this.#next]!;
    this.#next = (this.#next + 1) % SLOTS;
    this.#pending++;
    this.#socket.send(slot, 0, length, port, host, this.#sent);
  }

  /** Sends a datagram that isn't written into a slot, if there is one. @returns false when it is lost */
  sendCopy(bytes: Uint8Array, port: number, host: string): boolean {
    const slot = this.slot();
    if (slot === undefined) return false;
    slot.set(bytes);
    this.send(bytes.length, port, host);
    return true;
  }

  /** Resolves when the address is free. */
  async close(): Promise<void> {
    const socket = this.#socket;
    if (socket === undefined) return;
    this.#socket = undefined;
    socket.removeAllListeners('message');
    await new Promise<void>((resolve) => {
      socket.close(() => {
        resolve();
      });
    });
  }

  async #bind(host: string, port: number): Promise<void> {
    const type = isIPv6(host) ? 'udp6' : 'udp4';
    const socket = createSocket({
      type,
      // Addresses are never names here: without this every datagram would take a detour through the resolver.
      lookup: (address, _options, callback) => {
        callback(null, address, type === 'udp6' ? 6 : 4);
      },
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind({ address: host, port }, () => {
        socket.removeListener('error', reject);
        resolve();
      });
    });
    // ICMP errors of single datagrams: to QUIC the datagram is lost.
    socket.on('error', () => this.#events.sendFailed());
    socket.on('message', (datagram, from) => this.#events.received(datagram, from));
    setKernelBuffers(socket);
    this.#socket = socket;
    this.#local = { host, port: socket.address().port };
  }

  readonly #sent = (error: Error | null): void => {
    this.#pending--;
    if (error !== null) this.#events.sendFailed();
    if (this.#wanted) {
      this.#wanted = false;
      this.#events.writable();
    }
  };
}

function setKernelBuffers(socket: Socket): void {
  try {
    socket.setRecvBufferSize(KERNEL_BUFFER_BYTES);
    socket.setSendBufferSize(KERNEL_BUFFER_BYTES);
  } catch {
    // The system's own sizes stay.
  }
}
