// Made by `python -m tests.js.declare` from the code: not to be edited.

export type Span = {
    text: string;
    strong?: true;
    emphasis?: true;
    strike?: true;
    code?: true;
    spoiler?: true;
    link?: true;
};
export type Block = {
    spans: Span[];
    kind?: 'item' | 'code';
    quote?: number;
    level?: number;
    mark?: string;
    language?: string;
};
export type Piece = {
    text: string;
    flags: number;
};
export type Draft = {
    kind: 'text' | 'item' | 'code';
    quote: number;
    level: number;
    mark: string;
    language: string;
    pieces: Piece[];
};
export type Fence = {
    ticks: number;
    indent: number;
    quote: number;
    level: number;
    language: string;
    lines: string[];
};
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
export declare const HIDDEN = "\u2592\u2592\u2592\u2592\u2592\u2592\u2592\u2592";
/** The blocks of a text, in order. A blank line is a block without spans, or of blanks.
 * @param {string} text @returns {Block[]} */
export declare function parse(text: string): Block[];
/** The text without marks, for a notice or a glimpse; in place of what spoilers hide stands `hidden`.
 * @param {Block[]} blocks */
export declare function plain(blocks: Block[], hidden?: string): string;
/** The text with backslashes, so that `parse` takes all of it as text (and addresses as links).
 * @param {string} text */
export declare function escaped(text: string): string;
