/** Explains the words by which formats count what they leave out. */

/** By word; a value that is left out leaves its cell empty, `no_identifier` leaves the person out. */
export const REFUSALS = {
  no_identifier: 'nothing identifies the person to the platform',
  bad_email: 'no e-mail address: one @, both sides filled, no blank inside',
  bad_phone:
    'no telephone number: with a country code of a possible length, without one a number of the contact’s country',
  bad_name: 'nothing is left of the name',
  bad_country: 'no country of ISO 3166-1',
  bad_state: 'no state of the contact’s country',
  bad_city: 'nothing is left of the city',
  bad_postal_code: 'no postal code of the contact’s country',
  bad_birth_date: 'no day of the calendar since 1900',
  bad_gender: 'neither m, f, male nor female',
  bad_handle: 'no user name of letters, digits and _',
  bad_locale: 'no language at its beginning',
  bad_mobile_ad_id: 'no advertising id, or the one of a telephone whose owner does not want to be followed',
  already_hashed: 'a SHA-256 already: hashed again it would match nobody',
  too_long: 'longer than the platform takes',
  formula: 'a spreadsheet may run it as a formula, and an apostrophe before it would make it another value',
} as const satisfies Readonly<Record<string, string>>;

/** Explains a word; the word itself where it is not known. */
export function explainRefusal(word: string): string {
  return new Map<string, string>(Object.entries(REFUSALS)).get(word) ?? word;
}
