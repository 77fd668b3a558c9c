// The JavaScript core, put where tests have the Python one: a call a line comes in, and what came of it goes out.
// See core.py. Times come in seconds and are whole milliseconds here, so that what is due at a time is due then.

import { readSync, writeSync } from 'node:fs';
import { Core } from '../../protocol/js/core.js';

let core, asks, out, changes, newest;

const calls = {
  make(options, random) {
    core = new Core({ ...options, random: () => random });
    [asks, out, changes] = [[], [], []];
  },
  connected: (now) => core.connected(now),
  received: (data, now) => core.received(data, now),
  tick: (now) => core.tick(now),
  lost(code, now, reason) {
    const told = core.lost(code, now, reason);
    out = []; // what was not sent goes with the connection
    return told;
  },
  pause: () => core.pause(),
  resume: (now) => core.resume(now),
  ask(command, now) {
    const number = asks.length;
    asks.push(null);
    asks[number] = core.ask(command, now, (ask) => changes.push([number, ask.state, ask.result, plain(ask.error)]));
    return [number, asks[number].command.nonce ?? ''];
  },
  withdraw: (number, now) => core.withdraw(asks[number], now),
  outgoing() {
    return out.splice(0);
  },
};

const plain = (error) => error && { name: error.name, message: error.message, ...error };
const seconds = (ms) => (ms === null || ms === Infinity ? null : ms / 1000);

function snapshot() {
  const { state, doomed, retryAt, asking, whole, hello, budget, credentials, error } = core;
  const logs = Object.fromEntries([...whole.logs].map(([id, { at, until, open, held }]) => [id, { at, until, open, held: held.length }]));
  return {
    state, doomed, asking, hello, budget, credentials, error: plain(error), logs, epoch: whole.epoch, account: whole.account,
    retry_at: seconds(retryAt), wake: seconds(core.wake()), urgent: Boolean(out.length || doomed),
  };
}

function answer(line) {
  const [name, ...given] = JSON.parse(line);
  let returned, thrown = null;
  try {
    returned = calls[name](...given);
  } catch (error) {
    thrown = plain(error);
  }
  if (name !== 'outgoing') out.push(...core.outgoing());
  const told = { returned: returned ?? null, thrown, changes: changes.splice(0) };
  const now = JSON.stringify(snapshot()); // seldom another one than after the call before
  if (now !== newest || name === 'make') told.now = snapshot();
  newest = now;
  return JSON.stringify(told);
}

const chunk = Buffer.alloc(2 ** 16);
for (let rest = [], size; (size = readSync(0, chunk)) > 0;) {
  let start = 0, end;
  while ((end = chunk.indexOf(10, start)) >= 0 && end < size) {
    rest.push(Buffer.from(chunk.subarray(start, end)));
    const reply = Buffer.from(answer(Buffer.concat(rest).toString()) + '\n');
    for (let done = 0; done < reply.length;) done += writeSync(1, reply, done);
    rest = [];
    start = end + 1;
  }
  rest.push(Buffer.from(chunk.subarray(start, size)));
}
