/** A small e-mail as nightjar builds them, for tests that send and do not care what of. */
import { parseMailbox } from '../../src/content/address';
import { createMessageBuilder, type Message } from '../../src/content/message';

interface Wish {
  readonly from?: string;
  readonly to?: string;
  readonly subject?: string;
  readonly text?: string;
  readonly messageId?: string;
  readonly returnPath?: string;
}

/** Builds it. */
export function testMessage(wish: Wish = {}): Message {
  const { from = 'news@shop.example', to = 'ken@mail.example', subject = 'picks', text = 'six of them\n' } = wish;
  const build = createMessageBuilder({ from: parseMailbox(from), list: 'picks', template: 'picks', month: '2026-11' });
  return build({
    to: { name: '', address: to },
    rendered: { subject, text, html: '<p>six of them</p>\n' },
    messageId: wish.messageId ?? '<one@shop.example>',
    date: new Date(0),
    unsubscribeUrl: 'https://shop.example/u/abc',
    returnPath: wish.returnPath,
  });
}
