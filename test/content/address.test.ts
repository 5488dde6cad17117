import fc from 'fast-check';
import { checkAddress, hashAddress, maskAddress, parseMailbox } from '../../src/content/address';

describe('checkAddress', () => {
  it.each([
    ['ken@mail.example', 'ken@mail.example'],
    [' Ken.Ito+shop@Mail.Example ', 'Ken.Ito+shop@mail.example'],
    ['jo@münchen.example', 'jo@xn--mnchen-3ya.example'],
    ['a@例え.テスト', 'a@xn--r8jz45g.xn--zckzah'],
    ["o'neil@a-b.example", "o'neil@a-b.example"],
    ['old..carrier.@docomo.example', 'old..carrier.@docomo.example'],
  ])('takes %j and gives its domain as A-label', (email, address) => {
    expect(checkAddress(email)).toMatchObject({ ok: true, address });
  });

  it.each([
    ['', 'empty'],
    ['   ', 'empty'],
    ['ken', 'at_sign'],
    ['a@b@c.example', 'at_sign'],
    ['@mail.example', 'local_part'],
    ['ken@', 'domain'],
    ['ken@localhost', 'domain'],
    ['ken@-a.example', 'domain'],
    ['ken@a..example', 'domain'],
    ['ken@exa%6dple.com', 'domain'],
    ['ken@mail.example/x', 'domain'],
    ['ken@[192.0.2.1]', 'domain'],
    ['ken ito@mail.example', 'local_part'],
    ['"ken ito"@mail.example', 'local_part'],
    ['<ken@mail.example>', 'local_part'],
    ['ken@mail.example\r\nRCPT TO:<x@y.example>', 'at_sign'],
    ['ken\r\n@mail.example', 'local_part_not_ascii'],
    ['жанна@mail.example', 'local_part_not_ascii'],
    [`${'a'.repeat(65)}@mail.example`, 'too_long'],
    [
      `ken@${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.${'e'.repeat(60)}.example`,
      'too_long',
    ],
  ])('refuses %j: %s', (email, reason) => {
    expect(checkAddress(email)).toEqual({ ok: false, reason });
  });

  it('lets nothing pass that could end a command or a header', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.emailAddress(), fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' })),
        (email) => {
          const checked = checkAddress(email);
          if (checked.ok) expect(checked.address).toMatch(/^[!-;=?-~]+@[a-z\d._-]+$/);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('checks its own result as itself', () => {
    fc.assert(
      fc.property(fc.emailAddress(), (email) => {
        const checked = checkAddress(email);
        if (checked.ok) expect(checkAddress(checked.address)).toEqual(checked);
      }),
    );
  });
});

it('hashes what differs by case, blanks or normal form to the same key', () => {
  expect(hashAddress(' Valéry@Mail.Example ')).toBe(hashAddress('valéry@mail.example'));
  expect(hashAddress('mary@example.com')).toBe('f1904cf1a9d73a55fa5de0ac823c4403ded71afd4c3248d00bdcd0866552bb79');
});

it('masks an address', () => {
  expect(maskAddress('ken@mail.example')).toBe('k…@mail.example');
  expect(maskAddress('nonsense')).toBe('…');
});

describe('parseMailbox', () => {
  it.each([
    ['Corner Shop <news@shop.example>', { name: 'Corner Shop', address: 'news@shop.example' }],
    ['"Shop, Corner" <news@shop.example>', { name: 'Shop, Corner', address: 'news@shop.example' }],
    ['news@shop.example', { name: '', address: 'news@shop.example' }],
  ])('reads %j', (text, mailbox) => {
    expect(parseMailbox(text)).toEqual(mailbox);
  });

  it('names a fix for a sender without an address', () => {
    expect(() => parseMailbox('Corner Shop')).toThrow(
      expect.objectContaining({ code: 'E_MAIL_ADDRESS', fix: 'write "Corner Shop <news@shop.example>"' }),
    );
  });
});
