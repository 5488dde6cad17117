import { parseServerUrl } from '../../src/mail/server-url';

it.each([
  ['smtp://relay', { host: 'relay', port: 587, secure: false, requireTLS: false, ignoreTLS: false, auth: undefined }],
  ['smtps://relay', { host: 'relay', port: 465, secure: true, requireTLS: false }],
  ['smtp://relay:2525', { port: 2525 }],
  ['smtp://[::1]:25', { host: '::1', requireTLS: false }],
  ['smtp://relay?requireTLS=true', { requireTLS: true }],
  ['smtp://user:p%40ss@relay', { requireTLS: true, auth: { user: 'user', pass: 'p@ss' } }],
  ['smtp://user:100%@relay', { auth: { user: 'user', pass: '100%' } }],
  ['smtp://user:pass@relay?tls=optional', { requireTLS: false }],
  ['smtp://user:pass@localhost', { requireTLS: false }],
  ['smtp://relay?tls=off', { ignoreTLS: true }],
  ['smtp://relay', { maxMessages: Number.POSITIVE_INFINITY }],
  ['smtps://relay?maxMessages=100', { maxMessages: 100, dsn: true }],
  ['smtp://relay?dsn=off', { dsn: false }],
])('reads %j', (url, expected) => {
  expect(parseServerUrl(url)).toMatchObject(expected);
});

it.each([
  'http://relay',
  'smtp://',
  'relay:25',
  '',
  'smtp://relay?requiretls=true',
  'smtp://relay?requireTLS=yes',
  'smtp://relay?maxMessages=0',
  'smtp://relay?dsn=on',
  'smtp://relay?constructor=1',
  'smtp://relay?requireTLS=true&tls=optional',
  'smtp://user:secret@relay?tls=off',
])('refuses %j, and never quotes it', (url) => {
  const read = () => parseServerUrl(url);

  expect(read).toThrow(expect.objectContaining({ code: 'E_CONFIG_FIELD', fix: expect.any(String) }));
  expect(read).not.toThrow(/secret/);
});
