// What lies between the core and a program: the queue, positions and the socket, here one that is moved by hand.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { connect } from '../../protocol/js/client.js';

const limits = { positions: 100, in_flight: 4, frame_bytes: 60_000 };
const hello = { type: 'hello', epoch: 'e1', ping_ms: 60_000, deadline_ms: 10_000, limits };
const account = { id: 'a-ann', handle: 'ann', display_name: 'Ann' };
const logs = (head) => [{ log: 'a-ann', kind: 'account', head: 3 }, { log: 'r1', kind: 'room', head }, { log: 'r2', kind: 'room', head: 2 }];

/** A server's end of one connection after the other. */
class Socket {
  static newest;

  constructor() {
    Socket.newest = this;
    this.frames = [];
  }

  send(frame) {
    this.frames.push(JSON.parse(frame));
  }

  close() {}

  /** The newest command of this type, once it is sent. */
  async asked(type) {
    while (this.frames.at(-1)?.type !== type) await new Promise(setImmediate);
    return this.frames.at(-1);
  }

  say(...frames) {
    for (const frame of frames) this.onmessage({ data: JSON.stringify(frame) });
  }

  answer(result) {
    this.say({ type: 'ok', id: this.frames.at(-1).id, result });
  }

  live(epoch = 'e1', head = 5, want = undefined) {
    this.onopen();
    this.say({ ...hello, epoch });
    this.answer({ account, session: 's1' });
    const { id } = this.frames.at(-1);
    this.answer({ epoch, logs: logs(head), want });
    this.say({ type: 'session.synced', id });
  }
}

let newest;
afterEach(() => newest.close());

async function ann(options = {}, ...how) {
  const among = connect('ws://there', { token: 't', WebSocket: Socket, random: () => 0, ...options });
  Socket.newest.live(...how);
  return newest = await among;
}

const said = (seq) => ({ type: 'message.sent', log: 'r1', seq, at: '', by: 'm-bob', body: String(seq) });

/** Cut, and live again at once. */
function again(...how) {
  Socket.newest.onclose({ code: 4000, reason: '' });
  Socket.newest.live(...how);
}

/** Take so many events, and note the positions while each is in hand. */
async function taken(among, count) {
  const reading = among[Symbol.asyncIterator]();
  const seen = [];
  for (; count > 0; count -= 1) seen.push([(await reading.next()).value.type, among.positions]);
  return seen;
}

const e1 = { epoch: 'e1', logs: { 'a-ann': 3, r1: 6, r2: 2 } };
const e2 = { epoch: 'e2', logs: { 'a-ann': 3, r1: 4, r2: 2 } };

test('who stops in the middle of another epoch is told all of it again', async () => {
  const among = await ann();
  Socket.newest.say(said(6));
  again('e2', 4);
  const seen = await taken(among, 12);
  assert.deepEqual(seen.slice(7).map(([type]) => type), ['up', 'reset', 'reset', 'reset', 'session.synced']);
  for (const [, positions] of seen.slice(7, 11)) assert.deepEqual(positions, e1);
  assert.deepEqual(seen[11][1], e2);
});

test('who is late keeps to the epoch of each position', async () => {
  const among = await ann({ queue: 2 });
  Socket.newest.say(said(6));
  again('e2', 4);
  again('e2', 4);
  const seen = await taken(among, 9);
  assert.deepEqual(seen.map(([type]) => type), ['up', 'opened', 'opened', 'opened', 'up', 'reset', 'reset', 'reset', 'up']);
  assert.equal(seen[1][1].epoch, 'e1');
  assert.deepEqual(seen[8][1], e2);
});

test('who wants little and is late reads on when all that waited was left out', { timeout: 5000 }, async () => {
  const want = { profile: 'calls' };
  const among = await ann({ queue: 5, want }, 'e1', 5, want);
  await taken(among, 5);
  const next = among[Symbol.asyncIterator]();
  for (let seq = 6; seq < 13; seq += 1) Socket.newest.say({ type: 'log.passed', log: 'r1', seq });
  const event = next.next();
  const { after, until } = await Socket.newest.asked('log.entries');
  assert.deepEqual([after, until], [10, 12]);
  Socket.newest.answer({ entries: [{ type: 'log.passed', log: 'r1', from: 11, seq: 12 }], head: 12, floor: 0, complete: true });
  Socket.newest.say(said(13));
  assert.equal((await event).value.seq, 13);
});

test('who is late loses notices, of whatever type, and no entry', { timeout: 5000 }, async () => {
  const among = await ann({ queue: 8 });
  for (let seq = 6; seq < 9; seq += 1) Socket.newest.say(said(seq));
  for (let count = 0; count < 50; count += 1) Socket.newest.say({ type: 'weather.changed' });
  Socket.newest.say({ type: 'room.gilded', log: 'r1', seq: 9 });
  await taken(among, 8);
  const next = among[Symbol.asyncIterator]().next();
  await Socket.newest.asked('log.entries');
  Socket.newest.answer({ entries: [{ type: 'room.gilded', log: 'r1', seq: 9 }], head: 9, floor: 0, complete: true });
  assert.equal((await next).value.type, 'room.gilded');
});

test('a server that does not answer the handshake is given up, and tried again', { timeout: 5000 }, async (t) => {
  let time = 1000;
  t.mock.timers.enable({ apis: ['setTimeout'] });
  t.mock.method(performance, 'now', () => time);
  const among = connect('ws://there', { token: 't', WebSocket: Socket, random: () => 0, within: 60_000 });
  const deaf = Socket.newest;
  time = 10_999;
  t.mock.timers.tick(9_999);
  assert.equal(Socket.newest, deaf);
  time = 11_000;
  t.mock.timers.tick(1);
  assert.notEqual(Socket.newest, deaf);
  Socket.newest.live();
  newest = await among;
  assert.ok(newest.live);
});

test('where there is no WebSocket, as in an older Node, what is needed is said', async (t) => {
  const own = globalThis.WebSocket;
  t.after(() => (globalThis.WebSocket = own));
  delete globalThis.WebSocket;
  await assert.rejects(connect('ws://there', { token: 't' }), /Node 22/);
});
