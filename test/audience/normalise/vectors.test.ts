/** The test vectors that platforms publish, each through the format that a file of it is written by. */
import { findFormat } from '../../../src/audience/formats/all';
import { findTransform } from '../../../src/audience/formats/custom/transforms';
import { isHash } from '../../../src/audience/normalise/hash';
import { sha256Hex } from '../../../src/sha256';

interface Vector {
  readonly format: string;
  readonly field: string;
  readonly value: string;
  readonly country?: string;
  readonly normalised: string;
  readonly hash: string;
}

const row = (format: string, field: string, value: string, normalised: string, hash: string, country?: string) => ({
  ...{ format, field, value, normalised, hash },
  ...(country === undefined ? {} : { country }),
});

const VECTORS: readonly Vector[] = [
  row(
    'meta',
    'email',
    'mary@example.com',
    'mary@example.com',
    'f1904cf1a9d73a55fa5de0ac823c4403ded71afd4c3248d00bdcd0866552bb79',
  ),
  row(
    'meta',
    'phone',
    '+1 555 987 6543',
    '15559876543',
    '1ef970831d7963307784fa8688e8fce101a15685d62aa765fed23f3a2c576a4e',
  ),
  row(
    'meta',
    'email',
    'John_Smith@gmail.com',
    'john_smith@gmail.com',
    '62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f',
  ),
  row(
    'meta',
    'phone',
    '(650)555-1212',
    '16505551212',
    'e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176',
    'US',
  ),
  row('meta', 'fn', 'Mary', 'mary', '6915771be1c5aa0c886870b6951b03d7eafc121fea0e80a5ea83beb7c449f4ec'),
  row('meta', 'fn', 'Valéry', 'valéry', '08e1996b5dd49e62a4b4c010d44e4345592a863bb9f8e3976219bac29417149c'),
  row(
    'meta',
    'fn',
    'Valéry'.normalize('NFD'),
    'valéry',
    '08e1996b5dd49e62a4b4c010d44e4345592a863bb9f8e3976219bac29417149c',
  ),
  row('meta', 'fn', '정', '정', '8fa8cd9c440be61d0151429310034083132b35975c4bea67fdd74158eb51db14'),
  row('meta', 'db', '2/16/1997', '19970216', '01acdbf6ec7b4f478a225f1a246e5d6767eeab1a7ffa17f025265b5b94f40f0c'),
  row('meta', 'country', 'United States', 'us', '79adb2a2fce5c6ba215fe5f27f532d4e7edbac4b6a5e09e1ef3a08084a904621'),
  row(
    'google-ads',
    'email',
    'DanaM@Example.com',
    'danam@example.com',
    '1df6b43bc68dd38eca94e6a65b4f466ae537b796c81a526918b40ac4a7b906c7',
  ),
  row(
    'google-ads',
    'email',
    'cloudy.sanfrancisco+shopping@gmail.com',
    'cloudysanfrancisco@gmail.com',
    '223ebda6f6889b1494551ba902d9d381daf2f642bae055888e96343d53e9f9c4',
  ),
  row(
    'google-ads',
    'email',
    'user.name+NYC@Example.com',
    'user.name+nyc@example.com',
    'f109a2a632fbcea5fc82049f50beed3d8621bf9034399f437fb622222acccdac',
  ),
  row(
    'google-ads',
    'phone',
    '(800)555-0100',
    '+18005550100',
    'fb4f73a6ec5fdb7077d564cdd22c3554b43ce49168550c3b12c547b78c517b30',
    'US',
  ),
  row(
    'tiktok',
    'email',
    'JaneDoe@gmail.com',
    'janedoe@gmail.com',
    'd6117306485ed0e50afab3ac871e98f81699151f30281527d63ff5f233656c69',
  ),
  row(
    'tiktok',
    'phone',
    '374-93-828222',
    '37493828222',
    '65b7e6dcf6f4310f8d7cbfbd78289a753062fb054d6664fb9aaac5df66a422d4',
    'AM',
  ),
];

describe('test vectors', () => {
  it.each(VECTORS)('of $format: $field $value', ({ format, field, value, country, normalised, hash }) => {
    const forms = [findFormat(format)?.fields?.[field] ?? []].flat();
    const made = forms.map((form) => form.normalise(value, country));

    expect(made).toContain(normalised);
    expect(forms.map(({ form }) => form)).toEqual(forms.map(() => 'hashed'));
    expect(sha256Hex(normalised)).toBe(hash);
  });

  it('of X, for which a project makes its own format: a handle', () => {
    expect(sha256Hex(findTransform('handle')?.change('@AdsAPI', undefined) ?? '')).toBe(
      '49e0be2aeccfb51a8dee4c945c8a70a9ac500cf6f5cb08112575f74db9b1470d',
    );
  });
});

describe('hashes', () => {
  it('are known as such in either case, and nothing else is', () => {
    const hash = sha256Hex('mary');

    expect([hash, hash.toUpperCase()].map(isHash)).toEqual([true, true]);
    expect([hash.slice(1), `${hash.slice(1)}g`, `${hash}0`, ''].map(isHash)).toEqual([false, false, false, false]);
  });
});
