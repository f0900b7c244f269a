/** The public door `gatesvr`: a gateway inside a program of one's own. Clients use `gatesvr/client`, services `gatesvr/service`. */

export type { Certificate, CertificateSource } from '../certs/certificate-source.js';
export { systemClock, type Clock } from './clock.js';
export {
  loadConfig,
  makeConfig,
  type Config,
  type ConfigInput,
  type ConfigSources,
  type LoadedConfig,
} from './config.js';
export { errorTable, GatesvrError, type ErrorKind, type ErrorName } from './errors.js';
export { Gateway, type GatewayAddresses, type GatewayParts } from './gateway.js';
export { createLog, noLog, type Log, type LogFields, type LogOptions, type LogStream } from './log.js';
export { MemoryNetwork, type MemoryNetworkOptions, type MemoryWire } from './transport/memory.js';
export type { Close, Connection, ConnectionHandler, Dialer, Listener, Peer } from './transport/transport.js';
