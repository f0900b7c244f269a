import { refusePeer } from '../../lib/quic/certificate.js';
import type { WebSocketDialerOptions } from '../../lib/transport/websocket-dialer.js';
import type { TestCertificate } from './certificate.js';

/** Trusts a server by the hash of its certificate. */
export function pinTo({ hash }: Pick<TestCertificate, 'hash'>): NonNullable<WebSocketDialerOptions['refuseServer']> {
  return (certificate, serverName) =>
    refusePeer(certificate === undefined ? null : [certificate], [hash], serverName, Date.now());
}
