/** The rows that a team imports: contacts, items, interactions. */

/** A person who can be addressed. */
export interface Contact {
  readonly userId: string;
  readonly email?: string;
  readonly firstName?: string;
  readonly lastName?: string;
  /** BCP 47, such as `en` or `de-AT`. */
  readonly locale?: string;
  /** ISO 3166-1 alpha-2, upper case. */
  readonly country?: string;
  /** IANA name. */
  readonly timeZone?: string;
  readonly phone?: string;
  /** `true` and `false` are for every topic; a list names the topics consented to. Undefined counts as no consent. */
  readonly consent?: boolean | readonly string[];
  /** ISO 8601, UTC. */
  readonly consentAt?: string;
  readonly consentSource?: string;
  /** Every other column of the import file. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** A row of the catalogue. */
export interface Item {
  readonly itemId: string;
  readonly title: string;
  readonly url?: string;
  readonly image?: string;
  readonly price?: number;
  /** ISO 4217. */
  readonly currency?: string;
  readonly categories: readonly string[];
  /** Undefined means that stock is not tracked, which counts as in stock. */
  readonly stock?: number;
  /** ISO 8601, UTC. */
  readonly createdAt?: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface Interaction {
  readonly userId: string;
  readonly itemId: string;
  /** Epoch seconds. */
  readonly timestamp: number;
  readonly eventType?: string;
  readonly eventValue?: number;
}
