/** A contact, items and templates that the tests of templates share. */
import { buildContext, type ContextParts, type MailContext } from '../../../src/content/context';
import { type CompileOptions, compileTemplate, type TemplateFiles } from '../../../src/content/template';
import { isNightjarError, type NightjarError } from '../../../src/errors';

export const FOOTER = '{{unsubscribeUrl}} {{sender.postalAddress}}';

export const PARTS: ContextParts = {
  contact: { userId: 'u1', email: 'ken@mail.example', firstName: 'Ken', attributes: { level: 'gold' } },
  items: [
    {
      itemId: 'i1',
      title: 'Pot & Pan',
      price: 12.5,
      currency: 'EUR',
      categories: ['kitchen', 'pots', 'tin'],
      attributes: {},
    },
    { itemId: 'i2', title: 'Tea', categories: [], attributes: {} },
    { itemId: 'i3', title: 'Cup', categories: [], attributes: {} },
  ],
  job: { name: 'nightly-picks' },
  unsubscribeUrl: 'https://shop.example/u/x?a=1&b=2',
  sender: { name: 'Corner Shop', postalAddress: '1 Market Street' },
  publicUrl: 'https://shop.example',
  slot: '2026-11-24',
};

/** The context of `PARTS` with a contact changed. */
export function contextOf(
  contact: Partial<ContextParts['contact']> = {},
  more: Partial<ContextParts> = {},
): MailContext {
  return buildContext({ ...PARTS, ...more, contact: { ...PARTS.contact, ...contact } });
}

/** A template whose HTML body is MJML, with what every body must show already in the text body. */
export function mjmlTemplate(mjml: string, files: Readonly<Record<string, string>> = {}): TemplateFiles {
  return { name: 'picks', files: { 'subject.hbs': 'Picks', 'body.mjml.hbs': mjml, 'body.text.hbs': FOOTER, ...files } };
}

/** The error that a template is refused with. */
export async function refusalOf(files: TemplateFiles, options: CompileOptions = {}): Promise<NightjarError> {
  try {
    await compileTemplate(files, options);
  } catch (error) {
    if (isNightjarError(error)) return error;
    throw error;
  }
  throw new Error('the template compiles');
}
