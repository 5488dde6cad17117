/** Spells the statuses of answers: real jobs report others than the documents name. */
/** Names the spellings: as published runs show them, or as the API reference lists them. */
export const STATUS_SPELLINGS = ['observed', 'documented'] as const;

export type StatusSpelling = (typeof STATUS_SPELLINGS)[number];

type Answer = Readonly<Record<string, unknown>>;

type Words = Readonly<Record<string, string>>;

/** The API reference on BatchInferenceJob and BatchSegmentJob; those of all other kinds are spelled as they are observed. */
const DOCUMENTED_BATCH_JOB: Words = { 'CREATE PENDING': 'PENDING', 'CREATE IN_PROGRESS': 'IN PROGRESS' };

/** The API reference on DataDeletionJob; no run of one is published. */
const DATA_DELETION_JOB: Words = {
  'CREATE PENDING': 'PENDING',
  'CREATE IN_PROGRESS': 'IN_PROGRESS',
  ACTIVE: 'COMPLETED',
  'CREATE FAILED': 'FAILED',
};

/** Spells every `status` in an operation's answer. */
export function spellStatuses(spelling: StatusSpelling, operation: string, answer: Answer): Answer {
  const words = wordsOf(spelling, operation);
  return words === undefined ? answer : spellMembers(answer, words);
}

function wordsOf(spelling: StatusSpelling, operation: string): Words | undefined {
  if (/DataDeletionJobs?$/.test(operation)) return DATA_DELETION_JOB;
  return spelling === 'documented' && /Batch(Inference|Segment)Jobs?$/.test(operation)
    ? DOCUMENTED_BATCH_JOB
    : undefined;
}

function spellMembers(object: object, words: Words): Answer {
  const spell = (name: string, value: unknown): unknown => {
    if (name === 'status' && typeof value === 'string') return words[value] ?? value;
    if (Array.isArray(value)) return value.map((one: unknown) => spell('', one));
    return typeof value === 'object' && value !== null ? spellMembers(value, words) : value;
  };
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, spell(name, value)]));
}
