/** The whole life of a Connect App, from its creation to its callback, inside one exec. */

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { MAIN, outcomeOf, startWith } from '../support/cli.ts';
import { startReceiver } from '../support/receiver.ts';

const CUSTOMER = 'AC00000000000000000000000000000002';
const DEVELOPER = 'AC00000000000000000000000000000001';

const SCRIPT = `set -e
connect() { "$NODE" "$MAIN" "$@" --json; }
value() { "$NODE" -pe 'JSON.parse(require("fs").readFileSync(0, "utf8"))'"$1"; }
app=$(connect apps create --account-sid ${DEVELOPER} --friendly-name Life --permissions get-all \\
  --authorize-redirect-url "$RECEIVER/done" --deauthorize-callback-url "$RECEIVER/gone" | value .sid)
consent="--account-sid ${CUSTOMER} --connect-app-sid $app"
subaccount=$(connect authorizations create $consent --state u1 --follow | value .account_sid)
status() { curl -s -o body.json -w '%{http_code}' -u "$subaccount:$TWILIO_AUTH_TOKEN" \\
  "https://api.twilio.com/2010-04-01/Accounts/$subaccount.json"; }
echo "authorized $(status)"
connect authorizations revoke $consent > /dev/null
echo "revoked $(status)"
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  state=$(connect webhooks list --account-sid ${DEVELOPER} --connect-app-sid "$app" | value '[0].status')
  [ "$state" = pending ] || break
  sleep 0.2
done
echo "callback $state"
`;

test('the whole life of an app, from consent to callback, runs inside one exec -- sh -c', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'connect-apps-life-'));
  const receiver = await startReceiver();
  try {
    await writeFile(join(folder, 'life.sh'), SCRIPT);
    // A port where nothing listens: exec starts a server of its own.
    const words = ['exec', '--quiet', '--url', 'http://127.0.0.1:9', '--', 'sh', 'life.sh'];
    const { stdout, stderr, exitCode } = await outcomeOf(
      startWith(folder, words, {
        NODE: process.execPath,
        MAIN,
        RECEIVER: receiver.url,
      }),
    );
    assert.equal(exitCode, 0, stderr);
    assert.equal(stdout, 'authorized 200\nrevoked 403\ncallback delivered\n');
    const paths = receiver.received.map(({ path }) => path.replace(/\?.*/, ''));
    assert.deepEqual(paths, ['/done', '/gone']);
  } finally {
    await receiver.close();
    await rm(folder, { recursive: true, force: true });
  }
});
