// What a program does with the client, against a real server at AMONG_URL; run by test_client.py.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AmongError, CLOSE_CODES, connect } from 'among-protocol';

const url = process.env.AMONG_URL;
const password = 'correct horse';
const ann = await connect(url, { handle: 'ann', password, signUp: true, displayName: 'Ann', device: 'first' });
const { entry: { log: garden } } = await ann.ask('community.create', { slug: 'garden', name: 'Garden' });
const { entry: { room: hall } } = await ann.ask('room.create', { community: garden, slug: 'hall' });

/** The next message that comes. */
async function message(among) {
  for await (const event of among) if (event.type === 'message.sent') return event;
  throw new Error('it ended');
}

const is = (code) => (error) => error instanceof AmongError && error.code === code;

test('one says something, and hears it once', async () => {
  const states = [];
  const { entry, repeat } = await ann.ask('message.send', { room: hall, body: 'hello' }, { changed: (state) => states.push(state) });
  assert.deepEqual([entry.body, repeat, states], ['hello', undefined, ['sent']]);
  const heard = await message(ann);
  assert.deepEqual([heard.seq, ann.mine(heard), heard.by], [entry.seq, true, ann.me(hall)]);
});

test('rooms have names, once their community was joined', async () => {
  const bob = await connect(url, { handle: 'bob', password, signUp: true });
  assert.throws(() => bob.room('garden/hall'), RangeError);
  await bob.ask('community.join', { community: 'garden' });
  for await (const event of bob) if (event.type === 'card') break;
  assert.equal(bob.room('Garden/Hall').id, hall);
  await bob.ask('direct.open', { handles: ['ann'] });
  for await (const event of bob) if (event.type === 'direct.opened') break;
  assert.equal(bob.room('@ann').kind, 'direct');
  await bob.close();
});

test('the same nonce says it once, and other content under it is refused', async () => {
  const [first, again] = await Promise.all([1, 2].map(() => ann.ask('message.send', { room: hall, body: 'once', nonce: 'n1' })));
  assert.deepEqual([first.entry.seq, again.repeat], [again.entry.seq, true]);
  await assert.rejects(ann.ask('message.send', { room: hall, body: 'other', nonce: 'n1' }), is('nonce.conflict'));
});

test('what is unread is told of each room, as it is read on any device', async () => {
  const cat = await connect(url, { handle: 'cat', password, signUp: true });
  await cat.ask('community.join', { community: 'garden' });
  const phone = await connect(url, { token: cat.token });
  const { entry: first } = await ann.ask('message.send', { room: hall, body: 'tea?' });
  await ann.ask('message.send', { room: hall, body: 'or coffee?' });
  for (const device of [cat, phone]) for (let count = 0; count < 2; count += 1) await message(device);
  assert.equal(cat.unread.get(hall).unread, 2);
  const marker = await cat.ask('marker.set', { room: hall, seq: first.seq });
  for await (const event of phone) if (event.type === 'marker.moved') break;
  for (const device of [cat, phone]) {
    const { read, unread, asOf } = device.unread.get(hall);
    assert.deepEqual([read, unread, asOf], [marker.read, 1, marker.as_of]);
  }
  await ann.ask('message.send', { room: hall, body: 'or water?' });
  await message(phone);
  assert.equal(phone.unread.get(hall).unread, 2);
  await Promise.all([cat.close(), phone.close()]);
});

test('a private room that one was taken out of is gone from every device, until one is brought in', async () => {
  const dan = await connect(url, { handle: 'dan', password, signUp: true });
  const { entry: { member } } = await dan.ask('community.join', { community: 'garden' });
  const phone = await connect(url, { token: dan.token });
  const { entry: { room } } = await ann.ask('room.create', { community: garden, slug: 'cellar', kind: 'private' });
  await ann.ask('room.add', { room, member });
  for (const device of [dan, phone]) for await (const event of device) if (event.type === 'room.followed') break;
  await ann.ask('message.send', { room, body: 'tea?' });
  for (const device of [dan, phone]) await message(device);
  assert.deepEqual([phone.room('garden/cellar').id, phone.unread.get(room).unread], [room, 1]);
  const { entry } = await ann.ask('room.remove', { room, member });
  assert.deepEqual([entry.type, entry.member], ['room.person_removed', member]);
  for (const device of [dan, phone]) {
    for await (const event of device) {
      if (event.type !== 'room.unfollowed') continue;
      assert.deepEqual([event.room, event.by], [room, ann.me(room)]);
      break;
    }
    await device.ask('session.ping', {});
    assert.deepEqual([device.rooms.has(room), device.unread.has(room), room in device.positions], [false, false, false]);
  }
  await assert.rejects(dan.ask('message.page', { room }), is('room.gone'));
  await ann.ask('room.add', { room, member });
  for await (const event of phone) if (event.type === 'room.followed') break;
  assert.equal(phone.room('garden/cellar').id, room);
  await ann.ask('room.unfollow', { room });
  await Promise.all([dan.close(), phone.close()]);
});

test('a refusal says what to do', async () => {
  await assert.rejects(ann.ask('message.send', { room: 'r_nowhere', body: 'x' }), (error) => is('room.gone')(error) && error.class === 'gone');
  await assert.rejects(ann.ask('message.send', { room: hall, body: '' }), (error) => is('field.invalid')(error) && error.field === 'body');
  await assert.rejects(ann.ask('message.send', { room: hall, body: '\ud83d' }), is('field.invalid'));
  await assert.rejects(ann.ask('session.sync', {}), TypeError);
  await assert.rejects(ann.ask('session.ping', {}, { signal: AbortSignal.abort() }), { name: 'AbortError' });
});

test('a program that starts again reads on where it was', async () => {
  const first = await connect(url, { token: ann.token });
  for (const body of ['1', '2', '3']) await ann.ask('message.send', { room: hall, body });
  assert.equal((await message(first)).body, '1');
  const second = await message(first); // taken, and not done with
  await first.close();
  const again = await connect(url, { token: ann.token, positions: JSON.parse(JSON.stringify(first.positions)) });
  assert.deepEqual([await message(again), (await message(again)).body], [second, '3']);
  for (let missed = 0; missed < 300; missed += 1) ann.ask('message.send', { room: hall, body: `missed ${missed}` });
  await again.close();
  const late = await connect(url, { token: ann.token, positions: again.positions });
  const bodies = [];
  do bodies.push((await message(late)).body); while (bodies.at(-1) !== 'missed 299');
  assert.deepEqual(bodies.slice(-300), Array.from({ length: 300 }, (_, number) => `missed ${number}`));
  await late.close();
});

test('whoever reads slowly misses nothing, and keeps little', async () => {
  const slow = await connect(url, { token: ann.token, queue: 5 });
  await Promise.all(Array.from({ length: 100 }, (_, number) => slow.ask('message.send', { room: hall, body: `slow ${number}` })));
  for (let number = 0; number < 100; number += 1) assert.equal((await message(slow)).body, `slow ${number}`);
  await slow.close();
});

test('all of a log comes when it is asked for', async () => {
  const all = await connect(url, { token: ann.token, fromStart: true });
  assert.equal((await message(all)).body, 'hello');
  await all.close();
});

test('a loop ends when the client is closed, and nothing can be asked then', async () => {
  const short = await connect(url, { token: ann.token });
  setTimeout(() => short.close());
  for await (const event of short) assert.ok(event.type);
  assert.equal(short.live, false);
  await assert.rejects(short.ask('session.ping', {}), is('client.stopped'));
});

test('whoever may not come in is told why', async () => {
  await assert.rejects(connect(url, { handle: 'ann', password: 'wrong horse' }), is('session.bad_credentials'));
  await assert.rejects(connect(url, { token: 'void' }), is('session.token_invalid'));
  await assert.rejects(connect('ws://127.0.0.1:9/v1', { token: 't', within: 300 }), is('client.unreachable'));
  await assert.rejects(connect('no address', { token: 't' }), { name: 'SyntaxError' });
});

test('a session that is signed out is over', async () => {
  const other = await connect(url, { handle: 'ann', password, device: 'other' });
  const ended = assert.rejects(async () => { for await (const event of other) assert.ok(event); }, is('client.stopped'));
  assert.equal((await ann.ask('session.revoke_others', {})).ended, 1);
  await ended;
  await assert.rejects(other.ask('session.ping', {}), { closeCode: CLOSE_CODES.signed_out });
});

test('the last one leaves', () => ann.close());
