// What is known of communities and rooms, in whatever order their cards and their entries come.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { View } from '../../protocol/js/view.js';

const card = (topic, head, more = {}) => ({
  type: 'card',
  community: { community: { id: 'c1' }, member: 'm1', rev: 1, display_name: 'Bob', rooms: [{ id: 'r1', topic, head }], as_of: 5, ...more },
});
const topic = (seq, said) => ({ type: 'room.topic_set', log: 'r1', seq, topic: said });

test('what overtakes a card is known after it', () => {
  const view = new View();
  view.apply(topic(3, 'news'));
  view.apply({ type: 'room.created', log: 'c1', seq: 6, room: 'r2', slug: 'shed', topic: '' });
  view.apply({ type: 'member.updated', log: 'c1', seq: 7, by: 'm1', rev: 2, handle: 'bob', display_name: 'Bobby' });
  view.apply(card('old', 2));
  assert.equal(view.rooms.get('r1').topic, 'news');
  assert.equal(view.rooms.get('r2').slug, 'shed');
  assert.equal(view.communities.get('c1').display_name, 'Bobby');
});

test('what a card knows already it says itself', () => {
  const view = new View();
  view.apply(topic(3, 'older'));
  view.apply(card('newest', 4));
  assert.equal(view.rooms.get('r1').topic, 'newest');
});

test('what was said of a room and is no longer kept is said again as it goes', () => {
  const view = new View();
  view.apply(card('old', 2));
  view.apply({ type: 'room.trimmed', log: 'r1', seq: 9, floor: 7, topic: 'news', retention: { messages: 1 } });
  assert.equal(view.rooms.get('r1').topic, 'news');
  assert.deepEqual(view.rooms.get('r1').retention, { messages: 1 });
});

test('a replay of how one left and came back takes away nothing of what the sync knows', () => {
  const view = new View();
  const { community } = card('', 2, { rooms: [{ id: 'r1', community: 'c1', head: 2 }] });
  const sync = { epoch: 'e1', logs: [{ log: 'a1', kind: 'account', head: 12 }], communities: [community], directs: [] };
  view.apply({ type: 'up', account: { id: 'a1' }, sync });
  view.apply({ type: 'community.left', log: 'a1', seq: 10, community: 'c1' });
  assert.deepEqual([view.me('r1'), view.rooms.has('r1')], ['m1', true]);
  view.apply({ type: 'community.left', log: 'a1', seq: 13, community: 'c1' });
  assert.deepEqual([view.me('r1'), view.rooms.has('r1')], ['', false]);
});

test('who one is where the card did not fit the sync', () => {
  const view = new View();
  const { community } = card('', 2, { rooms: [{ id: 'r1', community: 'c1', head: 2 }] });
  const sync = { epoch: 'e1', logs: [], communities: [community], directs: [] };
  view.apply({ type: 'up', account: { id: 'a1' }, sync });
  for (let times = 0; times < 2; times += 1) {
    view.apply({ type: 'up', account: { id: 'a1' }, sync: { ...sync, communities: [], later: ['c1'] } });
    assert.deepEqual(['c1', 'r1', 'r2'].map((place) => view.me(place)), ['m1', 'm1', '']);
  }
  view.apply({ type: 'up', account: { id: 'a1' }, sync: { ...sync, communities: [] } });
  assert.equal(view.me('r1'), '');
});

test('the people of a direct are who they have become', () => {
  const view = new View();
  const people = [{ member: 'm1', rev: 1, handle: 'bob' }, { member: 'm2', rev: 3, handle: 'zoe', display_name: 'Zoe' }];
  const sync = { epoch: 'e1', logs: [], communities: [], directs: [{ id: 'd1', slug: '', kind: 'direct', member: 'm1', people }] };
  view.apply({ type: 'up', account: { id: 'a1' }, sync });
  view.apply({ type: 'member.updated', log: 'd1', seq: 7, by: 'm2', rev: 2, handle: 'moss', display_name: 'Moss' });
  assert.deepEqual(view.rooms.get('d1').people.map((one) => one.handle), ['bob', 'zoe'], 'the sync knew better');
  view.apply({ type: 'member.updated', log: 'd1', seq: 8, by: 'm2', rev: 4, handle: 'ash', display_name: 'Ash' });
  assert.deepEqual(view.rooms.get('d1').people.map((one) => one.handle), ['ash', 'bob']);
  assert.equal(view.room('@ash').id, 'd1');
});
