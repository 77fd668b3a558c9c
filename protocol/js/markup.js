// What people write, taken apart: the subset of Markdown that every client shows alike. Pure; docs/reference/markup.md states
// it, and `../markup.json` has examples with what comes out. The same as markup.py and markup_line.py, function for function.
//
// Any text can be parsed, no letter or digit of it is lost, and the cost is linear in its length. Nothing hides an address:
// a link is its own text. What you make of a span is yours to escape: a text may hold anything, also `<script>`.

/** A piece of a block, all of it shown in the same way. `link`: the text is an address, all of it (https, http or among).
 * `spoiler`: hidden until the reader asks for it.
 * @typedef {{ text: string, strong?: true, emphasis?: true, strike?: true, code?: true, spoiler?: true, link?: true }} Span */

/** A line of text or of a list; or a code block, whose text has all its lines. Without `kind` it is text. `quote`: how deep it
 * is quoted; `level`: of an item, how deep its list is in others, of another block, of the item it belongs to; `mark`: of an
 * item, "•" or its number as it was typed; `language`: of a code block, where it was named.
 * @typedef {{ spans: Span[], kind?: 'item' | 'code', quote?: number, level?: number, mark?: string, language?: string }} Block */

/** @typedef {{ text: string, flags: number }} Piece */
/** @typedef {{ kind: 'text' | 'item' | 'code', quote: number, level: number, mark: string, language: string, pieces: Piece[] }} Draft */
/** @typedef {{ ticks: number, indent: number, quote: number, level: number, language: string, lines: string[] }} Fence */

/** Stands for what a spoiler hides, however long that is. */
export const HIDDEN = '▒▒▒▒▒▒▒▒';
const DEEP = 8; // quotes in quotes, and lists in lists

const STRONG = 1, EMPHASIS = 2, STRIKE = 4, CODE = 8, LINK = 16, SPOILER = 32; // a piece with SPOILER is the mark itself
const EMPHASIS_2 = 64; // by `_`, which knows nothing of `*`
/** @type {Record<string, [number, number][]>} */
const KINDS = {
  '*': [[EMPHASIS, 1]],
  '**': [[STRONG, 2]],
  '***': [[EMPHASIS, 1], [STRONG, 2]],
  _: [[EMPHASIS_2, 1]],
  '~~': [[STRIKE, 2]],
};

// Each regular expression is a sticky one, asked at a place with `at`, or looks for the next place with `next`.
const BLANKS = /[ \t]*/y;
const FENCE = /(`{3,})[ \t]*(?:([A-Za-z0-9_+#.-]{1,32})[ \t]*)?$/y;
const ITEM = /([-*+]|[0-9]{1,9}[.)])[ \t]+(?=[^ \t])/y;
const START = /(\\*)(?=>|[-+][ \t])|([0-9]{1,9})(\\*)(?=[.)][ \t])/y;
const SIGN = /¯\\_\(ツ\)_\/¯|`+|\*+|_+|~+|\|+|\[|\]\((?=[Hh]ttps?:\/\/|[Aa]mong:\/\/)|(?:[Hh]ttps?|[Aa]mong):\/\//g;
const SPACE = ' \\t\\u00a0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000';
const INSIDE = new RegExp(`[^${SPACE}]`, 'y');
const WORD = '0-9A-Za-z\\u00c0-\\u0dff\\u1e00-\\u1fff';
const NOT_BEFORE = new RegExp(`[${WORD}!#$%&+,.:;<=>?@^\`})\\]-]`, 'y');
const NOT_BEHIND = new RegExp(`[${WORD}#$%&+<=>@\\\\^\`{(\\[]`, 'y');
const SOMETHING = /[^\x00-\/:-@\[-`{-\x7f]/;
const LETTER = new RegExp(`[${WORD}]`, 'y');
const PATH = "[A-Za-z0-9\\-._~:/?#@!$&'*+,;=%]";
const ADDRESS = new RegExp(
  '(?:[Hh]ttps?|[Aa]mong)://(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\\[[0-9A-Fa-f:.]+\\])(?::[0-9]{1,5})?' +
    `(?:[/?#]${PATH}*(?:\\(${PATH}*\\)${PATH}*)*)?`,
  'y',
);
const NOT_A_LINK = new RegExp(`[${WORD}@%]|:[^${SPACE}]`, 'y');
const TAIL = ".,:;!?'*_~"; // at its end these belong to the sentence

/** @param {RegExp} sticky @param {string} text @param {number} place */
function at(sticky, text, place) {
  sticky.lastIndex = place;
  return sticky.exec(text);
}

/** The blocks of a text, in order. A blank line is a block without spans, or of blanks.
 * @param {string} text @returns {Block[]} */
export function parse(text) {
  const made = drafts(text);
  let pairs = 0;
  for (const { pieces } of made) for (const { flags } of pieces) if (flags & SPOILER) pairs += 1;
  pairs -= pairs % 2; // the odd one is text
  const blocks = /** @type {Block[]} */ ([]);
  let seen = 0;
  for (const { kind, quote, level, mark, language, pieces } of made) {
    const before = seen, spans = /** @type {Span[]} */ ([]);
    let last = -1;
    for (const piece of pieces) {
      if (piece.flags & SPOILER && seen < pairs) {
        seen += 1;
        continue;
      }
      const flags = (piece.flags & ~SPOILER) | (seen % 2 ? SPOILER : 0);
      if (flags === last) spans[spans.length - 1].text += piece.text;
      else spans.push(span(piece.text, flags));
      last = flags;
    }
    if (kind === 'text' && !spans.length && seen > before) continue; // a line of nothing but marks of spoilers is none
    blocks.push({
      spans, ...(kind !== 'text' && { kind }), ...(quote && { quote }), ...(level && { level }), ...(mark && { mark }), ...(language && { language }),
    });
  }
  return blocks.length ? blocks : [{ spans: [] }];
}

/** The text without marks, for a notice or a glimpse; in place of what spoilers hide stands `hidden`.
 * @param {Block[]} blocks */
export function plain(blocks, hidden = HIDDEN) {
  return blocks.map(({ spans, quote = 0, level = 1, mark }) => {
    let said = '', was = false;
    for (const { text, spoiler = false } of spans) {
      if (!spoiler) said += text;
      else if (!was) said += hidden;
      was = spoiler;
    }
    return '> '.repeat(quote) + (mark ? `${'  '.repeat(level - 1)}${mark} ` : '') + said;
  }).join('\n');
}

/** The text with backslashes, so that `parse` takes all of it as text (and addresses as links).
 * @param {string} text */
export function escaped(text) {
  return text.split('\n').map((line) => {
    const [slashes, after] = start(line, blanks(line));
    return line.slice(0, after) + (slashes === null ? '' : '\\'.repeat(slashes + 1)) + escapedLine(line, after);
  }).join('\n');
}

/** @param {string} text @param {number} flags @returns {Span} */
function span(text, flags) {
  return {
    text,
    ...(flags & STRONG && { strong: /** @type {const} */ (true) }),
    ...(flags & EMPHASIS && { emphasis: /** @type {const} */ (true) }),
    ...(flags & STRIKE && { strike: /** @type {const} */ (true) }),
    ...(flags & CODE && { code: /** @type {const} */ (true) }),
    ...(flags & SPOILER && { spoiler: /** @type {const} */ (true) }),
    ...(flags & LINK && { link: /** @type {const} */ (true) }),
  };
}

// ---- lines

/** Blocks before it is known what spoilers hide of them. @param {string} text @returns {Draft[]} */
function drafts(text) {
  const made = /** @type {Draft[]} */ ([]);
  let fence = /** @type {Fence | null} */ (null); // a code block that is not closed yet
  let indents = /** @type {number[]} */ ([]); // of the lists that one is in
  let deep = 0; // of the line before
  for (const line of text.split('\n')) {
    if (fence) {
      const [quote, rest] = quoted(line, fence.quote);
      const same = quote === fence.quote;
      if (same && !closes(fence, rest)) {
        fence.lines.push(rest.slice(Math.min(fence.indent, spaces(rest))));
        continue;
      }
      made.push(codeBlock(fence));
      fence = null;
      if (same) continue;
    }
    const [quote, rest] = quoted(line, DEEP);
    if (quote !== deep) [deep, indents] = [quote, []];
    fence = opened(quote, rest, indents);
    if (!fence) made.push(oneLine(quote, rest, indents));
  }
  if (fence) made.push(codeBlock(fence));
  return made;
}

/** How deep a line is quoted, up to `most`, and what is quoted: `>_<` is a face.
 * @param {string} line @param {number} most @returns {[number, string]} */
function quoted(line, most) {
  let depth = 0, place = 0;
  while (depth < most && line[place] === '>') {
    depth += 1;
    place += line[place + 1] === ' ' ? 2 : 1;
  }
  return depth && place < line.length && line[place - 1] !== ' ' ? [0, line] : [depth, line.slice(place)];
}

/** The code block that this line begins.
 * @param {number} quote @param {string} rest @param {number[]} indents @returns {Fence | null} */
function opened(quote, rest, indents) {
  const indent = spaces(rest);
  const found = at(FENCE, rest, indent);
  if (!found) return null;
  if (indent < 2) indents.length = 0;
  return { ticks: found[1].length, indent, quote, level: indents.length, language: found[2] ?? '', lines: [] };
}

/** @param {Fence} fence @param {string} rest */
function closes(fence, rest) {
  const begin = blanks(rest);
  let end = rest.length;
  while (end > begin && (rest[end - 1] === ' ' || rest[end - 1] === '\t')) end -= 1;
  return end - begin >= fence.ticks && !/[^`]/.test(rest.slice(begin, end));
}

/** @param {Fence} fence @returns {Draft} */
function codeBlock({ quote, level, language, lines }) {
  const text = lines.join('\n');
  return { kind: 'code', quote, level, mark: '', language, pieces: text ? [{ text, flags: CODE }] : [] };
}

/** A line of text or of a list. @param {number} quote @param {string} rest @param {number[]} indents @returns {Draft} */
function oneLine(quote, rest, indents) {
  const begin = blanks(rest);
  let indent = 0;
  for (let place = 0; place < begin; place += 1) indent += rest[place] === '\t' ? 4 : 1;
  const item = at(ITEM, rest, begin);
  if (item) {
    inList(indents, indent);
    const mark = item[1] >= '0' && item[1] < ':' ? item[1] : '•';
    return { kind: 'item', quote, level: indents.length, mark, language: '', pieces: new Line(rest, begin + item[0].length).pieces() };
  }
  if (begin === rest.length) {
    return { kind: 'text', quote, level: 0, mark: '', language: '', pieces: rest ? [{ text: rest, flags: 0 }] : [] };
  }
  if (indent < 2) indents.length = 0;
  let head = indents.length ? '' : rest.slice(0, begin), from = begin;
  const [slashes, after] = start(rest, begin);
  if (slashes) {
    head += rest.slice(begin, after - slashes) + '\\'.repeat(Math.floor(slashes / 2));
    from = after;
  }
  const pieces = new Line(rest, from).pieces();
  if (head) pieces.unshift({ text: head, flags: 0 });
  return { kind: 'text', quote, level: indents.length, mark: '', language: '', pieces };
}

/** The lists that an item with so many blanks before it is in. @param {number[]} indents @param {number} indent */
function inList(indents, indent) {
  while (indents.length && indents[indents.length - 1] > indent) indents.pop();
  if (!indents.length || (indent >= indents[indents.length - 1] + 2 && indents.length < DEEP)) indents.push(indent);
}

/** @param {string} line */
function blanks(line) {
  return at(BLANKS, line, 0)?.[0].length ?? 0;
}

/** @param {string} line */
function spaces(line) {
  let count = 0;
  while (line[count] === ' ') count += 1;
  return count;
}

/** Where something would begin a block but for backslashes: how many these are, and where it goes on.
 * @param {string} line @param {number} begin @returns {[number | null, number]} */
function start(line, begin) {
  const found = at(START, line, begin);
  const end = begin + (found?.[0].length ?? 0);
  if (!found || (begin && line[end] === '>')) return [null, begin]; // a quote begins at the left edge alone
  return [(found[3] ?? found[1] ?? '').length, end];
}

// ---- within a line

/** A line, and how far it is taken apart. */
class Line {
  /** @param {string} line @param {number} begin */
  constructor(line, begin) {
    this.line = line;
    this.begin = begin;
    this.texts = /** @type {string[]} */ ([]);
    this.flags = /** @type {number[]} */ ([]);
    this.on = /** @type {Map<number, number>} */ (new Map()); // by index of a piece: what begins behind it
    this.off = /** @type {Map<number, number>} */ (new Map()); // what ends before it
    this.open = /** @type {Map<number, { piece: number, words: number }>} */ (new Map()); // by kind
    this.bracket = /** @type {{ piece: number, words: number } | null} */ (null);
    this.words = 0;
    this.ticks = /** @type {Map<number, number[]> | null} */ (null); // by length: where runs of backticks begin, the last first
    this.read();
  }

  read() {
    let found;
    while ((found = at(SIGN, this.line, this.begin))) {
      const gap = this.line.slice(this.begin, found.index), sign = found[0];
      this.begin = found.index + sign.length;
      if (/^[ha]/i.test(sign)) {
        this.put(gap);
        this.address(found.index);
      } else if (sign === '](') {
        this.put(gap);
        this.named();
      } else if (!isMark(sign)) {
        this.put(gap + sign);
      } else {
        const count = slashesOf(gap); // two are one, and an odd one makes text of the mark
        this.put(gap.slice(0, gap.length - count) + '\\'.repeat(Math.floor(count / 2)));
        if (count % 2) this.put(sign);
        else this.mark(sign, found.index);
      }
    }
    this.put(this.line.slice(this.begin));
  }

  /** A piece that is what it is. @param {string} text */
  put(text, flags = 0) {
    if (!text) return;
    if (flags & (CODE | LINK) || SOMETHING.test(text)) this.words += 1;
    this.texts.push(text);
    this.flags.push(flags);
  }

  /** @param {string} sign @param {number} from */
  mark(sign, from) {
    if (sign[0] === '`') this.code(sign, from);
    else if (sign === '[') {
      this.bracket = { piece: this.texts.length, words: this.words };
      this.put(sign);
    } else if (sign[0] === '|') this.put(sign, SPOILER);
    else this.run(sign, this.line.slice(Math.max(from - 1, 0), from), this.line.slice(this.begin, this.begin + 1));
  }

  /** A mark that may open, close or be text. @param {string} mark @param {string} before @param {string} behind */
  run(mark, before, behind) {
    const opens = at(INSIDE, behind, 0) && !at(NOT_BEFORE, before, 0);
    const closes = at(INSIDE, before, 0) && !at(NOT_BEHIND, behind, 0);
    const index = this.texts.length;
    this.texts.push(mark);
    this.flags.push(0);
    for (const [kind, size] of KINDS[mark]) {
      const was = this.open.get(kind);
      if (closes && was && this.words > was.words) {
        this.open.delete(kind);
        this.on.set(was.piece, (this.on.get(was.piece) ?? 0) | kind);
        this.off.set(index, (this.off.get(index) ?? 0) | kind);
        this.texts[was.piece] = this.texts[was.piece].slice(size);
        this.texts[index] = this.texts[index].slice(size);
      } else if (opens) this.open.set(kind, { piece: index, words: this.words });
    }
  }

  /** Up to the next run of as many backticks. @param {string} sign @param {number} from */
  code(sign, from) {
    if (!this.ticks) {
      this.ticks = new Map();
      for (const run of [...this.line.matchAll(/`+/g)].reverse()) {
        const length = run[0].length, places = this.ticks.get(length);
        if (places) places.push(run.index);
        else this.ticks.set(length, [run.index]);
      }
    }
    const later = /** @type {number[]} */ (this.ticks.get(sign.length));
    while (later.length && later[later.length - 1] <= from) later.pop();
    if (!later.length) {
      this.put(sign);
      return;
    }
    const close = later[later.length - 1];
    let text = this.line.slice(this.begin, close);
    if (text[0] === ' ' && text[text.length - 1] === ' ' && /[^ ]/.test(text)) text = text.slice(1, -1);
    this.put(text, CODE);
    this.begin = close + sign.length;
  }

  /** What begins like an address: a link, where it is one. @param {number} from */
  address(from) {
    const [link, end] = linkAt(this.line, from);
    this.put(link, LINK);
    this.put(this.line.slice(from + link.length, end));
    this.begin = end;
    this.bracket = null;
  }

  /** The middle of `[words](address)`: the words stay, and the address stands behind them. */
  named() {
    const found = at(ADDRESS, this.line, this.begin);
    const end = this.begin + (found?.[0].length ?? 0);
    if (!this.bracket || this.words <= this.bracket.words || !found || this.line[end] !== ')') {
      this.put('](');
      return;
    }
    this.texts[this.bracket.piece] = '';
    this.put(' (');
    this.put(found[0], LINK);
    this.put(')');
    this.bracket = null;
    this.begin = end + 1;
  }

  /** What it is made of. @returns {Piece[]} */
  pieces() {
    let now = 0;
    const found = /** @type {Piece[]} */ ([]);
    for (const [index, text] of this.texts.entries()) {
      now &= ~(this.off.get(index) ?? 0);
      const look = (now & EMPHASIS_2 ? now | EMPHASIS : now) & ~EMPHASIS_2;
      if (text) found.push({ text, flags: this.flags[index] | look });
      now |= this.on.get(index) ?? 0;
    }
    return found;
  }
}

/** The line from `begin` on with a backslash before each mark. @param {string} line @param {number} begin */
function escapedLine(line, begin) {
  let kept = '', found;
  while ((found = at(SIGN, line, begin))) {
    let gap = line.slice(begin, found.index), sign = found[0];
    begin = found.index + sign.length;
    if (/^[ha]/i.test(sign)) {
      [, begin] = linkAt(line, found.index);
      sign = line.slice(found.index, begin);
    } else if (sign !== '](' && isMark(sign)) gap += '\\'.repeat(slashesOf(gap) + 1);
    kept += gap + sign;
  }
  return kept + line.slice(begin);
}

/** The link that begins here, or nothing; and where to go on. @param {string} line @param {number} from @returns {[string, number]} */
function linkAt(line, from) {
  const found = at(ADDRESS, line, from);
  if (!found) return ['', line.indexOf('//', from) + 2];
  const end = from + found[0].length;
  if (at(NOT_A_LINK, line, end) || (from && at(LETTER, line, from - 1))) return ['', end];
  let last = end;
  while (TAIL.includes(line[last - 1])) last -= 1;
  return [line.slice(from, last), last];
}

/** @param {string} sign */
function isMark(sign) {
  return Object.hasOwn(KINDS, sign) || sign[0] === '`' || sign[0] === '[' || sign.startsWith('||');
}

/** How many backslashes it ends in. @param {string} gap */
function slashesOf(gap) {
  let count = 0;
  while (count < gap.length && gap[gap.length - 1 - count] === '\\') count += 1;
  return count;
}
