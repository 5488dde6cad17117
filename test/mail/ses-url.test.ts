import { settingsSchema } from '../../src/config/settings';
import { isSesUrl, parseSesUrl } from '../../src/mail/ses-url';

const setting = settingsSchema.shape.mail.shape.url;

it.each([
  ['ses', { region: undefined, configurationSet: undefined }],
  ['ses://eu-west-1', { region: 'eu-west-1', configurationSet: undefined }],
  ['ses://us-gov-west-1?configurationSet=nightly_2', { region: 'us-gov-west-1', configurationSet: 'nightly_2' }],
])('reads %j, which the setting mail.url takes', (url, address) => {
  expect(isSesUrl(url)).toBe(true);
  expect(parseSesUrl(url)).toEqual(address);
  expect(setting.safeParse(url).success).toBe(true);
});

it.each(['ses://', 'ses://nowhere', 'ses:eu-west-1', 'ses://eu-west-1/', 'ses://eu-west-1?configurationSet=', 'ses?x'])(
  'refuses %j, and so does the setting',
  (url) => {
    expect(() => parseSesUrl(url)).toThrow(expect.objectContaining({ code: 'E_CONFIG_FIELD' }));
    expect(setting.safeParse(url).success).toBe(false);
  },
);

it.each(['smtp://ses.example', 'smtps://relay', 'embedded', 'session'])('leaves %j to others', (url) => {
  expect(isSesUrl(url)).toBe(false);
});
