// A view, put where tests have the Python one: a line is what one is told, and how far its own log is known to go; at the end it
// says what it knows. See test_view_follows.py.

import { createInterface } from 'node:readline';
import { View } from '../../protocol/js/view.js';

let known = 0;
const view = new View(() => known);

for await (const line of createInterface({ input: process.stdin })) {
  const [type, told, since] = JSON.parse(line);
  known = since;
  if (type === 'apply') view.apply(told);
  else view.answered(type, told);
}

const { account, communities, rooms, counting } = view;
const unread = [...counting.rooms].map(([id, { read, unread: count }]) => [id, read, count]);
console.log(JSON.stringify({ account, communities: [...communities.values()], rooms: [...rooms.values()], unread }));
