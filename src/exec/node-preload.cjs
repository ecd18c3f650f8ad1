// biome-ignore-all lint/style/useNodejsImportProtocol: old releases of Node.js do not know it.
'use strict';
/*
 * NODE_OPTIONS loads this file into every Node.js process of a command under `exec`. It redirects connections
 * to twilio.com to exec's proxy, regardless of which code opens them: many HTTP clients ignore the proxy, and
 * would reach the real Twilio. It does nothing else, and nothing at all without exec's variables. The syntax
 * is old, because it runs in the command's Node.js; test/exec/nodes.test.ts runs it from Node.js 18 on.
 */

const childProcess = require('child_process');
const { readFileSync } = require('fs');
const { syncBuiltinESMExports } = require('module');
const net = require('net');
const tls = require('tls');
const workerThreads = require('worker_threads');

const PROXY = '_CONNECT_APPS_PROXY';
const AUTHORITY = '_CONNECT_APPS_AUTHORITY';

/** What a child process or worker must have, even when its environment is made by hand. */
const KEPT = [
  PROXY,
  AUTHORITY,
  'NODE_OPTIONS',
  'NODE_EXTRA_CA_CERTS',
  'NODE_USE_ENV_PROXY',
  'http_proxy',
  'HTTP_PROXY',
  'https_proxy',
  'HTTPS_PROXY',
  'no_proxy',
  'NO_PROXY',
  'SSL_CERT_FILE',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
  'TWILIO_CA_BUNDLE',
  'PHP_INI_SCAN_DIR',
  'JAVA_TOOL_OPTIONS',
];

if (process.env[PROXY] && process.env[AUTHORITY]) {
  leadConnections(Number(new URL(process.env[PROXY]).port), process.env[AUTHORITY]);
  keepSettings();
  syncBuiltinESMExports();
}

function leadConnections(port, authorityFile) {
  const connect = net.Socket.prototype.connect;
  const connectTls = tls.connect;
  /** The sockets that lead to the proxy. */
  const led = new WeakSet();

  net.Socket.prototype.connect = function (...args) {
    // net.connect() hands over an array that it has made of its arguments.
    const { options, callback } = readArguments(Array.isArray(args[0]) ? args[0] : args);
    if (isLoopback(options.host) && Number(options.port) === port) led.add(this);
    if (options.path || !isTwilio(options.host)) return connect.apply(this, args);
    led.add(this);
    return connect.call(this, toProxy(options), callback);
  };

  tls.connect = function (...args) {
    const { options, callback } = readArguments(args);
    const name = options.servername || options.host;
    const isMock = !options.socket && isLoopback(options.host);
    if (options.path || isMock || !isTwilio(name)) return connectTls.apply(this, args);
    const trusting = Object.assign({}, options, {
      servername: name.replace(/\.$/, ''),
      ca: readAuthority(),
      crl: undefined,
      secureContext: undefined,
      checkServerIdentity: tls.checkServerIdentity,
    });
    if (led.has(options.socket)) return connectTls.call(this, trusting, callback);
    // Opened to an address, or through another proxy: nothing but the name shows where it leads.
    if (options.socket) options.socket.destroy();
    return connectTls.call(this, toProxy(trusting), callback);
  };

  /** Absent once exec has ended; then there is no proxy either, and the connection fails. */
  function readAuthority() {
    try {
      return readFileSync(authorityFile);
    } catch (_error) {
      return undefined;
    }
  }

  function toProxy(options) {
    return Object.assign({}, options, {
      host: '127.0.0.1',
      port,
      socket: undefined,
      lookup: undefined,
      family: undefined,
      localAddress: undefined,
      localPort: undefined,
    });
  }
}

/** The options and the callback in the arguments of net.connect() and tls.connect(). */
function readArguments(args) {
  const options = {};
  if (typeof args[0] !== 'object') options.port = args[0];
  if (typeof args[1] === 'string') options.host = args[1];
  for (const value of args) if (typeof value === 'object') Object.assign(options, value);
  return { options, callback: args.find((value) => typeof value === 'function') };
}

function isTwilio(host) {
  return /^(.+\.)?twilio\.com\.?$/i.test(host);
}

function isLoopback(host) {
  return host === undefined || /^(localhost|127\.[\d.]+|::1)$/i.test(host);
}

function keepSettings() {
  const kept = {};
  for (const name of KEPT) {
    if (process.env[name] !== undefined) kept[name] = process.env[name];
  }
  const preload = `--require ${JSON.stringify(__filename)}`;

  function mend(env) {
    const mended = Object.assign({}, kept, env);
    const options = mended.NODE_OPTIONS || '';
    if (!options.includes(preload)) mended.NODE_OPTIONS = `${preload} ${options}`;
    return mended;
  }

  const { spawn } = childProcess.ChildProcess.prototype;
  childProcess.ChildProcess.prototype.spawn = function (options) {
    const env = {};
    for (const pair of options.envPairs || []) {
      const split = pair.indexOf('=', 1);
      env[pair.slice(0, split)] = pair.slice(split + 1);
    }
    options.envPairs = Object.entries(mend(env)).map((pair) => pair.join('='));
    return spawn.call(this, options);
  };
  for (const name of ['spawnSync', 'execFileSync', 'execSync']) {
    const original = childProcess[name];
    childProcess[name] = (...args) => {
      while (args.length > 1 && !args[args.length - 1]) args.pop();
      const place = args.findIndex(isPlain);
      const given = place > 0 ? args[place] : {};
      const options = Object.assign({}, given, { env: mend(given.env || process.env) });
      if (place > 0) args[place] = options;
      else args.push(options);
      return original(...args);
    };
  }
  workerThreads.Worker = class Worker extends workerThreads.Worker {
    constructor(file, options) {
      const { env } = options || {};
      super(file, isPlain(env) ? Object.assign({}, options, { env: mend(env) }) : options);
    }
  };
}

function isPlain(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
