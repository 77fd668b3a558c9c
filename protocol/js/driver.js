#!/usr/bin/env node
// This client as `python -m among_protocol.kit client` wants it: each line of standard input is said in the room, each
// message of the room is a line of standard output.
//
//   python -m among_protocol.kit client -- node protocol/js/driver.js

import { createInterface } from 'node:readline';
import { connect } from './client.js';

const { AMONG_URL = '', AMONG_TOKEN, AMONG_HANDLE, AMONG_PASSWORD, AMONG_ROOM = '' } = process.env;

const among = await connect(AMONG_URL, {
  ...(AMONG_TOKEN ? { token: AMONG_TOKEN } : { handle: AMONG_HANDLE, password: AMONG_PASSWORD }),
  within: Infinity,
});

async function say() {
  const asked = [];
  for await (const body of createInterface({ input: process.stdin })) {
    asked.push(among.ask('message.send', { room: AMONG_ROOM, body }).catch(complain));
  }
  await among.close();
  await Promise.all(asked);
}

/** @param {unknown} error */
function complain(error) {
  console.error(String(error));
}

say();
try {
  for await (const event of among) {
    if (event.type === 'message.sent' && event.log === AMONG_ROOM) console.log(JSON.stringify(event));
  }
} catch (error) {
  complain(error);
  process.exit(1);
}
