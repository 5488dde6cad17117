/** The verb `audience normalise`: how a platform's file would hold a value, and its hash. */
import type { Command } from 'commander';
import type { AudienceFormat } from '../../../audience/formats/format';
import { explainRefusal } from '../../../audience/formats/refusals';
import { readCountry } from '../../../audience/normalise/places';
import { nearestName } from '../../../config/nearest';
import { NightjarError } from '../../../errors';
import { answer } from '../../answer';
import type { CliContext } from '../../context';
import { requireFormat } from './find-format';
import { describeFields, type Form, listFields, normaliseValue } from './normalise-value';

interface OwnFlags {
  readonly country?: string;
}

/** Adds the verb. */
export function addNormalise(audience: Command, context: CliContext): void {
  audience
    .command('normalise')
    .argument('<format>', 'a name of nightjar audience formats')
    .argument('<field>', 'such as email or phone; of an own format also a header')
    .argument('<value>', 'the value, as a contact has it')
    .option('--country <code>', 'country of the contact, two letters: for phones and places')
    .description('print a value as a format writes it, and its SHA-256')
    .addHelpText(
      'before',
      'Examples:\n  nightjar audience normalise meta email Ann@mail.example\n' +
        '  nightjar audience normalise google-ads phone "(800)555-0100" --country US\n',
    )
    .action((name: string, field: string, value: string, own: OwnFlags, command: Command) => {
      const format = requireFormat(context, name);
      const fields = listFields(format);
      if (fields?.includes(field) === false) throw unknownField(format, field, fields);
      const made = normaliseValue(format, { field, value, country: readCountryFlag(own.country) });
      if (made.forms.length === 0) throw unusable(name, field, made.refused);
      answer(command.optsWithGlobals(), {
        text: made.forms.map(formatForm).join('\n\n'),
        json: { format: name, formatVersion: format.version, field, forms: made.forms },
      });
    });
}

function formatForm({ rule, form, normalised, sha256 }: Form): string {
  return [
    `rule        ${rule}`,
    ...(normalised === undefined ? [] : [`normalised  ${normalised}`]),
    ...(sha256 === undefined ? [] : [`sha256      ${sha256}`]),
    `written     ${form === 'hashed' ? 'as its hash' : 'as normalised'}`,
  ].join('\n');
}

function readCountryFlag(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const country = readCountry(text);
  if (country !== undefined) return country;
  throw new NightjarError('E_USAGE', `--country is ${JSON.stringify(text)}; expected a country code of two letters`, {
    fix: 'write --country DE, JP or US',
  });
}

function unknownField(format: AudienceFormat, field: string, fields: readonly string[]): NightjarError {
  const near = nearestName(field, fields);
  return new NightjarError(
    'E_USAGE',
    `${format.name} has no field ${JSON.stringify(field)}; it has ${describeFields(format)}`,
    {
      fix: near === undefined ? `name one of these: ${fields.join(', ')}` : `did you mean ${near}?`,
    },
  );
}

/** The value itself is not told: it may be somebody's address. */
function unusable(format: string, field: string, refused: readonly string[]): NightjarError {
  const why = refused.map((word) => `${word}: ${explainRefusal(word)}`).join('; ');
  return new NightjarError('E_USAGE', `${format} takes no such ${field}${why === '' ? '' : ` (${why})`}`, {
    ...(refused.includes('bad_phone')
      ? { fix: 'give the country of the contact by --country, or begin with + and its code' }
      : {}),
  });
}
