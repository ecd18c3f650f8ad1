/**
 * Ways to make a server call what only it can reach. Each is refused, and a listener on this
 * machine's loopback addresses sees no connection. Where a name has to lead to an innocent address,
 * that is 127.0.0.2, allowed for the purpose: no test leaves this machine.
 */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, afterEach, describe, it } from 'node:test';
import { createGuardedClient } from '../../src/outgoing/guarded-client.ts';
import { startNameServer } from './name-server.ts';
import { startWatchedListener } from './watched-listener.ts';

const INNOCENT = '127.0.0.2';

const listener = await startWatchedListener();
const receiver = createServer((request, response) => {
  const status = Number(request.url?.slice(1));
  response.writeHead(status, { location: `http://127.0.0.1:${listener.port}/` }).end('moved');
});
const hasSecondAddress = await once(receiver.listen(listener.port, INNOCENT), 'listening').then(
  () => true,
  () => false,
);
const onInnocent = hasSecondAddress ? {} : { skip: `this machine has no ${INNOCENT}` };

const nameServer = await startNameServer({
  'loopback.test': () => [{ type: 'A', value: '127.0.0.1' }],
  'chain.test': () => [
    { type: 'CNAME', value: 'middle.test' },
    { type: 'CNAME', value: 'localhost', owner: 'middle.test' },
    { type: 'A', value: '127.0.0.1', owner: 'localhost' },
  ],
  'loopback-v6.test': () => [{ type: 'AAAA', value: '0:0:0:0:0:0:0:1' }],
  'private-v6.test': () => [{ type: 'AAAA', value: 'fd00:0:0:0:0:0:0:1' }],
  'mapped.test': () => [{ type: 'AAAA', value: '0:0:0:0:0:ffff:7f00:1' }],
  'metadata.google.internal': () => [{ type: 'A', value: '169.254.169.254' }],
  'innocent.test': () => [{ type: 'A', value: INNOCENT }],
  'innocent-and-private.test': () => [
    { type: 'A', value: INNOCENT },
    { type: 'A', value: '127.0.0.1' },
  ],
  'innocent-and-private-v6.test': () => [
    { type: 'A', value: INNOCENT },
    { type: 'AAAA', value: '0:0:0:0:0:0:0:1' },
  ],
  'rebinding.test': (asked) => [{ type: 'A', value: asked === 0 ? INNOCENT : '127.0.0.1' }],
});

const strict = createGuardedClient({ allowedNetworks: [] });
const strictWithNames = createGuardedClient({ allowedNetworks: [], lookup: nameServer.lookup });
const innocentOnly = createGuardedClient({
  allowedNetworks: [`${INNOCENT}/32`],
  lookup: nameServer.lookup,
});

after(async () => {
  await nameServer.close();
  await listener.close();
  if (hasSecondAddress) await once(receiver.close(), 'close');
});

async function send(client: typeof strict, url: string) {
  const outcome = await client.send({ method: 'POST', url, headers: {}, body: 'a=b' });
  return outcome.answered ? outcome.status : outcome.reason;
}

describe('a request to somebody else’s URL', () => {
  afterEach(() => {
    assert.equal(listener.connections(), 0, 'a connection reached the listener');
  });

  describe('does not reach loopback, however it is written:', () => {
    for (const host of [
      '127.0.0.1',
      'localhost',
      'LOCALHOST',
      '127.1',
      '127.0.1',
      '0',
      '0.0.0.0',
      '2130706433',
      '0x7f000001',
      '0x7f.0.0.1',
      '0177.0.0.1',
      '017700000001',
      '127.0.0.1.',
      '127.127.127.127',
      '[::1]',
      '[::]',
      '[0:0:0:0:0:0:0:1]',
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '[::127.0.0.1]',
      '[64:ff9b::7f00:1]',
      '[64:ff9b:1::7f00:1]',
      '[2002:7f00:1::]',
      '[2001:0:7f00:1::]',
      'good.example@127.0.0.1',
      'good.example:80@127.0.0.1',
      '%31%32%37.0.0.1',
    ]) {
      it(host, async () => {
        for (const place of [host, `${host}:${listener.port}`]) {
          assert.equal(await send(strict, `http://${place}/`), 'address_forbidden');
          assert.equal(await send(strict, `https://${place}/`), 'address_forbidden');
        }
      });
    }
  });

  it('does not reach loopback as LOCALHOST., which not every resolver knows', async () => {
    const reason = await send(strict, `http://LOCALHOST.:${listener.port}/`);
    assert.match(String(reason), /^(address_forbidden|dns_failed)$/);
  });

  describe('does not reach private networks, metadata and other special addresses:', () => {
    for (const host of [
      '10.0.0.1',
      '100.64.0.1',
      '100.100.100.200',
      '168.63.129.16',
      '169.254.169.254',
      '2852039166',
      '172.16.0.1',
      '172.31.255.255',
      '192.0.0.192',
      '192.0.2.1',
      '192.168.0.1',
      '198.18.0.1',
      '203.0.113.1',
      '224.0.0.1',
      '240.0.0.1',
      '255.255.255.255',
      '[::ffff:a9fe:a9fe]',
      '[::ffff:8.8.8.8]',
      '[64:ff9b::a9fe:a9fe]',
      '[fc00::1]',
      '[fd00:ec2::254]',
      '[fe80::1]',
      '[fec0::1]',
      '[ff02::1]',
      '[2001:db8::1]',
      '[4000::1]',
    ]) {
      it(host, async () => {
        assert.equal(await send(strict, `http://${host}/latest/meta-data/`), 'address_forbidden');
      });
    }
  });

  describe('does not follow a name to a forbidden address:', () => {
    for (const name of [
      'loopback.test',
      'chain.test',
      'loopback-v6.test',
      'private-v6.test',
      'mapped.test',
      'metadata.google.internal',
    ]) {
      it(name, async () => {
        const url = `http://${name}:${listener.port}/`;
        assert.equal(await send(strictWithNames, url), 'address_forbidden');
      });
    }

    for (const name of ['innocent-and-private.test', 'innocent-and-private-v6.test']) {
      it(`${name}, where one answer of two is enough`, onInnocent, async () => {
        const url = `http://${name}:${listener.port}/200`;
        assert.equal(await send(innocentOnly, url), 'address_forbidden');
      });
    }

    it('rebinding.test, whose second answer is another', onInnocent, async () => {
      const url = `http://rebinding.test:${listener.port}/200`;
      assert.equal(await send(innocentOnly, url), 200);
      assert.equal(await send(innocentOnly, url), 'address_forbidden');
    });
  });

  describe('does not follow a redirect to loopback:', () => {
    for (const status of [301, 302, 303, 307, 308]) {
      it(String(status), onInnocent, async () => {
        const url = `http://innocent.test:${listener.port}/${status}`;
        assert.equal(await send(innocentOnly, url), status);
      });
    }
  });

  it('does not go through a proxy of the environment', onInnocent, async (t) => {
    for (const name of ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'NODE_USE_ENV_PROXY']) {
      const before = process.env[name];
      t.after(() => {
        if (before === undefined) delete process.env[name];
        else process.env[name] = before;
      });
      process.env[name] = `http://127.0.0.1:${listener.port}`;
    }
    const url = `http://innocent.test:${listener.port}/200`;
    assert.equal(await send(innocentOnly, url), 200);
  });

  describe('needs a URL that every reader reads alike:', () => {
    for (const url of [
      'http://127。0。0。1/',
      'http://\uff11\uff12\uff17.0.0.1/', // full-width digits
      'http://①②⑦.⓪.⓪.①/',
      'http://bücher.example/',
      'http://good.example\\@127.0.0.1/',
      'http:\\\\127.0.0.1/',
      'http://127.0.0.1\t/',
      'http://127.0.0.1/\r\nHost: good.example',
      ' http://127.0.0.1/',
      'ht\ntp://127.0.0.1/',
      'http://[fe80::1%25lo]/',
      'http://[fe80::1%lo]/',
      'http:127.0.0.1',
      'http:/127.0.0.1',
      'http:///127.0.0.1/',
      '//127.0.0.1/',
      '127.0.0.1:80',
      'http://256.256.256.256/',
      'http://',
      '',
    ]) {
      it(JSON.stringify(url), async () => {
        assert.match(String(await send(strict, url)), /^(url_invalid|scheme_forbidden)$/);
      });
    }

    it('"http://127.0.0.1#@good.example/", which is 127.0.0.1', async () => {
      for (const mark of ['#', '?', '/']) {
        const url = `http://127.0.0.1:${listener.port}${mark}@good.example/`;
        assert.equal(await send(strict, url), 'address_forbidden');
      }
    });
  });

  describe('is http or https only:', () => {
    for (const url of [
      'file:///etc/passwd',
      'ftp://127.0.0.1/',
      'gopher://127.0.0.1:6379/_INFO',
      'data:text/plain,hello',
      'javascript:alert(1)',
      'unix:/var/run/docker.sock',
      'http+unix://%2Fvar%2Frun%2Fdocker.sock/',
      'ws://127.0.0.1/',
    ]) {
      it(url, async () => {
        assert.equal(await send(strict, url), 'scheme_forbidden');
      });
    }
  });

  describe('does not go to a port where no web server is, even of an allowed host:', () => {
    for (const port of [0, 1, 22, 25, 79, 81, 442, 444, 1023, 2375, 5432, 6379, 11211]) {
      it(String(port), async () => {
        const url = `http://innocent.test:${port}/200`;
        assert.equal(await send(innocentOnly, url), 'port_forbidden');
      });
    }
  });
});

it('the same request is made, and the listener sees it, where loopback is allowed', async () => {
  const allowed = createGuardedClient({ allowedNetworks: ['127.0.0.0/8', '::1'] });
  for (const [index, host] of ['127.0.0.1', '2130706433', 'localhost'].entries()) {
    assert.equal(await send(allowed, `http://${host}:${listener.port}/`), 200);
    assert.equal(listener.connections(), index + 1);
  }
});
