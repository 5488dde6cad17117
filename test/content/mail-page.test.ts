/** docs/mail.md shows the headers of a mail: they are those that nightjar writes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, RECIPIENT } from './support/messages';

it('shows a message as it is written', () => {
  const page = readFileSync(join(__dirname, '../../docs/mail.md'), 'utf8');
  const shown = /```\n(From: [\s\S]*?)```/.exec(page)?.[1]?.split('\n').slice(0, -1);

  const { raw } = build({
    to: { name: '花子', address: 'hanako@mail.example' },
    rendered: { ...RECIPIENT.rendered, subject: '花子さん、六つのおすすめです' },
    unsubscribeUrl: 'https://shop.example/u/8QkTn4',
  });

  expect(raw.toString('latin1').split('\r\n').slice(0, shown?.length)).toEqual(shown);
});
