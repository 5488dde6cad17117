import { build, namesOf, RECIPIENT, read, SENDER } from './support/messages';

it('writes every header that a bulk sender owes, each once', async () => {
  const message = await read(build());

  const token = RECIPIENT.unsubscribeUrl.split('/').at(-1);
  expect(message.fields).toEqual([
    'From: Corner Shop <news@shop.example>',
    'To: Ken Ito <ken@mail.example>',
    'Subject: Six picks',
    'Date: Tue, 24 Nov 2026 02:00:05 +0000',
    `Message-ID: ${RECIPIENT.messageId}`,
    'List-Id: nightly-picks <nightly-picks.shop.example>',
    'Feedback-ID: picks:nightly-picks:2026-11:shop-example',
    'Precedence: bulk',
    `List-Unsubscribe: <${RECIPIENT.unsubscribeUrl}>, <mailto:unsubscribe@shop.example?subject=${token}>`,
    'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
    'MIME-Version: 1.0',
    expect.stringMatching(/^Content-Type: multipart\/alternative; boundary="=_[\da-f]{32}"$/),
  ]);
  expect(new Set(namesOf(message)).size).toBe(message.fields.length);
});

it('puts the plain text first and the HTML last', async () => {
  const { raw, parsed } = await read(
    build({ rendered: { subject: 's', html: '<p>größer – 鍋</p>', text: 'größer – 鍋' } }),
  );

  expect(raw.indexOf('text/plain')).toBeLessThan(raw.indexOf('text/html'));
  expect(parsed.text).toBe('größer – 鍋');
  expect(parsed.html).toBe('<p>größer – 鍋</p>');
});

describe('how a text travels', () => {
  it.each([
    ['short lines of ASCII', 'Hello,\n\nsix of them.\n', '7bit'],
    ['a long line', `${'six of them and '.repeat(10)}more\n`, 'quoted-printable'],
    ['a blank at the end of a line', 'Hello \nKen\n', 'quoted-printable'],
    ['a line that mailboxes take for a new mail', 'From here on\n', 'quoted-printable'],
    ['what looks like a boundary', '--=_deadbeef\n', 'quoted-printable'],
    ['a control character', 'bell \u0007 and NUL \0.\n', 'quoted-printable'],
    ['some letters beyond ASCII', 'Guten Morgen, schöne Grüße\n', 'quoted-printable'],
    ['an alphabet beyond ASCII', 'おはようございます、六つのおすすめです\n', 'base64'],
    ['a leading dot, alone', '.\n..\n.\r\n. \n', 'quoted-printable'],
  ])('%s', async (_, text, encoding) => {
    const { raw, parsed } = await read(build({ rendered: { subject: 's', html: text, text } }));

    expect([...raw.matchAll(/^Content-Transfer-Encoding: (.*)\r$/gm)].map((match) => match[1])).toEqual([
      encoding,
      encoding,
    ]);
    const meant = text.replaceAll('\r\n', '\n');
    expect([parsed.text, parsed.html]).toEqual([meant, meant]);
    const body = raw.slice(raw.indexOf('\r\n\r\n'));
    expect(Math.max(...body.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(76);
    if (encoding !== '7bit') expect(body).not.toMatch(/[ \t]\r\n|\r\n\.|\r\nFrom /);
  });

  it.each([...Array(5).keys()])('a line of 74 to 78 octets (%d), which may just fit or not', async (more) => {
    const text = `${'é'.repeat(9)}${'x'.repeat(20 + more)}\nnext\n`;

    const { parsed } = await read(build({ rendered: { subject: 's', html: text, text } }));

    expect(parsed.text).toBe(text);
  });
});

describe('subjects and names', () => {
  it.each([
    ['鍋と急須が届きました。'.repeat(8), 'B'],
    ['Größe: für schöne Grüße an alle, die noch längere Betreffzeilen lesen als diese hier', 'Q'],
    ['مرحبا كين، ستة اختيارات لهذه الليلة من متجر الزاوية الصغير في آخر الشارع', 'B'],
    ['👨‍👩‍👧‍👦🏳️‍🌈 six for you 🫖🫖🫖🫖🫖🫖🫖🫖🫖🫖🫖🫖🫖🫖🫖🫖', 'B'],
    ['x'.repeat(200), 'Q'],
  ])('%s: encoded words of at most 75, on lines of at most 76', async (subject, kind) => {
    const message = build({
      rendered: { ...RECIPIENT.rendered, subject },
      to: { name: subject, address: 'a@b.example' },
    });

    const { raw, parsed } = await read(message);
    const lines = raw.slice(0, raw.indexOf('\r\n\r\n')).split('\r\n');
    const words = lines.flatMap((line) => line.match(/=\?\S+\?=/g) ?? []);
    expect(words.length).toBeGreaterThan(1);
    for (const word of words) {
      expect(word).toMatch(new RegExp(`^=\\?UTF-8\\?${kind}\\?[\\w!*+/=-]+\\?=$`));
      expect(word.length).toBeLessThanOrEqual(75);
    }
    for (const line of lines) if (line.includes('=?')) expect(line.length).toBeLessThanOrEqual(76);
    expect(parsed.subject).toBe(subject);
  });

  it('folds a long subject of ASCII between its words', async () => {
    const subject = `${'a pot and a kettle, '.repeat(8)}and tea`;

    const { raw, parsed } = await read(build({ rendered: { ...RECIPIENT.rendered, subject } }));

    expect(parsed.subject).toBe(subject);
    expect(raw).toContain('Subject: a pot');
    const lines = raw.slice(0, raw.indexOf('List-Unsubscribe')).split('\r\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(78);
  });

  it.each([
    ['Ken Ito', 'Ken Ito <ken@mail.example>'],
    ['J. Ito', '"J. Ito" <ken@mail.example>'],
    ['Ito, Ken "Kenny" (\\)', '"Ito, Ken \\"Kenny\\" (\\\\)" <ken@mail.example>'],
    ['ceo@bank.example', '"ceo@bank.example" <ken@mail.example>'],
    ['', 'ken@mail.example'],
    ['Jürgen', '=?UTF-8?Q?J=C3=BCrgen?= <ken@mail.example>'],
  ])('writes the name %j as %s', async (name, written) => {
    const { fields, parsed } = await read(build({ to: { name, address: 'ken@mail.example' } }));

    expect(fields).toContain(`To: ${written}`);
    expect(parsed.to).toMatchObject({ value: [{ name, address: 'ken@mail.example' }] });
  });
});

describe('unsubscribing', () => {
  it('offers one click over https only', async () => {
    const message = await read(build({ unsubscribeUrl: 'http://localhost:8080/u/abc' }));

    expect(message.fields).toContain(
      'List-Unsubscribe: <http://localhost:8080/u/abc>, <mailto:unsubscribe@shop.example?subject=abc>',
    );
    expect(namesOf(message)).not.toContain('List-Unsubscribe-Post');
  });

  it('names the link alone where no address takes unsubscribes', async () => {
    const { fields } = await read(build({}, { unsubscribeMailto: undefined }));

    expect(fields).toContain(`List-Unsubscribe: <${RECIPIENT.unsubscribeUrl}>`);
  });

  it('has one https URI, whatever the link holds', async () => {
    const unsubscribeUrl = 'https://shop.example/ü/<x>,\r\nBcc: a@b.example\u2028/abc';

    const message = await read(build({ unsubscribeUrl }, { unsubscribeMailto: undefined }));

    expect(message.fields.filter((field) => field.startsWith('List-Unsubscribe:'))).toEqual([
      'List-Unsubscribe: <https://shop.example/%C3%BC/%3Cx%3E,%0D%0ABcc:%20a@b.example%E2%80%A8/abc>',
    ]);
    expect(namesOf(message)).not.toContain('Bcc');
  });

  it('breaks a link that no line could hold', async () => {
    const unsubscribeUrl = `https://shop.example/u/${'x'.repeat(2000)}`;

    const { raw, fields } = await read(build({ unsubscribeUrl }));

    expect(Math.max(...raw.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(998);
    const field = fields.find((one) => one.startsWith('List-Unsubscribe:')) ?? '';
    expect(field.replaceAll(' ', '')).toContain(`<${unsubscribeUrl}>`);
  });
});

describe('who it is from and to', () => {
  it('sends to the A-label of a domain, with the return path apart from the sender', () => {
    const { envelope, from } = build({
      to: { name: '', address: 'jo@münchen.example' },
      returnPath: 'b+1@bounce.shop.example',
    });

    expect(envelope).toEqual({ from: 'b+1@bounce.shop.example', to: 'jo@xn--mnchen-3ya.example' });
    expect(from).toBe('Corner Shop <news@shop.example>');
  });

  it('says where answers go', async () => {
    const { parsed } = await read(build({}, { replyTo: { name: 'Schöner Laden', address: 'hello@shop.example' } }));

    expect(parsed.replyTo?.value).toEqual([{ name: 'Schöner Laden', address: 'hello@shop.example' }]);
  });

  it.each([
    '',
    'a@b@c.example',
    'ken@mail.example\r\nBcc: x@y.example',
    'жанна@mail.example',
    'ken@mail.example>',
    '"ken"@mail.example',
    'ken (home)@mail.example',
  ])('refuses the recipient %j, and does not quote it', (address) => {
    const attempt = () => build({ to: { name: '', address } });

    expect(attempt).toThrow(expect.objectContaining({ code: 'E_MAIL_ADDRESS' }));
    expect(attempt).not.toThrow(/mail\.example/);
  });

  it.each(['<a@b>\r\nBcc: x@y.example', 'a@b.example', '<a b@c.example>', '<a@b@c.example>'])(
    'takes %j for no Message-ID',
    (messageId) => {
      expect(() => build({ messageId })).toThrow(expect.objectContaining({ code: 'E_BUG' }));
    },
  );
});

describe('the Feedback-ID', () => {
  it.each([
    ['shop.example', 'shop-example'],
    ['t.co', 't-co-mail'],
    ['news.mail.corner-shop.example', 'news-mail-corne'],
  ])('of %s ends with %s, of 5 to 15 characters', async (domain, id) => {
    const from = { name: '', address: `news@${domain}` };

    const { fields } = await read(build({}, { from, template: 'picks:2 ü' }));

    expect(fields).toContain(`Feedback-ID: picks-2--:nightly-picks:2026-11:${id}`);
  });
});

it('gives equal octets for equal parts, and another boundary to another mail', () => {
  const boundary = (raw: Buffer) => /boundary="(.*)"/.exec(raw.toString('latin1'))?.[1];

  const [one, same, other] = [build(), build(), build({ messageId: '<fedcba@shop.example>' })];

  expect(one.raw.equals(same.raw)).toBe(true);
  expect(boundary(other.raw)).toBe('=_fedcba');
  expect(SENDER.list).toBe('nightly-picks');
});

it('names its list in plain letters, however long sender and job are', async () => {
  const domain = 'mail.marketing.corner-shop-of-the-whole-country.example';
  const list = 'weekly-picks-for-everybody-who-asked';
  const { fields } = await read(build({}, { list, from: { name: 'Shop', address: `news@${domain}` } }));

  expect(fields).toContain(`List-Id: ${list} <${list}.${domain}>`);
});

it('offers an unsubscribe by mail to an address, and to nothing else', async () => {
  const token = RECIPIENT.unsubscribeUrl.split('/').at(-1);
  const { fields } = await read(build({}, { unsubscribeMailto: 'un?sub%40a&b@shop.example' }));

  expect(fields).toContain(
    `List-Unsubscribe: <${RECIPIENT.unsubscribeUrl}>, <mailto:un%3Fsub%2540a%26b@shop.example?subject=${token}>`,
  );
  for (const unsubscribeMailto of ['mailto:unsub@shop.example', 'Shop <unsub@shop.example>', 'unsub'])
    expect(() => build({}, { unsubscribeMailto })).toThrow(/address for unsubscribing can't be written to/);
});
