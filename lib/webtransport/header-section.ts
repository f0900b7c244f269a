import { headerValue, type HeaderField } from './header-field.js';
import { http3Code, StreamError } from './http3-error.js';

/**
 * What makes a header section well formed (RFC 9114, 4.2 and 4.3; RFC 9220, 3). Everything here is a stream error
 * `MESSAGE_ERROR`.
 */

export interface RequestHead {
  readonly method: string;
  readonly protocol: string | undefined;
  readonly scheme: string | undefined;
  readonly authority: string | undefined;
  readonly path: string | undefined;
  /** The fields that are no pseudo-headers. */
  readonly headers: readonly HeaderField[];
}

export interface ResponseHead {
  readonly status: number;
  readonly headers: readonly HeaderField[];
}

/** @throws StreamError for a malformed request */
export function parseRequest(fields: readonly HeaderField[]): RequestHead {
  const { pseudo, headers } = split(fields, [':method', ':protocol', ':scheme', ':authority', ':path']);
  const method = pseudo.get(':method');
  if (method === undefined || !isToken(method)) throw malformed('no method');
  const head: RequestHead = {
    method,
    protocol: pseudo.get(':protocol'),
    scheme: pseudo.get(':scheme'),
    authority: pseudo.get(':authority'),
    path: pseudo.get(':path'),
    headers,
  };
  checkTarget(head);
  return head;
}

/** @throws StreamError for a malformed response */
export function parseResponse(fields: readonly HeaderField[]): ResponseHead {
  const { pseudo, headers } = split(fields, [':status']);
  const status = pseudo.get(':status');
  // 101 doesn't exist in HTTP/3 (RFC 9114, 4.5).
  if (status === undefined || !/^[1-5][0-9]{2}$/.test(status) || status === '101') throw malformed('no valid status');
  return { status: Number(status), headers };
}

/** Which of the pseudo-headers must and must not be there. */
function checkTarget(head: RequestHead): void {
  const isConnect = head.method === 'CONNECT';
  if (head.protocol !== undefined && !isConnect) throw malformed(':protocol without CONNECT');
  if (isConnect && head.protocol === undefined) {
    if (head.scheme !== undefined || head.path !== undefined) throw malformed('CONNECT with a scheme or path');
    if (!head.authority) throw malformed('CONNECT without an authority');
    return;
  }
  if (!head.scheme) throw malformed('no scheme');
  if (!head.path) throw malformed('no path');
  checkAuthority(head);
}

function checkAuthority(head: RequestHead): void {
  const host = headerValue(head.headers, 'host');
  if (head.authority !== undefined && host !== undefined && host !== head.authority) {
    throw malformed(':authority and host differ');
  }
  const needsAuthority = head.scheme === 'https' || head.scheme === 'http';
  if (head.authority === '' || (needsAuthority && !(head.authority ?? host))) throw malformed('no authority');
  if (head.protocol !== undefined && head.authority === undefined)
    throw malformed('extended CONNECT without authority');
}

function split(fields: readonly HeaderField[], known: readonly string[]) {
  const pseudo = new Map<string, string>();
  const headers: HeaderField[] = [];
  for (const field of fields) {
    if (!isFieldValue(field.value)) throw malformed('a header value with forbidden characters');
    if (!field.name.startsWith(':')) {
      checkHeader(field);
      headers.push(field);
      continue;
    }
    if (headers.length > 0) throw malformed('a pseudo-header after a header');
    if (!known.includes(field.name)) throw malformed('an unknown pseudo-header');
    if (pseudo.has(field.name)) throw malformed('a pseudo-header given twice');
    pseudo.set(field.name, field.value);
  }
  return { pseudo, headers };
}

/** Fields of one hop have no place in HTTP/3 (RFC 9114, 4.2). */
const connectionHeaders = ['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'];

function checkHeader({ name, value }: HeaderField): void {
  if (!isToken(name) || /[A-Z]/.test(name)) throw malformed('a header name with forbidden characters');
  if (connectionHeaders.includes(name)) throw malformed('a header that belongs to one connection');
  if (name === 'te' && value !== 'trailers') throw malformed('te is not trailers');
}

/** RFC 9110, 5.6.2. */
function isToken(text: string): boolean {
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text);
}

/** RFC 9110, 5.5: no NUL, CR or LF. */
function isFieldValue(text: string): boolean {
  return !/[\0\r\n]/.test(text);
}

function malformed(what: string): StreamError {
  return new StreamError(http3Code.MESSAGE_ERROR, what);
}
