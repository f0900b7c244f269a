import { connectGateway, type GatewayClient } from '../../lib/service/service.js';

/**
 * The gateway that this process was told to push to: "host:port" in GATEWAY_PUSH_ADDRESS, its token in
 * GATEWAY_PUSH_TOKEN. Undefined where it was told of none.
 */
export function gatewayOf(environment: NodeJS.ProcessEnv): GatewayClient | undefined {
  const { GATEWAY_PUSH_ADDRESS: address = '', GATEWAY_PUSH_TOKEN: token = '' } = environment;
  return address === '' ? undefined : connectGateway({ address, token });
}
