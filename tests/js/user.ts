// A user's program, as `tsc --strict` reads it. Each `@ts-expect-error` is a mistake that must be found.

import { AmongError, CLOSE_CODES, connect, type Among, type Happening, type Positions } from 'among-protocol';
import type { Commands, MessageSent } from 'among-protocol/types';

const among: Among = await connect('ws://127.0.0.1:8080/v1', { token: 't', device: 'laptop' });
const positions: Positions = among.positions;

const { entry, repeat } = await among.ask('message.send', { room: among.room('garden/hall').id, body: 'hello' });
const body: string = entry.body;
const page = await among.ask('message.page', { room: 'r', limit: 20 }, { signal: AbortSignal.timeout(5000) });
const newest: Commands['message.page']['result'] = page;

// @ts-expect-error  a room is missing
await among.ask('message.send', { body: 'hello' });
// @ts-expect-error  there is no such command
await among.ask('message.sent', { room: 'r', body: 'hello' });
// @ts-expect-error  the client's own business
await among.ask('session.sync', {});
// @ts-expect-error  what only reads has no nonce
await among.ask('session.ping', { nonce: 'n' });

for await (const happening of among) {
  switch (happening.type) {
    case 'message.sent':
      take(happening);
      break;
    case 'up':
      console.log(happening.account.handle, happening.sync.logs.length, happening.resumed);
      break;
    case 'down':
      if (happening.code === CLOSE_CODES.restarting) console.log(happening.retryIn?.toFixed());
      break;
    case 'reset':
      console.log(happening.reason, happening.had, happening.after);
      break;
    // @ts-expect-error  there is no such event
    case 'message.said':
      break;
    default:
      handedOn(happening);
  }
  among.done(happening);
}

function take(sent: MessageSent): void {
  if (!among.mine(sent)) console.log(sent.body, sent.mentions?.length, positions, body, repeat, newest);
}

function handedOn(happening: Happening): void {
  console.log(happening.type);
}

try {
  await among.close();
} catch (error) {
  if (error instanceof AmongError && error.class === 'wait') console.log(error.code, error.retryAfterMs);
}
