import assert from 'node:assert/strict';
import { connect } from '../../lib/client/node.js';
import type { GatesvrClient } from '../../lib/client/node.js';
import { connectGateway } from '../../lib/service/service.js';
import type { GatewayClient, PushResult } from '../../lib/service/service.js';
import { GatewayStand } from '../support/gateway-stand.js';
import { seededRandom } from '../support/seeded-random.js';
import { UdpRelay, type Fate } from '../support/udp-relay.js';
import { until } from '../support/until.js';

/** Another one for another course of things; it is in the title of the test. */
const SEED = Number(process.env.SEED ?? 20_260_101);

/** Share of the datagrams each way; together more than every fourth. */
const LOST = 0.1;
const DOUBLED = 0.1;
const LATE = 0.1;

const REQUESTS = 300;
const SIDE_BY_SIDE = 8;
/** Each request is the occasion of so many pushes of each class. */
const VOLATILE = 2;
/** Answers after which the link is cut as well. */
const CUTS: ReadonlySet<number> = new Set([100, 200]);

describe('Gateway: a network that loses, doubles and reorders datagrams', function () {
  this.timeout(180_000);
  let stand: GatewayStand;
  let services: GatewayClient;
  let relay: UdpRelay;
  let client: GatesvrClient;
  let executed: string[];
  let reliable: string[];
  let pushes: Promise<PushResult>[];
  let fates: Record<Fate, number>;

  beforeEach(async () => {
    executed = [];
    reliable = [];
    pushes = [];
    fates = { pass: 0, lose: 0, twice: 0, late: 0 };
    stand = await GatewayStand.start({
      business: {
        step: (request) => {
          const text = request.text();
          executed.push(text);
          const to = { player: 'ann' };
          reliable.push(text);
          pushes.push(services.push({ to, topic: 'news', text }));
          for (let i = 0; i < VOLATILE; i++) {
            const position = { to, topic: 'position', class: 'volatile' as const, text: `${text}/${i}` };
            pushes.push(services.push(position));
          }
          return { text: `done ${text}` };
        },
      },
    });
    services = connectGateway({ address: `127.0.0.1:${stand.gateway.addresses.push.port}` });
    relay = new UdpRelay(stand.gateway.addresses.listen.port);
    client = connect({
      url: `https://127.0.0.1:${await relay.start()}/gatesvr`,
      token: 'token-of-ann',
      transports: ['webtransport'],
      serverCertificateHashes: [Buffer.from(stand.certificate.hash).toString('base64')],
      backoff: { baseMs: 20 },
    });
    client.onError(() => undefined);
    await client.ready();
  });

  afterEach(async () => {
    relay.fateOf = () => 'pass';
    await client.close();
    await services.close();
    relay.stop();
    await stand.stop();
  });

  function beHostile(): void {
    const random = seededRandom(SEED);
    relay.fateOf = () => {
      const fate = fateFrom(random());
      fates[fate]++;
      return fate;
    };
  }

  it(`executes each request once, delivers each notify once and in order, nothing volatile twice (seed ${SEED})`, async () => {
    const seqs: number[] = [];
    const news: string[] = [];
    const positions: string[] = [];
    client.onUnit((seq) => {
      if (seq > 0) seqs.push(seq);
    });
    client.onNotify('news', (notify) => news.push(notify.text()));
    client.onNotify('position', (notify) => positions.push(notify.text()));
    beHostile();

    let asked = 0;
    let answered = 0;
    const line = async (): Promise<void> => {
      while (asked < REQUESTS) {
        const text = `${asked++}`;
        assert.equal((await client.request('step', text)).text(), `done ${text}`);
        if (CUTS.has(++answered)) client.dropLink();
      }
    };
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, line));
    const results = await Promise.all(pushes);
    await until(() => news.length >= reliable.length);

    const wanted = Array.from({ length: REQUESTS }, (_, i) => `${i}`);
    assert.deepEqual([...executed].sort(), wanted.sort());
    assert.deepEqual(news, reliable);
    assert.deepEqual(
      seqs,
      seqs.map((_, i) => i + 1),
    );
    assert.equal(seqs.length, 2 * REQUESTS);
    assert.equal(new Set(positions).size, positions.length);
    assert.ok(positions.length > 0 && positions.length <= VOLATILE * REQUESTS);
    assert.ok(results.every(({ outcome }) => outcome !== 'refused'));
    const { FULL, PARTIAL, FRESH } = client.counters.resumes;
    assert.ok(FULL >= CUTS.size);
    assert.deepEqual([PARTIAL, FRESH], [0, 1]);
    assert.ok(fates.lose > 0 && fates.twice > 0 && fates.late > 0, JSON.stringify(fates));
  });
});

function fateFrom(share: number): Fate {
  if (share < LOST) return 'lose';
  if (share < LOST + DOUBLED) return 'twice';
  return share < LOST + DOUBLED + LATE ? 'late' : 'pass';
}
