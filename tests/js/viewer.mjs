// Views, put where tests have the Python one: a line is what one of them is told, or the question what it knows. See viewing.py.

import { createInterface } from 'node:readline';
import { View } from '../../protocol/js/view.js';

const view = new View();

for await (const line of createInterface({ input: process.stdin })) {
  const [type, told] = JSON.parse(line);
  if (type === 'apply') view.apply(told);
  else view.answered(type, told);
}

const { account, communities, rooms, counting } = view;
const unread = [...counting.rooms].map(([id, { read, unread: count }]) => [id, read, count]);
console.log(JSON.stringify({ account, communities: [...communities.values()], rooms: [...rooms.values()], unread }));
