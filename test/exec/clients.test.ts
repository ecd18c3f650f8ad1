/** HTTP clients as they come, unchanged, under exec. Twilio's own libraries are in test/clients/. */

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { hasProgram, run, runExec, startEchoServer, temporaryFolder } from './support.ts';

const NODE_HTTPS = `require('https').get('https://api.twilio.com/x', (r) => r.pipe(process.stdout))`;
const NODE_FETCH = `fetch('https://api.twilio.com/x').then((r) => r.text()).then(console.log)`;
const PYTHON = `import urllib.request as u; print(u.urlopen('https://api.twilio.com/x').read().decode())`;
const RUBY = `require 'net/http'; puts Net::HTTP.get(URI('https://api.twilio.com/x'))`;
const PHP = `$c = curl_init('https://api.twilio.com/x'); curl_exec($c);`;

// What a client needs beyond its program: Debian's PHP has curl in a package of its own.
const NEEDS: Record<string, string[]> = {
  php: ['php', '-r', 'exit(function_exists("curl_init") ? 0 : 1);'],
};

const CLIENTS: [name: string, command: string[]][] = [
  ['curl', ['curl', '-sS', 'https://api.twilio.com/x']],
  ['curl over plain http', ['curl', '-sS', 'http://api.twilio.com/x']],
  ["Node's fetch", ['node', '-e', NODE_FETCH]],
  ["Node's https, which takes its agent from the environment", ['node', '-e', NODE_HTTPS]],
  ["Python's urllib", ['python3', '-c', PYTHON]],
  ["Ruby's net/http", ['ruby', '-e', RUBY]],
  ["PHP's curl", ['php', '-r', PHP]],
];

for (const [name, command] of CLIENTS) {
  test(`${name} reaches the server`, async (t) => {
    const [program = ''] = command;
    if (!(await hasProgram(program))) return t.skip(`this machine has no ${program}`);
    const [needed, ...parameters] = NEEDS[program] ?? [];
    if (needed && (await run(needed, parameters)).code !== 0) {
      return t.skip(`this machine's ${program} has no curl`);
    }
    const serverUrl = await startEchoServer(t);
    const { code, stdout, stderr } = await runExec(t, command, { serverUrl });
    assert.equal(code, 0, stderr);
    const seen = JSON.parse(stdout);
    assert.deepEqual([seen.url, seen.headers.host], ['/x', 'api.twilio.com']);
    assert.equal(stderr, '1 request reached the local server.\n');
  });
}

const JAVA = `public class Ask {
  public static void main(String[] words) throws Exception {
    var answer = new java.net.URL("https://api.twilio.com/x").openStream();
    System.out.println(new String(answer.readAllBytes()));
  }
}`;

test("Java's own HTTP client reaches the server", async (t) => {
  if (!(await hasProgram('javac'))) return t.skip('this machine has no JDK');
  const file = join(temporaryFolder(t), 'Ask.java');
  writeFileSync(file, JAVA);
  const serverUrl = await startEchoServer(t);
  const { stdout, stderr } = await runExec(t, ['java', file], { serverUrl });
  assert.match(stdout, /"url":"\/x"/, stderr);
});
