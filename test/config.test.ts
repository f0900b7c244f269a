import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describeConfig, loadConfig, makeConfig } from '../lib/config.js';
import type { ConfigSources } from '../lib/config.js';
import { environmentName } from '../lib/config/layer.js';
import type { Fields } from '../lib/config/setting.js';
import { settings } from '../lib/config/settings.js';
import { GatesvrError } from '../lib/errors.js';

/** What is wrong with the configuration, one problem a line. */
function problemsOf(load: () => unknown): string[] {
  try {
    load();
  } catch (error) {
    assert.ok(error instanceof GatesvrError);
    assert.equal(error.error, 'BAD_CONFIG');
    return error.message.replace('the configuration is wrong: ', '').split('\n  ');
  }
  return [];
}

function flagProblems(...flags: string[]): string[] {
  return problemsOf(() => loadConfig({ flags }));
}

describe('makeConfig', () => {
  it('gives the defaults that the documentation names', () => {
    const config = makeConfig();
    assert.equal(config.listen.port, 8453);
    assert.equal(config.listen.host, '::');
    assert.equal(config.admin.host, '127.0.0.1');
    assert.equal(config.session.maxFrameBytes, 1024 * 1024);
    assert.equal(config.helloService, 'hello');
    assert.deepEqual(
      Object.entries(config.services).map(([name, { addresses }]) => [name, ...addresses]),
      [
        ['hello', '127.0.0.1:8081'],
        ['business', '127.0.0.1:8082'],
        ['zone', '127.0.0.1:8083'],
      ],
    );
    assert.deepEqual(
      config.routes.map(({ match, service, timeoutMs }) => [match, service, timeoutMs]),
      [
        ['zone.*', 'zone', 30_000],
        ['chat.*', 'zone', 30_000],
        ['*', 'business', 30_000],
      ],
    );
  });

  it('takes a part of a configuration and fills in the rest', () => {
    const config = makeConfig({
      listen: { port: 0 },
      dispatch: { timeoutMs: 7000 },
      services: { hello: { addresses: ['h:1'] }, shop: { addresses: ['[::1]:2'], inFlight: 1 } },
      routes: [{ match: 'buy', service: 'shop', serial: true }],
    });
    assert.equal(config.listen.port, 0);
    assert.equal(config.listen.path, '/gatesvr');
    assert.deepEqual(config.services.shop, {
      addresses: ['[::1]:2'],
      balance: 'round-robin',
      inFlight: 1,
      queue: 4000,
      tunnel: 'auto',
      tunnelStreams: 2,
    });
    assert.deepEqual(config.routes, [
      {
        match: 'buy',
        service: 'shop',
        auth: [],
        ordering: 'completion',
        serial: true,
        timeoutMs: 7000,
        idempotent: false,
      },
    ]);
  });

  it('gives what nobody can change', () => {
    const config = makeConfig({ listen: { origins: ['https://game.example'] } });
    const everything: unknown[] = [config];
    for (const value of everything) {
      if (typeof value !== 'object' || value === null) continue;
      assert.ok(Object.isFrozen(value), JSON.stringify(value));
      everything.push(...(Object.values(value) as unknown[]));
    }
    assert.ok(everything.length > 80);
  });

  it('does not change when its input does later', () => {
    const services = { hello: { addresses: ['a:1'] } };
    const config = makeConfig({ services, routes: [] });
    services.hello.addresses.push('b:2');
    assert.deepEqual(config.services.hello?.addresses, ['a:1']);
  });
});

describe('loadConfig', () => {
  let directory: string;
  let file: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'gatesvr-config-'));
    file = join(directory, 'gatesvr.yaml');
  });

  afterEach(() => rm(directory, { recursive: true }));

  it('lets a file win over defaults, the environment over the file, and flags over all', async () => {
    await writeFile(file, 'session: { slowUnits: 1, requestBurst: 1, refusalBurst: 1 }');
    const environment = { GATESVR_SESSION_REQUEST_BURST: '2', GATESVR_SESSION_REFUSAL_BURST: '2' };
    const { config, origins } = loadConfig({ file, environment, flags: ['session.refusalBurst=3'] });
    const { slowBytes, slowUnits, requestBurst, refusalBurst } = config.session;
    assert.deepEqual([slowBytes, slowUnits, requestBurst, refusalBurst], [2 * 1024 * 1024, 1, 2, 3]);
    assert.equal(origins.get('session.slowBytes'), 'default');
    assert.equal(origins.get('session.slowUnits'), `file ${file}`);
    assert.equal(origins.get('session.requestBurst'), 'environment GATESVR_SESSION_REQUEST_BURST');
    assert.equal(origins.get('session.refusalBurst'), 'flag');
  });

  it('reads the file that GATESVR_CONFIG names, JSON too', async () => {
    await writeFile(file, JSON.stringify({ listen: { port: 9 } }));
    assert.equal(loadConfig({ environment: { GATESVR_CONFIG: file } }).config.listen.port, 9);
  });

  it('takes an empty file for one that says nothing', async () => {
    await writeFile(file, '# nothing yet\n');
    assert.deepEqual(loadConfig({ file }).config, makeConfig());
  });

  it('reads what `gatesvr config` prints', async () => {
    const flags = ['listen.origins=https://a.example,https://b.example', 'player.overflow=drop-oldest'];
    const loaded = loadConfig({ flags });
    await writeFile(file, describeConfig(loaded));
    assert.deepEqual(loadConfig({ file }).config, loaded.config);
  });

  it('takes services and routes as JSON from environment and flags', () => {
    const environment = { GATESVR_SERVICES: '{"hello":{"addresses":["a:1","b:2"],"balance":"least-pending"}}' };
    const { config } = loadConfig({ environment, flags: ['routes=[{"match":"*","service":"hello"}]'] });
    assert.deepEqual(config.services.hello?.addresses, ['a:1', 'b:2']);
    assert.equal(config.services.business, undefined);
    assert.equal(config.routes[0]?.service, 'hello');
  });

  it('lists everything that is wrong, from every source, with key, value, origin and what is allowed', async () => {
    await writeFile(file, 'listen: { port: "80", colour: red }\nlog: loud\nsessions: {}\n');
    const problems = problemsOf(() =>
      loadConfig({
        file,
        environment: { GATESVR_ADMIN_PORT: 'x', GATESVR_LISTN_PORT: '1' },
        flags: ['log.level=all', 'port'],
      }),
    );
    assert.deepEqual(problems, [
      `unknown key listen.colour (file ${file}): allowed is one of listen.host, listen.port, listen.path, listen.origins, listen.transports, listen.plain, listen.trustedProxies`,
      `log is "loud" (file ${file}): allowed is a map of keys`,
      `unknown key sessions (file ${file}): allowed is one of gateway, listen, tls, quic, websocket, watchdog, session, player, ` +
        'dispatch, services, routes, helloService, push, admin, log, shutdown',
      'GATESVR_LISTN_PORT (environment) is no setting; see `gatesvr config` for all',
      '--set port: allowed is key=value',
      `listen.port is "80" (file ${file}): allowed is an integer from 0 to 65535`,
      'admin.port is "x" (environment GATESVR_ADMIN_PORT): allowed is an integer from 0 to 65535',
      'log.level is "all" (flag): allowed is one of debug, info, warn, error',
    ]);
  });

  it('refuses a wrong value also where a better one wins over it', async () => {
    await writeFile(file, 'listen: { port: -1 }');
    assert.equal(problemsOf(() => loadConfig({ file, flags: ['listen.port=1'] })).length, 1);
  });

  it('says which file is missing or unreadable', async () => {
    assert.match(problemsOf(() => loadConfig({ file }))[0]!, /the file .*gatesvr\.yaml cannot be read \(ENOENT/);
    await writeFile(file, 'a: [1');
    assert.match(problemsOf(() => loadConfig({ file }))[0]!, /the file .*gatesvr\.yaml is no YAML: .* at line 1/);
    await writeFile(file, 'listen: { port: 1 }\nlisten: { port: 2 }');
    assert.match(problemsOf(() => loadConfig({ file }))[0]!, /is no YAML: Map keys must be unique/);
    await writeFile(file, '- a list');
    assert.match(problemsOf(() => loadConfig({ file }))[0]!, /^the configuration is \["a list"\]/);
  });

  it('ignores the variables that Kubernetes sets for a Service of this name', () => {
    const environment = {
      GATESVR_PORT: 'tcp://10.0.0.1:8453',
      GATESVR_ADMIN_PORT: 'tcp://10.0.0.1:8454',
      GATESVR_PORT_8453_TCP: 'tcp://10.0.0.1:8453',
      GATESVR_PORT_8453_TCP_ADDR: '10.0.0.1',
      GATESVR_SERVICE_HOST: '10.0.0.1',
      GATESVR_SERVICE_PORT_QUIC: '8453',
    };
    assert.deepEqual(loadConfig({ environment }).config, makeConfig());
  });

  it('never shows a secret', () => {
    const secret = 'swordfish';
    const [problem] = flagProblems(`player.tokenSecret=${secret}`);
    assert.equal(problem, 'player.tokenSecret is (hidden) (flag): allowed is at least 32 characters');
    const shown = describeConfig(loadConfig({ flags: [`player.tokenSecret=${secret.repeat(4)}`] }));
    assert.ok(!shown.includes(secret));
  });

  it('refuses values that contradict each other', () => {
    assert.deepEqual(flagProblems('tls.certFile=a.pem'), [
      'tls.keyFile is "" (default): allowed is a path, since tls.certFile is given',
    ]);
    assert.deepEqual(flagProblems('session.heartbeatIntervalMs=30000'), [
      'session.heartbeatIntervalMs is 30000 (flag): allowed is below session.heartbeatTimeoutMs, 30000',
    ]);
    assert.deepEqual(flagProblems('helloService=login'), [
      'helloService is "login" (flag): allowed is one of services: hello, business, zone',
    ]);
  });

  it('refuses services that cannot be reached or counted', () => {
    const problemOf = (service: unknown): string =>
      flagProblems(
        `services=${JSON.stringify({ hello: { addresses: ['a:1'] }, business: { addresses: ['a:1'] }, zone: service })}`,
      )[0]!;
    assert.match(problemOf({}), /^services\.zone\.addresses is missing \(flag\): allowed is a list of 1 to 256/);
    assert.match(problemOf({ addresses: [] }), /^services\.zone\.addresses is \[\]/);
    assert.match(problemOf({ addresses: 'a:1' }), /^services\.zone\.addresses is "a:1"/);
    for (const address of ['a', 'a:0', 'a:65536', ':1', 'a b:1', 'http://a:1', '::1:1']) {
      assert.equal(
        problemOf({ addresses: [address] }),
        `services.zone.addresses[0] is "${address}" (flag): allowed is "host:port"`,
      );
    }
    assert.match(problemOf({ addresses: ['a:1'], inFlight: -1 }), /^services\.zone\.inFlight is -1/);
    assert.match(
      problemOf({ addresses: ['a:1'], balance: 'best' }),
      /^services\.zone\.balance is "best" .* sticky-zone$/,
    );
    assert.match(
      problemOf({ addresses: ['a:1'], address: 1 }),
      /^services\.zone\.address is 1 .* one of the keys addresses,/,
    );
    assert.match(problemOf('a:1'), /^services\.zone is "a:1"/);
    assert.match(
      flagProblems('services={"Hello World":{"addresses":["a:1"]}}')[0]!,
      /^services\.Hello World is "Hello World"/,
    );
    assert.match(flagProblems('services=[]')[0]!, /^services is \[\]/);
    assert.match(flagProblems('services={')[0]!, /^services is "\{"/);
  });

  it('refuses routes that never match, match twice, or lead nowhere', () => {
    const problemOf = (...routes: unknown[]): string => flagProblems(`routes=${JSON.stringify(routes)}`)[0]!;
    const to = { service: 'business' };
    assert.match(problemOf(to), /^routes\[0\]\.match is missing/);
    assert.match(problemOf({ match: 'a' }), /^routes\[0\]\.service is missing/);
    for (const match of ['', '*a', 'a*b', 'a b', 'gatesvr.x', 'gatesvr.*', 1]) {
      assert.match(problemOf({ match, ...to }), /^routes\[0\]\.match is /, String(match));
    }
    assert.match(
      problemOf({ match: 'a', service: 'shop' }),
      /^routes\[0\]\.service is "shop" .* hello, business, zone$/,
    );
    assert.match(problemOf({ match: 'a', ...to }, { match: 'a', ...to }), /^routes\[1\]\.match is "a"/);
    assert.match(problemOf({ match: 'a', ...to, timeoutMs: 30_001 }), /^routes\[0\]\.timeoutMs is 30001 .* 30000$/);
    assert.match(problemOf({ match: 'a', ...to, serial: 'yes' }), /^routes\[0\]\.serial is "yes" .* true or false$/);
    assert.match(problemOf({ match: 'a', ...to, auth: ['x', 2] }), /^routes\[0\]\.auth\[1\] is 2/);
    assert.match(flagProblems('routes={}')[0]!, /^routes is \{\}/);
  });

  it('cuts a long value short in a message', () => {
    assert.ok(flagProblems(`listen.port=${'9'.repeat(5000)}`)[0]!.length < 300);
  });

  it('answers any rubbish with a configuration or with what is wrong, never otherwise', () => {
    const key = fc.constantFrom(...Object.keys(settings), 'listen', '__proto__', 'constructor', 'a.b');
    const flag = fc.tuple(key, fc.oneof(fc.string(), fc.json())).map(([name, value]) => `${name}=${value}`);
    fc.assert(
      fc.property(fc.array(flag, { maxLength: 5 }), (flags) => {
        const sources: ConfigSources = { flags };
        const problems = problemsOf(() => loadConfig(sources));
        assert.ok(
          problems.every((problem) => problem !== '' && !problem.includes('undefined')),
          problems.join('\n'),
        );
      }),
    );
    fc.assert(
      fc.property(fc.object({ maxDepth: 3, key: fc.oneof(fc.string(), key) }), (tree) => {
        problemsOf(() => makeConfig(tree));
      }),
    );
  });
});

describe('the settings', () => {
  const all = Object.entries(settings as Fields);

  it('each accept their own default', () => {
    for (const [key, setting] of all) {
      const read = setting.read(setting.default, (path, value, allowed) =>
        assert.fail(`${key}${path} is ${JSON.stringify(value)}: ${allowed}`),
      );
      assert.deepEqual(read, setting.default);
    }
  });

  it('each read their default from text too, as the environment gives it', () => {
    for (const [key, setting] of all) {
      const text =
        Array.isArray(setting.default) && key !== 'routes' ? setting.default.join(',') : asText(setting.default);
      assert.deepEqual(loadConfig({ environment: { [environmentName(key)]: text } }).config, makeConfig(), key);
    }
  });

  it('each say what they do and when to change them', () => {
    for (const [key, { doc, change, allowed }] of all) {
      assert.ok(doc.length > 10 && change.length > 5 && allowed.length > 3, key);
      if (key.endsWith('Ms')) assert.equal(settings[key as 'dispatch.timeoutMs'].unit, 'ms', key);
      if (key.endsWith('Bytes')) assert.equal(settings[key as 'session.slowBytes'].unit, 'bytes', key);
    }
  });

  it('each have an environment name of their own', () => {
    assert.equal(environmentName('session.maxFrameBytes'), 'GATESVR_SESSION_MAX_FRAME_BYTES');
    assert.equal(new Set(all.map(([key]) => environmentName(key))).size, all.length);
  });

  it('hold the limits between which PROTOCOL lets a frame be', () => {
    assert.deepEqual(flagProblems('session.maxFrameBytes=65536'), []);
    assert.equal(flagProblems('session.maxFrameBytes=65535').length, 1);
    assert.deepEqual(flagProblems('session.maxFrameBytes=16777216'), []);
    assert.equal(flagProblems('session.maxFrameBytes=16777217').length, 1);
  });

  function asText(value: unknown): string {
    return typeof value === 'string' ? value : JSON.stringify(value);
  }
});
