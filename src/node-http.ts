/**
 * What the program uses of `node:http`. An import of that module reads all its members, WebSocket among them,
 * and with it Node.js loads its whole fetch: 50 ms, and 13 MiB of an idle server.
 */

const http = process.getBuiltinModule('node:http');

export const { Agent, createServer, IncomingMessage, METHODS, request, ServerResponse } = http;
