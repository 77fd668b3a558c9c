// What is unread, from the counts of a server and from what one hears, in whatever order they come.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Counting } from '../../protocol/js/counting.js';
import { View } from '../../protocol/js/view.js';

const marker = (read, unread, asOf) => ({ room: 'r1', read, unread, mentions: 0, as_of: asOf });
const said = (seq, more = {}) => ({ seq, unread: 1, ...more });

/** A room in which nothing was said up to `head`, after all this: up to where it is read, and how much is not. */
function shown(happened, head = 0) {
  const counting = new Counting();
  counting.stated([{ log: 'r1', head, read: head }]);
  for (const one of happened) 'room' in one ? counting.told(one) : counting.heard('r1', one);
  const { read, unread } = counting.rooms.get('r1');
  return [read, unread];
}

test('whatever overtakes what, the end is the same', () => {
  const entries = [said(1), said(2), { seq: 3 }, said(4, { mine: true }), said(5), said(6)];
  const counts = [marker(1, 1, 2), marker(4, 0, 4), marker(5, 0, 5)];
  const orders = (left, right) => !left.length || !right.length ? [[...left, ...right]] : [
    ...orders(left.slice(1), right).map((rest) => [left[0], ...rest]),
    ...orders(left, right.slice(1)).map((rest) => [right[0], ...rest]),
  ];
  const all = orders(entries, counts);
  assert.equal(all.length, 84);
  for (const order of all) assert.deepEqual(shown(order), [5, 1]);
});

test('an older count says nothing, and of two of one moment the later counts', () => {
  assert.deepEqual(shown([said(11), marker(11, 0, 11), marker(0, 9, 9)], 10), [11, 0]);
  assert.deepEqual(shown([marker(3, 7, 9)], 10), [10, 0]);
  assert.deepEqual(shown([said(1), marker(1, 0, 1), marker(0, 1, 1)]), [0, 1]);
});

test('a server that does not say has counted what was heard', () => {
  assert.deepEqual(shown([said(1), said(2), marker(1, 1), said(3)]), [1, 2]);
  assert.deepEqual(shown([said(1), marker(0, 0, 0)]), [0, 1], 'in an empty room nothing is counted');
});

test('no more is unread than is kept, and what is remembered is bounded', () => {
  assert.deepEqual(shown([said(1), said(2), said(3), { seq: 4, left: 1 }, marker(0, 3, 3)]), [0, 1]);
  const many = Array.from({ length: 50_000 }, (_, index) => said(index + 1));
  assert.ok(shown([...many, marker(0, 1, 1)])[1] <= 20_001);
});

// --- as the client's view makes it of what comes

const AT = '2026-01-31T09:00:00.000Z';
const room = { id: 'r1', slug: 'hall', kind: 'open', community: 'c1', following: true };
const up = {
  type: 'up',
  account: { id: 'a1', handle: 'ann', display_name: 'Ann' },
  sync: {
    epoch: 'e1',
    logs: [{ log: 'a1', kind: 'account', head: 3 }, { log: 'c1', kind: 'community', head: 2 }, { log: 'r1', head: 5, read: 3, unread: 2 }],
    communities: [{ community: { id: 'c1', slug: 'garden', name: 'Garden' }, member: 'm1', rev: 1, rooms: [room] }],
  },
};
const sent = (seq, by = 'm2', more = {}) => ({ type: 'message.sent', log: 'r1', seq, at: AT, by, body: 'hi', ...more });

function seen(...happened) {
  const view = new View();
  for (const happening of [up, ...happened]) view.apply(happening);
  return view;
}

const reading = (view, id = 'r1') => {
  const { read, unread } = view.counting.rooms.get(id);
  return [read, unread];
};

test('a view counts what comes, and not what a marker of another device has counted', () => {
  assert.deepEqual(reading(seen(sent(5), sent(6), sent(7, 'm2', { thread: 6 }))), [3, 3]);
  assert.deepEqual(reading(seen(sent(6), sent(7, 'm1'), sent(8))), [7, 1]);
  const moved = { type: 'marker.moved', ...marker(6, 1, 7) };
  assert.deepEqual(reading(seen(moved, sent(6), sent(7), sent(8))), [6, 2], 'they were counted before they came');
  assert.deepEqual(reading(seen(sent(6), sent(7), sent(8), moved)), [6, 2], 'one came before it, and was not counted');
});

test('the answer to ones own marker counts as well, and an odd one harms nothing', () => {
  const view = seen(sent(6), sent(7));
  view.answered('marker.set', marker(6, 0, 6));
  view.answered('marker.set', null);
  view.answered('thread.mark', marker(0, 99, 99));
  assert.deepEqual(reading(view), [6, 1]);
});

test('a room that one follows from now on is read, and one that one is told of again stays', () => {
  const followed = (seq, head, id = 'r2') => ({ type: 'room.followed', log: 'a1', seq, at: AT, room: id, slug: 'shed', community: 'c1', head });
  const opened = { type: 'opened', log: 'r2', kind: 'room', after: 0 };
  assert.deepEqual(reading(seen(followed(4, 8), opened, sent(8, 'm2', { log: 'r2' }), sent(9, 'm2', { log: 'r2' })), 'r2'), [8, 1]);
  assert.deepEqual(reading(seen(followed(4, 5, 'r1'))), [3, 2]);
  assert.deepEqual(reading(seen(followed(2, 5, 'r1'), { ...opened, log: 'r1' })), [3, 2], 'the sync has it');
  assert.equal(seen({ type: 'closed', log: 'r1' }).counting.rooms.has('r1'), false);
});

test('what one says before the card of a community has come is ones own', () => {
  const joined = { type: 'community.joined', log: 'a1', seq: 4, at: AT, community: 'c2', member: 'm9', head: 2, rooms: { r3: 4 } };
  const opened = { type: 'opened', log: 'r3', kind: 'room', after: 4 };
  assert.deepEqual(reading(seen(joined, opened, sent(5, 'm2', { log: 'r3' }), sent(6, 'm9', { log: 'r3' })), 'r3'), [6, 0]);
});

test('a count of a room that one left and is in again may come before the news of that', () => {
  const again = [
    { type: 'room.unfollowed', log: 'a1', seq: 4, at: AT, room: 'r1' },
    { type: 'closed', log: 'r1' },
    { type: 'room.followed', log: 'a1', seq: 5, at: AT, room: 'r1', slug: 'hall', community: 'c1', head: 6 },
    { type: 'opened', log: 'r1', kind: 'room', after: 6 },
  ];
  const counted = (known, ...happened) => {
    const view = new View(() => known);
    for (const happening of [up, ...happened, sent(7)]) view.apply(happening);
    return reading(view);
  };
  const moved = (...of) => ({ type: 'marker.moved', ...marker(...of) });
  assert.deepEqual(counted(3, moved(7, 0, 7), ...again), [7, 0], 'of more than there was when one came back');
  assert.deepEqual(counted(5, moved(4, 2, 6), ...again), [4, 3], 'or after it was known that one did');
  assert.deepEqual(counted(4, moved(4, 2, 6), ...again), [6, 1], 'else it was one of before');
});
