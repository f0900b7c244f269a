import './protobuf.js';
import { gatesvr } from '../gen/gateway.js';

/** Numbers of the protocol that both ends must share (PROTOCOL 1). */

export const PROTOCOL_VERSION = 1;

/** Longest frame either way until Welcome says otherwise, in bytes. */
export const LOGIN_FRAME_BYTES = 64 * 1024;

/** Longest LoginReply.data, in bytes: Welcome has to fit LOGIN_FRAME_BYTES. */
export const LOGIN_DATA_BYTES = 48 * 1024;

/** How connections end; see CloseCode in gateway.proto. */
export const CloseCode = gatesvr.v1.CloseCode;

/** Whether a client whose connection ended with `code` comes back by itself (PROTOCOL 6). */
export function reconnects(code: number): boolean {
  return code < 4500 || code > 4999;
}
