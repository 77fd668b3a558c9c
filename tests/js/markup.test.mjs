// What people write, taken apart by the JavaScript client: the examples that every client holds to, and its cost.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { escaped, parse, plain } from '../../protocol/js/markup.js';

const { examples } = JSON.parse(readFileSync(new URL('../../protocol/markup.json', import.meta.url), 'utf8'));

for (const { part, name, text, blocks } of examples) {
  test(`${part}: ${name}`, () => {
    assert.deepEqual(parse(text), blocks);
    assert.equal(plain(parse(escaped(text))), text);
  });
}

test('what is hidden is in no glimpse', () => {
  assert.equal(plain(parse('a ||b *c*|| d'), '[spoiler]'), 'a [spoiler] d');
});

for (const unit of ['*a ', '**_* ', '`a``b```c', '[', '[a](https://x ', 'https://a/(', 'https://a/https://a/ü', '> ', '||a\n', '- a\n', '\\*', '```\n']) {
  test(`the cost of ${JSON.stringify(unit)} is linear`, () => {
    const seconds = (/** @type {number} */ size) => {
      const text = unit.repeat(size / unit.length), begun = process.cpuUsage();
      escaped(text);
      plain(parse(text));
      const { user, system } = process.cpuUsage(begun);
      return (user + system) / 1e6;
    };
    seconds(10_000);
    const small = Math.min(seconds(25_000), seconds(25_000), seconds(25_000));
    assert.ok(Math.min(seconds(400_000), seconds(400_000)) < Math.max(small, 0.002) * 64);
  });
}
