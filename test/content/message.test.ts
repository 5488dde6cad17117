import fc from 'fast-check';
import { type ParsedMail, simpleParser } from 'mailparser';
import { createTransport } from 'nodemailer';
import { messageIdOf, signUnsubscribe } from '../../src/content/links';
import { buildMessage, cleanHeader, type MessageParts } from '../../src/content/message';

const composer = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });

const PARTS: MessageParts = {
  from: { name: 'Corner Shop', address: 'news@shop.example' },
  to: { name: 'Ken Ito', address: 'ken@mail.example' },
  rendered: { subject: 'Six picks', html: '<p>Hello</p>', text: 'Hello' },
  messageId: messageIdOf({ run: 'nightly-picks.2026-11-24', userId: 'u1', domain: 'shop.example' }),
  date: new Date('2026-11-24T02:00:05Z'),
  list: 'nightly-picks',
  unsubscribeUrl: signUnsubscribe({
    secret: 's',
    publicUrl: 'https://shop.example',
    userId: 'u1',
    list: 'nightly-picks',
  }),
  unsubscribeMailto: 'unsubscribe@shop.example',
};

async function compose(parts: Partial<MessageParts>): Promise<{ raw: string; header: string; parsed: ParsedMail }> {
  const info = await composer.sendMail(buildMessage({ ...PARTS, ...parts }));
  const raw = Buffer.isBuffer(info.message) ? info.message : Buffer.alloc(0);
  const text = raw.toString('latin1');
  return { raw: text, header: text.slice(0, text.indexOf('\r\n\r\n')), parsed: await simpleParser(raw) };
}

const readHeaders = (header: string): string[] => header.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n');

it('writes every header that a bulk sender owes', async () => {
  const { header } = await compose({});

  const lines = readHeaders(header);
  const token = PARTS.unsubscribeUrl.split('/').at(-1);
  expect(lines).toEqual(
    expect.arrayContaining([
      'From: Corner Shop <news@shop.example>',
      'To: Ken Ito <ken@mail.example>',
      'Subject: Six picks',
      `Message-ID: ${PARTS.messageId}`,
      'Date: Tue, 24 Nov 2026 02:00:05 +0000',
      `List-Unsubscribe: <${PARTS.unsubscribeUrl}>, <mailto:unsubscribe@shop.example?subject=${token}>`,
      'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
      'List-ID: "nightly-picks" <nightly-picks.shop.example>',
      'MIME-Version: 1.0',
    ]),
  );
  const names = lines.map((line) => line.slice(0, line.indexOf(':')).toLowerCase());
  expect(names).toEqual([...new Set(names)]);
});

it('puts the plain text first and the HTML last', async () => {
  const { raw, parsed } = await compose({
    rendered: { subject: 's', html: '<p>größer – 鍋</p>', text: 'größer – 鍋' },
  });

  expect(raw.indexOf('text/plain')).toBeLessThan(raw.indexOf('text/html'));
  expect(parsed.text).toBe('größer – 鍋');
  expect(parsed.html).toBe('<p>größer – 鍋</p>');
});

it.each([
  ['Guten Morgen, schöne Grüße', 'quoted-printable'],
  ['おはようございます、六つのおすすめです', 'base64'],
])('writes %s as %s, the shorter of the two', async (text, encoding) => {
  const { raw, parsed } = await compose({ rendered: { subject: text, html: `<p>${text}</p>`, text } });
  expect([...raw.matchAll(/^Content-Transfer-Encoding: (.*)\r$/gm)].map((match) => match[1])).toEqual([
    encoding,
    encoding,
  ]);
  expect([parsed.subject, parsed.text?.trim()]).toEqual([text, text]);
});

it('offers one click over https only', async () => {
  const { header } = await compose({ unsubscribeUrl: 'http://localhost:8080/u/abc' });

  expect(header).toContain('List-Unsubscribe: <http://localhost:8080/u/abc>');
  expect(header).not.toContain('List-Unsubscribe-Post');
});

it('names the link alone where no address takes unsubscribes', async () => {
  const { unsubscribeMailto, ...rest } = PARTS;
  const info = await composer.sendMail(buildMessage(rest));

  expect(unsubscribeMailto).toBeDefined();
  expect(readHeaders(String(info.message))).toContain(`List-Unsubscribe: <${PARTS.unsubscribeUrl}>`);
});

it('sends to the A-label of a domain, with the return path apart from the sender', () => {
  const message = buildMessage({
    ...PARTS,
    to: { name: '', address: 'jo@münchen.example' },
    envelopeFrom: 'b+1@bounce.shop.example',
  });

  expect(message.envelope).toEqual({ from: 'b+1@bounce.shop.example', to: ['jo@xn--mnchen-3ya.example'] });
});

it.each(['', 'a@b@c.example', 'ken@mail.example\r\nBcc: x@y.example', 'жанна@mail.example', 'ken@mail.example>'])(
  'refuses the recipient %j, and does not quote it',
  (address) => {
    const build = () => buildMessage({ ...PARTS, to: { name: '', address } });

    expect(build).toThrow(expect.objectContaining({ code: 'E_MAIL_ADDRESS' }));
    expect(build).not.toThrow(/mail\.example/);
  },
);

const HOSTILE = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 320 }),
  fc.string({ unit: 'grapheme', maxLength: 320 }),
  fc.constantFrom(
    'Ken\r\nBcc: victim@mail.example',
    'Ken\nX-Evil: 1\n\n<script>',
    'Ken\u2028Bcc: x@y.example\u0000\u0085',
    '"Ken" <ceo@bank.example>',
    'a, b; c: d <e> (f) \\ "',
    '=?utf-8?Q?=0D=0ABcc:_x@y.example?=',
    'x'.repeat(300),
    '鍋'.repeat(300),
    '👨‍👩‍👧‍👦'.repeat(120),
    'Ken \u202Eelpmaxe.knab',
    ' \t ',
    '\ud800 half',
  ),
);

it('survives every name, subject and text that a file can hold: read back as meant, nothing injected, no long line', async () => {
  await fc.assert(
    fc.asyncProperty(HOSTILE, HOSTILE, HOSTILE, async (name, subject, body) => {
      const text = `${body.replaceAll(/[\r\p{Cs}]/gu, '')}\n`;
      const { raw, header, parsed } = await compose({
        to: { name, address: 'ken@mail.example' },
        from: { name: subject, address: 'news@shop.example' },
        rendered: { subject: subject, html: '<p>x</p>', text },
      });

      expect(Math.max(...raw.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(998);
      expect(raw.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
      const names = readHeaders(header).map((line) => line.split(':')[0] ?? '');
      expect(names.filter((key) => key !== 'Subject').sort()).toEqual([
        'Content-Type',
        'Date',
        'From',
        'List-ID',
        'List-Unsubscribe',
        'List-Unsubscribe-Post',
        'MIME-Version',
        'Message-ID',
        'To',
      ]);
      const to = Array.isArray(parsed.to) ? parsed.to[0] : parsed.to;
      expect(to?.value).toEqual([{ address: 'ken@mail.example', name: cleanHeader(name, 100) }]);
      expect(parsed.from?.value.map((mailbox) => mailbox.address)).toEqual(['news@shop.example']);
      expect(parsed.subject ?? '').toBe(cleanHeader(subject, 250));
      expect(parsed.text).toBe(text);
    }),
    { numRuns: 300 },
  );
});

it('cuts a long line between characters', () => {
  expect(cleanHeader('ab👨‍👩‍👧‍👦cd', 8)).toBe('ab…');
  expect(cleanHeader('short', 8)).toBe('short');
});
