// A whole client for one room: prints each message in it as a line of JSON, and says each line of standard input.
//
// The environment says where, and as whom: AMONG_URL, AMONG_ROOM (an id), AMONG_TOKEN or AMONG_HANDLE and AMONG_PASSWORD.
// docs/howto/write-a-client.md explains all of it. It needs Node and ws, and nothing else.

import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import WebSocket from "ws";

const { AMONG_URL: URL, AMONG_ROOM: ROOM, AMONG_TOKEN: TOKEN } = process.env;
const PASSWORD = { handle: process.env.AMONG_HANDLE, password: process.env.AMONG_PASSWORD };

class Client {
  wayIn = TOKEN ? { token: TOKEN } : PASSWORD;
  epoch = "";
  at = null; // number of the last entry of the room that was handed on
  unsaid = []; // [nonce, text] of each line that is not decided; null: no more will come
  away = 0; // milliseconds to stay away, as told by a server that restarts
  wake = () => {}; // something is in the inbox

  open() {
    const ws = (this.ws = new WebSocket(URL, ["among.v1.json"]));
    const inbox = (this.inbox = []); // texts of frames; at the end of the connection, its code
    const put = (item) => inbox.push(item) && this.wake();
    ws.on("ping", () => this.alive());
    ws.on("message", (data) => put(`${data}`) ?? this.alive());
    ws.on("error", () => {}); // close comes, too
    ws.on("close", put);
    this.patience = 30_000; // milliseconds of silence after which nobody is there; the server pings more often
    this.alive();
  }

  alive() {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.ws.terminate(), this.patience).unref();
  }

  async serve() {
    this.head = this.wanted = 0; // entries that exist: as sync told, and as far as is known
    await this.hear(); // hello
    this.wayIn = { token: (await this.ask("session.sign_in", this.wayIn)).token ?? this.wayIn.token };
    const positions = this.at === null ? {} : { [ROOM]: this.at };
    const sync = await this.ask("session.sync", { epoch: this.epoch, positions });
    const log = sync.logs.find((log) => log.log === ROOM && log.status !== "gone");
    if (!log) stop("There is no such room, or it is not followed.");
    this.epoch = sync.epoch;
    this.head = log.head ?? 0;
    if (this.at === null || log.status === "reset") this.at = this.head;
    while (this.at < this.wanted || this.unsaid[0] !== null) {
      if (this.at < this.wanted) await this.fill();
      else if (this.unsaid.length === 0) await this.hear();
      else {
        const [nonce, body] = this.unsaid[0];
        await this.ask("message.send", { nonce, room: ROOM, body });
        this.unsaid.shift();
      }
    }
  }

  async hear() {
    while (this.inbox.length === 0) await new Promise((resolve) => (this.wake = resolve));
    const item = this.inbox.shift();
    if (typeof item === "number") throw new Closed(item);
    const frame = JSON.parse(item);
    if (frame.type === "ok" || frame.type === "refused") return frame;
    if (frame.type === "hello") this.patience = frame.ping_ms + frame.deadline_ms;
    else if (frame.type === "session.synced") this.wanted = Math.max(this.wanted, this.head);
    else if (frame.type === "session.lagging") this.wanted = Math.max(this.wanted, frame.logs[ROOM] ?? 0);
    else if (frame.type === "session.restarting") this.away = Math.min(60_000, frame.come_back_ms);
    else if (frame.log === ROOM && frame.seq) this.entry(frame);
  }

  entry(entry) {
    if ((entry.from ?? entry.seq) > this.at + 1) {
      this.wanted = Math.max(this.wanted, entry.seq); // a hole: this one comes again, behind what is missing
    } else if (entry.seq > this.at) {
      this.at = entry.seq; // else it came twice
      if (entry.type === "message.sent") console.log(JSON.stringify(entry));
    }
  }

  async fill() {
    const until = this.wanted; // which may grow while we wait
    const page = await this.ask("log.entries", { log: ROOM, after: this.at, until });
    this.at = Math.max(this.at, page.floor ?? 0);
    page.entries.forEach((entry) => this.entry(entry));
    if (page.complete) this.at = Math.max(this.at, until); // there is nothing more to be had
  }

  async ask(type, fields) {
    for (;;) {
      const id = randomUUID();
      this.ws.send(JSON.stringify({ type, id, ...fields }));
      let reply;
      while (reply?.id !== id) reply = await this.hear();
      if (reply.type === "ok") return reply.result;
      if (reply.class === "wait" || reply.class === "bug") await sleep(reply.retry_after_ms ?? 5_000);
      else if (type === "message.send") return console.error(`Not said: ${reply.code}: ${reply.message}`);
      else stop(`${type} was refused: ${reply.code}: ${reply.message}`);
    }
  }
}

class Closed extends Error {
  constructor(code) {
    super(`closed: ${code}`);
    this.code = code;
  }
}

function stop(why) {
  console.error(why);
  process.exit(1);
}

async function main() {
  const client = new Client();
  const typed = (line) => client.unsaid.push(line) && client.inbox?.push("{}") && client.wake();
  createInterface({ input: process.stdin })
    .on("line", (text) => typed([randomUUID(), text]))
    .on("close", () => typed(null));
  for (let tries = 1; ; tries++) {
    const began = Date.now();
    try {
      client.open();
      await client.serve();
      return client.ws.close();
    } catch (error) {
      if (error.code >= 4500 && error.code <= 4999) stop(`The server says not to come back: ${error.code}`);
      client.ws.terminate();
    }
    if (Date.now() > began + 10_000) tries = 0;
    await sleep(Math.max(client.away, Math.min(30_000, 250 * 2 ** tries) * (0.5 + Math.random() / 2)));
    client.away = 0;
  }
}

await main();
