// What the JavaScript core does differently from the Python one, and what it says of frames as they are published.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Core } from '../../protocol/js/core.js';
import { WRITES } from '../../protocol/js/words.js';

const golden = JSON.parse(readFileSync(new URL('../../protocol/schema/golden/v1.json', import.meta.url))).frames;
const schema = JSON.parse(readFileSync(new URL('../../protocol/schema/v1.json', import.meta.url)));
const PING = 20_000, DEADLINE = 10_000;
const limits = { ...golden.find((one) => one.of === 'hello').frame.limits, positions: 1000, in_flight: 4, frame_bytes: 500 };
const hello = { type: 'hello', epoch: 'e1', ping_ms: PING, deadline_ms: DEADLINE, limits };
const account = { id: 'a-ann', handle: 'ann', display_name: 'Ann' };
const logs = [{ log: 'a-ann', kind: 'account', head: 3 }, { log: 'r1', kind: 'room', head: 5 }];

/** A core, and what it has sent since. */
class Wire {
  now = 1000;
  told = [];

  constructor(options = {}) {
    this.core = new Core({ token: 't', ...options });
  }

  say(frame) {
    this.told.push(...this.core.received(typeof frame === 'string' ? frame : JSON.stringify(frame), this.now));
  }

  sent() {
    return this.core.outgoing().map((frame) => JSON.parse(frame));
  }

  wait(ms) {
    this.now += ms;
    this.core.tick(this.now);
  }

  /** The steps to live, or as many of them. */
  live(steps = 4, greeting = hello) {
    this.core.connected(this.now);
    const all = [
      () => this.say(greeting),
      () => this.say({ type: 'ok', id: this.sent()[0].id, result: { account, session: 's1' } }),
      () => {
        [this.sync] = this.sent();
        this.say({ type: 'ok', id: this.sync.id, result: { epoch: 'e1', logs } });
      },
      () => this.say({ type: 'session.synced', id: this.sync.id }),
    ];
    for (const step of all.slice(0, steps)) step();
    return this;
  }
}

test('a quiet server is asked for a sign of life, once, and given up when none comes', () => {
  const wire = new Wire().live();
  assert.equal(wire.core.wake(), wire.now + PING);
  wire.wait(PING);
  assert.deepEqual(wire.sent().map(({ type }) => type), ['session.ping']);
  wire.wait(DEADLINE - 1);
  assert.deepEqual([wire.sent(), wire.core.doomed], [[], '']);
  wire.wait(1);
  assert.match(wire.core.doomed, /nothing was heard/);
});

test('an answer to that is a sign of life', () => {
  const wire = new Wire().live();
  for (let times = 0; times < 5; times += 1) {
    wire.wait(PING);
    const [{ id }] = wire.sent();
    wire.say({ type: 'ok', id, result: { at: '2026-01-31T09:00:00.000Z' } });
  }
  assert.equal(wire.core.doomed, '');
});

for (const [steps, state] of ['greeting', 'signing in', 'syncing', 'replaying'].entries()) {
  test(`${state} has its time`, () => {
    const wire = new Wire().live(steps);
    assert.equal(wire.core.state, state.replace(' ', '_'));
    wire.wait(30_000);
    assert.notEqual(wire.core.doomed, '');
  });
}

test('no more positions are named than the server takes, the account\'s among them', () => {
  const many = Object.fromEntries(Array.from({ length: 5000 }, (_, number) => [`r${number}`, 1]));
  const wire = new Wire({ positions: { epoch: 'e1', logs: { ...many, 'a-ann': 1 } } });
  wire.core.whole.account = 'a-ann'; // as after a first sync
  wire.live(3, { ...hello, limits: { ...limits, frame_bytes: 65_536 } });
  assert.equal(Object.keys(wire.sync.positions).length, 1000);
  assert.equal(wire.sync.positions['a-ann'], 1);
});

test('what was wanted is named in each sync and each page', () => {
  const wire = new Wire({ want: { profile: 'talk' } }).live(2);
  [wire.sync] = wire.sent();
  assert.deepEqual(wire.sync.want, { profile: 'talk' });
  wire.say({ type: 'ok', id: wire.sync.id, result: { epoch: 'e1', logs, want: wire.sync.want } });
  wire.say({ type: 'session.synced', id: wire.sync.id });
  wire.say({ type: 'message.sent', log: 'r1', seq: 9, at: '', body: 'x' });
  const [page] = wire.sent();
  assert.deepEqual([page.type, page.wanted, page.after, page.until], ['log.entries', true, 5, 8]);
  const passed = { type: 'log.passed', log: 'r1', from: 6, seq: 8 };
  wire.say({ type: 'ok', id: page.id, result: { entries: [passed], head: 9, floor: 0, complete: true } });
  assert.deepEqual(wire.told.slice(-2).map(({ type, seq }) => [type, seq]), [['log.passed', 8], ['message.sent', 9]]);
});

test('a log that is not wanted is not followed, and its position is let go', () => {
  const wire = new Wire({ positions: { epoch: 'e1', logs: { 'a-ann': 3, r1: 2 } } }).live(2);
  [wire.sync] = wire.sent();
  wire.say({ type: 'ok', id: wire.sync.id, result: { epoch: 'e1', logs: [logs[0], { ...logs[1], status: 'unwanted' }] } });
  wire.say({ type: 'session.synced', id: wire.sync.id });
  assert.deepEqual([wire.core.state, wire.sent()], ['live', []]);
  assert.ok(wire.told.some(({ type, log }) => type === 'closed' && log === 'r1'));
});

test('what becomes mine and is not wanted is not followed either', () => {
  const wire = new Wire({ want: { profile: 'talk', communities: ['c1'] } }).live(2);
  [wire.sync] = wire.sent();
  wire.say({ type: 'ok', id: wire.sync.id, result: { epoch: 'e1', logs, want: wire.sync.want } });
  wire.say({ type: 'session.synced', id: wire.sync.id });
  const joined = { type: 'community.joined', log: 'a-ann', at: '', member: 'm', head: 4 };
  wire.say({ ...joined, seq: 4, community: 'c1', rooms: { r7: 2 } });
  wire.say({ ...joined, seq: 5, community: 'c2', rooms: { r8: 2 } });
  assert.deepEqual(wire.told.filter(({ type }) => type === 'opened').map(({ log }) => log), ['a-ann', 'r1', 'r7']);
});

test('half a character is refused before it is sent, in any field', () => {
  const wire = new Wire().live();
  for (const command of [{ type: 'message.send', room: 'r1', body: 'half \ud800' }, { type: 'member.resolve', members: [{ member: '\udc00' }] }]) {
    assert.throws(() => wire.core.ask(command, wire.now), { code: 'field.invalid', class: 'fix' });
  }
  assert.deepEqual([wire.sent(), wire.core.asking], [[], 0]);
});

test('a frame that is too long is refused, also when that is only known once connected', () => {
  const early = new Wire();
  const states = [];
  const ask = early.core.ask({ type: 'message.send', room: 'r1', body: 'ß'.repeat(240) }, early.now, ({ state }) => states.push(state));
  early.live();
  assert.deepEqual([states, ask.error?.code, early.sent()], [['failed'], 'field.too_long', []]);
  assert.throws(() => early.core.ask({ type: 'message.send', room: 'r1', body: 'x'.repeat(500) }, early.now), { code: 'field.too_long' });
  early.core.ask({ type: 'message.send', room: 'r1', body: 'x'.repeat(400) }, early.now);
  assert.equal(early.sent().length, 1);
});

test('a device with half a character ends it, and throws nothing', () => {
  const wire = new Wire({ device: '\ud800' });
  wire.core.connected(wire.now);
  wire.say(hello);
  assert.deepEqual([wire.core.state, wire.core.error?.code], ['stopped', 'field.invalid']);
});

test('what waits for room in flight wakes nobody', () => {
  const wire = new Wire().live();
  const pings = () => { for (let n = 0; n < 4; n += 1) wire.core.ask({ type: 'session.ping' }, wire.now); };
  wire.core.ask({ type: 'room.list', community: 'c1' }, wire.now);
  const [{ id }] = wire.sent();
  wire.say({ type: 'refused', id, code: 'budget.exhausted', class: 'wait', message: '', retry_after_ms: 100 });
  pings();
  wire.wait(100); // its time has come, and four are in flight
  assert.ok(wire.core.wake() > wire.now);
});

test('names that every object has are names of logs like others', () => {
  const positions = { epoch: 'e1', logs: JSON.parse('{"__proto__": 4, "constructor": 2}') };
  const wire = new Wire({ positions }).live(3);
  assert.deepEqual(JSON.parse(JSON.stringify(wire.sync.positions)), positions.logs);
  assert.ok(wire.told.some(({ type, log }) => type === 'closed' && log === '__proto__'));
});

test('every frame that a server was published to send is understood', () => {
  for (const { frame, of, sent_by } of golden) {
    if (sent_by !== 'server') continue;
    const wire = new Wire().live();
    for (let times = 0; times < 20; times += 1) wire.say(frame);
    assert.equal(wire.core.doomed, '', of);
  }
});

test('frames that are none are borne for a while', () => {
  for (const none of ['', 'null', '7', '{}', '{"type":7}', '{"type":"ok","id":"1"}', '[', '{"type":"message.sent","log":"r1","seq":"1"}']) {
    const wire = new Wire().live();
    for (let times = 0; times < 9; times += 1) wire.say(none);
    assert.equal(wire.core.doomed, '', none);
    wire.say(none);
    assert.notEqual(wire.core.doomed, '', none);
  }
});

test('a frame that only looks like one of the protocol throws nothing, wherever it comes', () => {
  const broken = [
    [0, { type: 'hello' }], [0, { ...hello, limits: 7 }], [0, { ...hello, ping_ms: 0 }],
    [2, { type: 'ok', result: {} }], [2, { type: 'ok', result: { epoch: 'e1', logs: 7 } }],
    [2, { type: 'ok', result: { epoch: 'e1', logs: [null] } }], [2, { type: 'ok', result: { epoch: 'e1', logs, later: 7 } }],
    [4, { type: 'session.lagging' }], [4, { type: 'session.lagging', logs: null }],
    [4, { type: 'session.restarting' }], [4, { type: 'session.restarting', come_back_ms: 'soon' }],
  ];
  for (const [steps, frame] of broken) {
    const wire = new Wire().live(steps);
    if (frame.type === 'ok') frame.id = wire.sent()[0]?.id ?? wire.sync.id;
    for (let times = 0; times < 10; times += 1) wire.say(frame);
    assert.notEqual(wire.core.doomed, '', JSON.stringify(frame));
  }
});

test('numbers that are none are never asked for without end', () => {
  const odd = ['x', null, -1, 1.5, '9', {}];
  const wire = new Wire({ positions: { epoch: 'e1', logs: { 'a-ann': 3, r1: 5 } } });
  for (const head of odd) {
    wire.core.connected(wire.now);
    wire.live(2);
    const [{ id }] = wire.sent();
    wire.say({ type: 'ok', id, result: { epoch: 'e1', logs: [logs[0], { ...logs[1], head }] } });
    wire.say({ type: 'session.synced', id });
    wire.say({ type: 'session.lagging', logs: { r1: head } });
    for (const asked of wire.sent()) wire.say({ type: 'ok', id: asked.id, result: { floor: head, entries: [] } });
    assert.deepEqual(wire.sent().map(({ type }) => type), [], JSON.stringify(head));
    assert.ok(Number.isSafeInteger(wire.core.whole.logs.get('r1').at), JSON.stringify(head));
    wire.core.lost(1006, wire.now);
  }
});

test('what writes has a nonce, and nothing else', () => {
  for (const [type, { writes, command }] of Object.entries(schema.commands)) {
    assert.equal(WRITES.has(type), writes);
    assert.equal('nonce' in schema.$defs[command.$ref.split('/').at(-1)].properties, writes, type);
  }
});
