/** Makes the forms in which a format writes one value, by its fields or by the row of a person who has only that. */
import type { AudienceFormat, FileContext, Person } from '../../../audience/formats/format';
import { isHash, sha256Hex } from '../../../audience/normalise/hash';
import type { Contact } from '../../../job/people';

/** One form in which a value is written. */
export interface Form {
  readonly rule: string;
  readonly form: 'plain' | 'hashed';
  /** Undefined where the format tells the hash only. */
  readonly normalised?: string;
  readonly sha256?: string;
}

export interface Wish {
  readonly field: string;
  readonly value: string;
  readonly country: string | undefined;
}

export interface Made {
  readonly forms: readonly Form[];
  /** Words of what was left out. */
  readonly refused: readonly string[];
}

/** Fields of a contact, as an import names them; every other name is an attribute's. */
const CONTACT_FIELDS: Readonly<Record<string, keyof Contact>> = {
  email: 'email',
  phone: 'phone',
  first_name: 'firstName',
  last_name: 'lastName',
  country: 'country',
  locale: 'locale',
  time_zone: 'timeZone',
};

/** Lists the fields that a format knows. */
export function listFields({ fields }: AudienceFormat): readonly string[] {
  return Object.keys(fields ?? CONTACT_FIELDS);
}

/** Makes the forms of a value; none where the format can't use it. */
export function normaliseValue(format: AudienceFormat, wish: Wish): Made {
  const field = Object.hasOwn(format.fields ?? {}, wish.field) ? format.fields?.[wish.field] : undefined;
  if (field === undefined) return readCells(format, wish);
  const fields = [field].flat();
  if (isHash(wish.value) && fields.some(({ form }) => form === 'hashed')) {
    return { forms: [], refused: ['already_hashed'] };
  }
  const forms = fields.flatMap(({ rule, form, normalise }) => {
    const normalised = normalise(wish.value, wish.country);
    return normalised === undefined || normalised === ''
      ? []
      : [{ rule, form, normalised, sha256: sha256Hex(normalised) }];
  });
  return { forms, refused: forms.length === 0 ? [...new Set(fields.map(({ refused }) => refused))] : [] };
}

/** Makes the rows of two people who differ by the value alone, and takes the cells that differ. */
function readCells(format: AudienceFormat, wish: Wish): Made {
  const key = CONTACT_FIELDS[wish.field];
  const context: FileContext = {
    runId: '',
    at: '',
    audience: 'audience',
    path: ['job', 'audience'],
    attributes: key === undefined ? [wish.field] : [],
  };
  const refused = new Set<string>();
  const without = format.makeCells(personOf({}, wish), context, () => undefined) ?? [];
  const own = key === undefined ? { attributes: { [wish.field]: wish.value } } : { [key]: wish.value };
  const cells = format.makeCells(personOf(own, wish), context, (what) => refused.add(what)) ?? [];
  const forms = format.columns(context).flatMap(({ rule, form }, index) => {
    const cell = cells[index] ?? '';
    if (cell === '' || cell === without[index]) return [];
    return [{ rule, form, ...(form === 'hashed' ? { sha256: cell } : { normalised: cell, sha256: sha256Hex(cell) }) }];
  });
  return { forms, refused: [...refused] };
}

/** A person whom every platform can identify, also where the value is another one. */
function personOf(own: Partial<Contact>, { field, country }: Wish): Person {
  const contact: Contact = {
    userId: 'user',
    attributes: {},
    email: 'somebody.else@mail.example',
    ...(country === undefined || field === 'country' ? {} : { country }),
    ...own,
  };
  return { userId: 'user', rank: 1, contact };
}
