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

test('how one stands in a community goes with what is told of it', () => {
  const view = new View();
  const { community } = card('', 2, { accepted: 1, rules: 2 });
  view.apply({ type: 'up', account: { id: 'a1', display_name: 'Bob' }, sync: { epoch: 'e1', logs: [{ log: 'a1', kind: 'account', head: 2 }], communities: [community], directs: [] } });
  const mine = () => view.communities.get('c1');
  const told = (seq, type, more) => view.apply({ type, log: 'a1', seq, community: 'c1', member: 'm1', ...more });
  told(2, 'member.role_set', { role: 'owner' });
  assert.equal(mine().role, undefined, 'the sync knew it already');
  told(3, 'member.role_set', { role: 'steward', stewards: 'w1' });
  told(4, 'member.silenced', { until: '2026-01-01T00:00:00.000Z' });
  assert.deepEqual([mine().role, mine().stewards, mine().silenced_until], ['steward', 'w1', '2026-01-01T00:00:00.000Z']);
  told(5, 'member.unsilenced', {});
  told(6, 'rules.accepted', { version: 2 });
  told(7, 'persona.renamed', { handle: 'moss', was: 'bob' });
  assert.deepEqual([mine().silenced_until, mine().accepted, mine().handle], ['', 2, 'moss']);
  view.answered('community.read', { ...community, role: 'steward' });
  assert.equal(mine().accepted, 2, 'what was accepted was read before the rest');
  view.apply({ type: 'member.silenced', log: 'w1', seq: 9, community: 'c1', member: 'm2', until: 'x' });
  assert.ok(!mine().silenced_until, 'that was somebody else');
  view.apply({ type: 'account.updated', log: 'a1', seq: 8, handle: 'bob', display_name: 'Bobby' });
  assert.deepEqual([view.account.display_name, view.account.id], ['Bobby', 'a1']);
});

test('the settings of a community are what was changed last', () => {
  const view = new View();
  view.apply({ type: 'community.updated', log: 'c1', seq: 6, name: 'The Garden', rules: 'Be kind.', rules_version: 3 });
  view.apply(card('', 2));
  const now = () => view.communities.get('c1');
  assert.deepEqual([now().community.name, now().rules], ['The Garden', 3], 'it overtook the card');
  view.apply({ type: 'community.updated', log: 'c1', seq: 5, name: 'old' });
  view.apply({ type: 'community.updated', log: 'c1', seq: 7, members_invite: true, retention: { days: 30 }, retention_since: 's' });
  assert.deepEqual([now().community.name, now().members_invite, now().community.retention], ['The Garden', true, { days: 30 }]);
  view.apply({ type: 'community.updated', log: 'c1', seq: 8, retention: {} });
  assert.equal(now().community.retention, null, 'for ever');
});

test('what one has heard of a direct is newer than how it was when it was opened', () => {
  const view = new View();
  const direct = (head, people, topic) => ({ type: 'direct.opened', log: 'a1', seq: 3, room: 'd1', head, member: 'm1', people, topic });
  const [bob, zoe, moss] = [{ member: 'm1', rev: 1, handle: 'bob' }, { member: 'm2', rev: 1, handle: 'zoe' }, { member: 'm3', rev: 1, handle: 'moss' }];
  const sync = { epoch: 'e1', logs: [], communities: [], directs: [{ id: 'd1', slug: '', kind: 'direct', member: 'm1', people: [bob, zoe, moss] }] };
  view.apply({ type: 'up', account: { id: 'a1' }, sync });
  view.apply({ type: 'room.topic_set', log: 'd1', seq: 15, topic: 'beans' });
  view.apply({ type: 'member.updated', log: 'd1', seq: 16, by: 'm2', rev: 2, handle: 'ash', display_name: 'Ash' });
  view.apply({ type: 'member.forgotten', log: 'd1', seq: 17, by: 'm3', rev: 1 });
  view.apply(direct(14, [bob, zoe, moss], 'peas'));
  assert.deepEqual(view.rooms.get('d1').people.map((one) => one.handle).sort(), ['', 'ash', 'bob']);
  assert.equal(view.rooms.get('d1').topic, 'beans');
  view.apply({ ...direct(18, [bob, { ...zoe, rev: 3, handle: 'elm' }], 'peas'), seq: 4 });
  assert.deepEqual([view.rooms.get('d1').topic, view.rooms.get('d1').people[1].handle], ['peas', 'elm']);
});
