/** Tells in a plan which guards a run has, and which of them would pause it. */
import type { CompiledTemplate } from '../../content/template';
import { currentCatalogueVersion } from '../../database/catalogue';
import { popularItems } from '../../database/people/interactions';
import type { EmailJob } from '../../job/email-job';
import { runId } from '../../job/keys';
import type { Plan } from '../../job/plan';
import type { Engines } from '../engines';
import { checkInput, type InputFacts } from './input';
import { listLimits } from './members';
import { percent } from './recipients';
import { SAMPLE_SIZE, type TemplateSample } from './template-sample';

const POPULAR_ITEMS = 200;
const LATER = ['lineErrors', 'itemShare', 'fallbackShare', 'excludedShare'] as const;

/** Checks what can be checked before anything is bought; nothing where there are no guards. */
export async function planGuards(
  engines: Parameters<typeof checkInput>[0],
  facts: InputFacts,
): Promise<Pick<Plan, 'guards'>> {
  const checks = await checkInput(engines, facts);
  const now = checks.map(({ guard, limit, figure, trips }) => {
    return { guard, limit, figure, outcome: trips ? ('trips' as const) : ('passes' as const) };
  });
  const guards = [...now, ...laterGuards(facts.job)];
  return guards.length === 0 ? {} : { guards };
}

function laterGuards({ guard: rules }: Pick<EmailJob, 'guard'>) {
  const shares = LATER.flatMap((guard) => {
    const limit = rules?.[guard];
    return limit === undefined ? [] : [{ guard, limit: percent(limit), outcome: 'later' as const }];
  });
  const sizes = rules?.members === undefined ? [] : listLimits(rules.members);
  return [...shares, ...sizes.map(({ guard, limit }) => ({ guard, limit, outcome: 'later' as const }))];
}

type SampleRecipient = TemplateSample['recipients'][number];

/** Collects the sample of `sampleRecipients` from recipients that come one by one, in any order. */
export function createSample(): { add(recipient: SampleRecipient): void; list(): readonly SampleRecipient[] } {
  let kept: SampleRecipient[] = [];
  const cut = () => {
    kept = kept.sort((a, b) => (a.addressHash < b.addressHash ? -1 : 1)).slice(0, SAMPLE_SIZE);
  };
  return {
    add: (recipient) => {
      kept.push(recipient);
      if (kept.length > 100 * SAMPLE_SIZE) cut();
    },
    list: () => {
      cut();
      return kept;
    },
  };
}

/** Says for whom the template would be rendered, with the catalogue as it is now. */
export async function sampleOf(
  { db }: Pick<Engines, 'db'>,
  wish: {
    readonly job: EmailJob;
    readonly slot: string;
    readonly template: CompiledTemplate;
    readonly recipients: readonly SampleRecipient[];
  },
): Promise<Omit<TemplateSample, 'job'>> {
  const { job, slot, template, recipients } = wish;
  return {
    template,
    recipients,
    run: { runId: runId({ job: job.name, slot, number: 1 }), slot },
    catalogueVersion: await currentCatalogueVersion(db),
    popular: await popularItems(db, { since: 0, limit: POPULAR_ITEMS }),
  };
}
