/** The types of an e-mail job: what is recommended, to whom, what a mail shows, how it is sent. */

import type { Milliseconds, PerSecond, Share } from '../units';
import type { AudienceRef } from './audience-ref';
import type { FilterWish, JobBase, Where } from './base-job';

/** How a sender that is not known yet warms up: `start` mails on its first day, each day `growth` more. */
export interface Ramp {
  readonly start: number;
  readonly growth: Share;
}

/** When a run pauses: at this share of refused among the answered, or at this number. At least one is there. */
export interface StopAfterErrors {
  readonly share?: Share;
  readonly count?: number;
}

/** What becomes of a mail of which nobody can tell whether it was taken: a person decides, it is sent again, or it is given up. */
export type UnknownPolicy = 'ask' | 'resend' | 'drop';

/** Whose eyes see the e-mails of sample people before anybody else gets one. */
export interface ProofRules {
  /** At least one; none is there twice. */
  readonly to: readonly string[];
  /** How many people the e-mails are those of, 1 to 10. */
  readonly samples: number;
  /** How long the run waits before it goes on by itself; without it, until a person approves. */
  readonly hold?: Milliseconds;
}

export interface SendRules {
  readonly from?: string;
  readonly rate?: PerSecond;
  readonly unknown: UnknownPolicy;
  readonly ramp?: Ramp;
  /** Recipient domain in lower case → rate; `*` is every other domain, each by itself. */
  readonly perDomain?: Readonly<Record<string, PerSecond>>;
  readonly stopAfterErrors?: StopAfterErrors;
  /** Address patterns: outside production nobody else gets an e-mail. At least one. */
  readonly onlyTo?: readonly string[];
  readonly proof?: ProofRules;
}

/** What fills the gaps of an e-mail: popular items of everybody, of the contacts who share an attribute, or these. */
export type Fallback = 'popular' | 'none' | { readonly popularBy: string } | { readonly itemIds: readonly string[] };

/** Which items an e-mail shows; each rule is checked when it is made. */
export interface ShowRules {
  readonly items: number;
  /** With fewer, a recipient gets no e-mail. */
  readonly min: number;
  readonly inStock: boolean;
  /** In the currency of each item. */
  readonly minPrice?: number;
  readonly maxPrice?: number;
  readonly maxAge?: Milliseconds;
  /** `category`, or an attribute of items → how many may share its value. */
  readonly maxPer?: Readonly<Record<string, number>>;
  readonly notBoughtWithin?: Milliseconds;
  /** By the e-mails of this job. */
  readonly notShownWithin?: Milliseconds;
  readonly fallback: Fallback;
}

/** Where recommended items come from beside a recipient's own taste. */
export type SlateSource =
  /** Ranked for each recipient; 1 to 500, each once. */
  | { readonly by: 'list'; readonly itemIds: readonly string[] }
  /** Ranked for each recipient: the newest of the catalogue, or of a category. */
  | { readonly by: 'newest'; readonly count: number; readonly category?: string }
  /** What goes with the last thing that a recipient has bought. */
  | { readonly by: 'related' };

/** What is bought for a list of items. */
export interface RecommendRules {
  /** A name of the settings' `solutions`, or a solution or solution version ARN. */
  readonly solution: string;
  /** numResults, 1 to 500; of a list that is ranked, all are bought. */
  readonly results: number;
  readonly filter?: FilterWish;
  readonly from?: SlateSource;
  /** The column of the Items dataset that themes are written from. */
  readonly themes?: { readonly itemName: string };
}

/** A further list of items in an e-mail, beside its first one. */
export interface Section {
  readonly name: string;
  readonly title?: string;
  /** A recipient for whom it has fewer than `show.min` items gets no e-mail; else it is left out. */
  readonly required: boolean;
  readonly recommend: RecommendRules;
  /** Without rules on what the recipient has bought or been shown: those of `content.show` hold for the whole e-mail. */
  readonly show: ShowRules;
}

/** What is added to the links of items. */
export interface LinkRules {
  readonly utm?: {
    readonly source: string;
    readonly medium: string;
    /** The job's name where left out. */
    readonly campaign?: string;
    readonly term?: string;
    readonly content?: string;
  };
  /** They lead through `publicUrl`, where clicks are counted. */
  readonly clicks: boolean;
}

export interface EmailJob extends JobBase {
  readonly kind: 'email';
  readonly recommend: RecommendRules;
  readonly recipients: { readonly from: 'contacts' | AudienceRef; readonly where: Where };
  readonly content: {
    readonly template: string;
    /** Replaces the template's own subject; a Handlebars text. */
    readonly subject?: string;
    /** Canonical BCP 47 tags, the first one for who speaks none of them; the template's own languages where left out. */
    readonly locales?: readonly string[];
    readonly show: ShowRules;
    /** In the order of the file, in which they choose their items; at least one. */
    readonly sections?: readonly Section[];
    readonly links?: LinkRules;
  };
  readonly send: SendRules;
}
