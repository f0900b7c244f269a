import { RequestError, type GatesvrClient } from '../../lib/client/node.js';

/** One request: the answer goes to standard output, what went wrong to standard error. @returns whether it was a 2xx */
export async function requestOnce(client: GatesvrClient, action: string, data: string): Promise<boolean> {
  try {
    const reply = await client.request(action, data);
    console.log(reply.text());
    return true;
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    console.error(`${error.code} ${error.outcome}: ${error.message}`);
    return false;
  }
}
