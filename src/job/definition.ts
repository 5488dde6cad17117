/**
 * The types of a job file, and the words that nightjar uses.
 *
 * job         a file in jobs/: what to do, when, for whom; the file name is the job name
 * slot        the logical time that a run is for: a date, or a date and hour-minute
 * run         one execution of a job for one slot
 * stage       prepare, infer, deliver, report: a step of a run
 * shard       a byte range of one output object, or one query of a segment
 * slate       the item ids chosen for one recipient, in order, with the spare
 * recipient   a contact chosen for a run
 * delivery    one e-mail to one recipient in one run, with its state
 * audience    a named set of users, from a segment query or by an expression; its members are versioned per run
 */
import type { Milliseconds, Money, PerSecond, Share } from '../units';
import type { NamedExpression } from './combine/expression';
import type { NotifyRules } from './notify';
import type { ParamRule, ParamValues } from './params';

export type Scalar = string | number | boolean;

/** A condition on one attribute; all members that are present must hold. Times are ISO 8601 texts. */
export interface Condition {
  readonly min?: number;
  readonly max?: number;
  readonly before?: string;
  readonly after?: string;
  readonly exists?: boolean;
  readonly not?: Scalar | readonly Scalar[];
}

/** Attribute name → value, list of values (any of them), or condition; all attributes must hold. `consent: true` is consent for the job's topic. */
export type Where = Readonly<Record<string, Scalar | readonly Scalar[] | Condition>>;

/** What becomes of slots that no worker was there for. */
export type MissedPolicy = 'run-latest' | 'run-all' | 'skip';

/** When workers start a job. */
export interface Schedule {
  readonly cron: string;
  /** IANA name. */
  readonly timezone: string;
  readonly missed: MissedPolicy;
  /** How late a slot may start; with `skip` a few minutes. */
  readonly grace: Milliseconds;
}

/** Limits at which a run pauses for a person; each that is there is checked, the first four before anything is bought. */
export interface GuardRules {
  readonly cost?: Money & { readonly amount: number };
  /** Of a slot; `change` is against the last finished slot, from 0, 1 is as many again. */
  readonly recipients?: { readonly min?: number; readonly max?: number; readonly change?: number };
  readonly templateErrors?: Share;
  /** Of the solution version, since its creation. */
  readonly modelAge?: Milliseconds;
  /** Audience jobs: INCREMENTAL imports since the last FULL one of a dataset, and before the model was trained. */
  readonly incrementalImports?: number;
  readonly lineErrors?: Share;
  /** Audience jobs: of each audience; `change` is against the last finished slot, from 0, 1 is as many again. */
  readonly members?: {
    readonly min?: number;
    readonly max?: number;
    readonly change?: number;
    /** Against the last delivered version. */
    readonly shrink?: Share;
  };
  readonly itemShare?: Share;
  readonly fallbackShare?: Share;
  /** Of the e-mails that are made: those with too few items left to show. */
  readonly excludedShare?: Share;
}

interface JobBase {
  /** `[a-z0-9][a-z0-9-]{0,39}`, the file's name without `.yaml`. */
  readonly name: string;
  /** Path of the file as it was given, for messages. */
  readonly file: string;
  readonly about: string;
  readonly schedule?: Schedule;
  /** The job that this one follows, slot by slot; never beside a schedule. */
  readonly after?: string;
  /** How long deliveries, inputs and outputs of a run are kept after it has ended; for ever where left out. */
  readonly keep?: Milliseconds;
  readonly guard?: GuardRules;
  readonly notify?: NotifyRules;
  /** What a run can be given, in the order of the file; left out where that is nothing. */
  readonly paramRules?: readonly ParamRule[];
  /** The values that the job was read with, of every param. */
  readonly params?: ParamValues;
}

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

/** A value that a job file writes out. */
export type FilterConstant = string | number;

/** What a placeholder of a filter gets. `otherwise` is for contacts who lack the attribute; without it they are left out. */
export type PlaceholderValue =
  | { readonly by: 'constants'; readonly constants: readonly FilterConstant[] }
  | { readonly by: 'attribute'; readonly attribute: string; readonly otherwise?: readonly FilterConstant[] };

/** The filter of a batch job: its name or ARN, and placeholder without `$` → value. */
export interface FilterWish {
  readonly named: string;
  readonly values: Readonly<Record<string, PlaceholderValue>>;
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

/** An audience of an audience job; of one that is split a part, or all parts but `holdout`. */
export interface AudienceRef {
  readonly job: string;
  readonly name: string;
  readonly part?: string;
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

/** What the audiences of a job are made of: each query makes one, or expressions do. */
export type CombineRule = 'each' | readonly NamedExpression[];

/** How many members are kept, the best by rank: a number from 1, or a share of those who may be addressed. */
export type TopRule = { readonly count: number } | { readonly share: Share };

/** What the files of a run hold: whole audiences, what has changed since the last delivered version, or both. */
export interface ChangeRules {
  readonly files: 'full' | 'changes' | 'both';
  /** Of so many delivered versions one is whole, from 1; counts where `files` is `changes`. */
  readonly fullEvery: number;
}

/** A part of a split. That of the name `holdout` gets no files. */
export interface SplitPart {
  readonly name: string;
  readonly share: Share;
}

export interface AudienceJob extends JobBase {
  readonly kind: 'audience';
  readonly segment: {
    readonly solution: string;
    /** numResults: users per query, 1 to 5,000,000. */
    readonly users: number;
    /** Query name → query, in the file's order: of attributes, or of items. Exactly one of the two. */
    readonly queries: readonly SegmentQuery[];
    /** Its values are constants. */
    readonly filter?: FilterWish;
  };
  readonly audience: {
    readonly where: Where;
    /** By which consent and suppressions are asked for; the job's name where the file has none. */
    readonly topic: string;
    readonly combine: CombineRule;
    /** Left out: everybody. Applied before `sample`, and that before `split`. */
    readonly top?: TopRule;
    readonly sample?: Share;
    /** At least two parts, whose shares add up to 1. */
    readonly split?: readonly SplitPart[];
    /** Name → path of a file with a column user_id, as the job file has it. */
    readonly lists: Readonly<Record<string, string>>;
    /** Names: of nightjar's own formats, or of files in `formats/`. */
    readonly formats: readonly string[];
    /** Of contacts, as further columns of the formats that take any. */
    readonly attributes: readonly string[];
    /** Audience, or audience and part as `drama.b` → the id that the platform gave it. */
    readonly listIds: ReadonlyMap<string, string>;
    readonly change: ChangeRules;
    /** Names of the settings' `destinations`, each once; none where the files stay on S3. */
    readonly deliver: readonly string[];
    /** Key prefix below the output location, ends with `/`. */
    readonly to: string;
  };
}

/** Chooses items of the catalogue as it is when a run begins. */
export interface ItemChoice {
  /** How many at most, 1 to 500. */
  readonly newest: number;
  /** Any of them. */
  readonly category?: readonly string[];
  /** Attribute of items → values, any of which holds; all attributes must hold. */
  readonly where: Readonly<Record<string, readonly Scalar[]>>;
  readonly inStock: boolean;
}

/**
 * `attributes` is a query in Personalize's grammar, `ITEMS.GENRES = "Drama"`; `item` an item id. `items` and `catalogue` ask
 * about several items, and their users make one audience: of each user the best rank.
 */
export type SegmentQuery =
  | { readonly name: string; readonly by: 'attributes'; readonly query: string }
  | { readonly name: string; readonly by: 'item'; readonly itemId: string }
  | { readonly name: string; readonly by: 'items'; readonly itemIds: readonly string[] }
  | { readonly name: string; readonly by: 'catalogue'; readonly choice: ItemChoice };

declare const parsed: unique symbol;
/** A job that came out of `parseJob`: raw YAML can't reach a run. */
export type ParsedJob = (EmailJob | AudienceJob) & { readonly [parsed]: true };
