/** Where the clients run (the first argument says it), and those of Node's own that others build on. */

const { spawn, spawnSync } = require('node:child_process');
const http = require('node:http');
const http2 = require('node:http2');
const https = require('node:https');
const net = require('node:net');
const { Worker } = require('node:worker_threads');

/** An address of documentation (RFC 5737): nobody answers there. */
const ELSEWHERE = '192.0.2.1';

/** Prints a line for each client whose request was answered by the local server. */
async function runClients({ request, connect }, clients) {
  const agent = new https.Agent({ ca: 'none of theirs', keepAlive: false });
  const all = {
    ...clients,
    'https-request': () => ask(request, 'https://api.twilio.com/https-request'),
    'https-agent': () => ask(request, 'https://api.twilio.com/https-agent', { agent }),
    'https-lookup': () =>
      ask(request, 'https://api.twilio.com/https-lookup', {
        lookup: (_name, options, done) =>
          options.all ? done(null, [{ address: ELSEWHERE, family: 4 }]) : done(null, ELSEWHERE, 4),
      }),
    'https-address': () =>
      ask(request, `https://${ELSEWHERE}/https-address`, { headers: { host: 'api.twilio.com' } }),
    'https-pinned': () =>
      ask(request, 'https://api.twilio.com/https-pinned', {
        checkServerIdentity: () => new Error('not the certificate that is expected'),
      }),
    'http-request': () => ask(http.request, 'http://api.twilio.com/http-request'),
    'tls-connect': () => askOver(connect(443, 'api.twilio.com'), 'tls-connect'),
    'tls-address': () =>
      askOver(connect({ host: ELSEWHERE, port: 443, servername: 'api.twilio.com' }), 'tls-address'),
    'tls-other-proxy': () => {
      const socket = net.connect(443, ELSEWHERE);
      socket.on('error', () => {});
      return askOver(connect({ socket, servername: 'api.twilio.com' }), 'tls-other-proxy');
    },
  };
  for (const [name, call] of Object.entries(all)) {
    try {
      print(name, JSON.parse(await call()).url === `/${name}` ? 'reached' : 'lost');
    } catch (error) {
      print(name, error.cause ?? error);
    }
  }
  print('http2-connect', await askWithHttp2());
}

function print(name, outcome) {
  process.stdout.write(`${name} ${outcome}\n`);
}

function ask(request, url, options = {}) {
  return new Promise((resolve, reject) => {
    request(url, options, (answer) => read(answer).then(resolve, reject))
      .on('error', reject)
      .end();
  });
}

function askOver(socket, name) {
  socket.write(`GET /${name} HTTP/1.0\r\nHost: api.twilio.com\r\n\r\n`);
  return read(socket).then((answer) => answer.slice(answer.indexOf('{')));
}

/** exec speaks HTTP/1.1 only: what counts is that the request goes nowhere else. */
function askWithHttp2() {
  return new Promise((resolve) => {
    const session = http2.connect('https://api.twilio.com');
    session.on('connect', () => resolve('connected'));
    session.on('error', (error) =>
      resolve(
        /alpn|no_application_protocol|protocol/i.test(error.message + error.code)
          ? 'refused'
          : error,
      ),
    );
  });
}

async function read(stream) {
  let text = '';
  for await (const chunk of stream) text += chunk;
  return text;
}

/** Runs `main` here, or the program `file` again in a worker or child process, to its end. */
function start(file, main) {
  const place = process.argv[2];
  const bare = { env: {}, execArgv: [] };
  if (place === 'worker') new Worker(file, { argv: ['here'] });
  else if (place === 'bare worker') new Worker(file, { argv: ['here'], ...bare });
  else if (place === 'child process') spawn(process.execPath, [file, 'here'], { stdio: 'inherit' });
  else if (place === 'bare child process') {
    spawn(process.execPath, [file, 'here'], { stdio: 'inherit', ...bare });
  } else if (place === 'bare child process, awaited') {
    spawnSync(process.execPath, [file, 'here'], { stdio: 'inherit', ...bare });
  } else main();
}

module.exports = { runClients, start };
