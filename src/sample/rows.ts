/** The rows of the sample shop, as the generator makes them and the serialisers write them. */

/** The languages that the sample shop writes in. */
export type SampleLocale = 'en' | 'de' | 'ja';

/** A text in each language of the shop. */
export type Wording = Readonly<Record<SampleLocale, string>>;

/** A person in the sample shop. */
export interface SampleContact {
  /** `u0001` and so on. */
  readonly userId: string;
  /** On a domain reserved for examples; undefined for the few people whose address is not known. */
  readonly email: string | undefined;
  readonly firstName: string;
  readonly lastName: string;
  readonly locale: SampleLocale;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** IANA name. */
  readonly timeZone: string;
  readonly consent: boolean;
  /** ISO 8601, UTC; undefined without consent. */
  readonly consentAt: string | undefined;
  readonly consentSource: string | undefined;
  /** `new`, `regular` or `loyal`, by how often the person visits. */
  readonly segment: string;
  readonly favouriteStore: string;
}

/** What a picture of an item shows. */
export interface Look {
  /** Which figure is drawn, such as `mug`. */
  readonly figure: string;
  /** The main colour, `#rrggbb`. */
  readonly tint: string;
}

/** An item of the sample shop. */
export interface SampleItem {
  /** The main category with a number, such as `ceramics-017`. */
  readonly itemId: string;
  readonly title: Wording;
  readonly description: Wording;
  readonly url: string;
  readonly image: string;
  /** In `currency`, with two decimals. */
  readonly price: number;
  readonly currency: string;
  /** The main category, then the group within it, such as `ceramics`, `mugs`. */
  readonly categories: readonly [string, string];
  readonly stock: number;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly look: Look;
}

/** What people do in the sample shop. */
export type SampleEventType = 'view' | 'cart' | 'purchase';

/** One event; no two have the same person, item, time and type. */
export interface SampleInteraction {
  readonly userId: string;
  readonly itemId: string;
  /** Epoch seconds. */
  readonly timestamp: number;
  readonly eventType: SampleEventType;
  /** The price paid, for a purchase. */
  readonly eventValue: number | undefined;
}

/** An address that asked for no more mail. */
export interface SampleUnsubscribed {
  readonly email: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}
