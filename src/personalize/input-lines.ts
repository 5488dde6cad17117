/** Writes the input lines of batch jobs: JSON Lines, UTF-8, ids as strings, one final line feed a line. */

/** Placeholder → what `printFilterValue` wrote; left out where the filter has no placeholders. */
export type InputFilterValues = Readonly<Record<string, string>>;

/**
 * Writes the input line of one user for recipes of the type USER_PERSONALIZATION and for popularity-count.
 *
 * @param userId  1 to 256 characters; written as a string even where it is a number, as Personalize wants it
 * @returns `{"userId":"4638"}` and a line feed
 */
export function userInputLine(userId: string, filterValues?: InputFilterValues): string {
  return `{"userId":${JSON.stringify(userId)}${printMember(filterValues)}}\n`;
}

/**
 * Writes the input line of one user for recipes of the type PERSONALIZED_RANKING.
 *
 * @param itemIds  what is ranked for the user
 * @returns `{"userId":"891","itemList":["27","886"]}` and a line feed
 */
export function rankingInputLine(userId: string, itemIds: readonly string[], filterValues?: InputFilterValues): string {
  return `{"userId":${JSON.stringify(userId)},"itemList":${JSON.stringify(itemIds)}${printMember(filterValues)}}\n`;
}

/**
 * Writes the input line of one item, for a segment by Item-Affinity or for related items.
 *
 * @returns `{"itemId":"105"}` and a line feed
 */
export function itemInputLine(itemId: string, filterValues?: InputFilterValues): string {
  return `{"itemId":${JSON.stringify(itemId)}${printMember(filterValues)}}\n`;
}

/**
 * Writes the input line of one attribute query, for a segment by Item-Attribute-Affinity.
 * Checks nothing: `parseAttributeQuery` does that when the job file is read.
 *
 * @param query  such as `ITEMS.GENRES = "Drama"`; space around it is dropped
 * @returns `{"itemAttributes":"ITEMS.GENRES = \"Drama\""}` and a line feed
 */
export function attributesInputLine(query: string, filterValues?: InputFilterValues): string {
  return `{"itemAttributes":${JSON.stringify(query.trim())}${printMember(filterValues)}}\n`;
}

/** Writes the member behind the others: `,"filterValues":{"GENRES":"\"horror\""}`. */
function printMember(filterValues: InputFilterValues | undefined): string {
  if (filterValues === undefined || Object.keys(filterValues).length === 0) return '';
  return `,"filterValues":${JSON.stringify(filterValues)}`;
}
