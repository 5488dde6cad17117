/** The plain loop that people write: nodemailer's pool, one mail after the other, no ledger, no look-ups, rendered once. */
import { createTransport } from 'nodemailer';
import { readJob } from '../../src/cli/project';
import { buildContext } from '../../src/content/context';
import { readSample } from '../../src/content/sample';
import { compileTemplate } from '../../src/content/template';
import { type NightEngines, ROOT } from './engines';

/** Sends so many mails of the same template over a pool of as many connections, and answers mails a second. */
export async function measurePlainLoop(
  night: Pick<NightEngines, 'smtpPort'>,
  wish: { readonly mails: number; readonly connections: number },
): Promise<number> {
  const rendered = await renderSample();
  const transport = createTransport({
    host: '127.0.0.1',
    port: night.smtpPort,
    pool: true,
    maxConnections: wish.connections,
    maxMessages: Number.POSITIVE_INFINITY,
    ignoreTLS: true,
  });
  const began = process.hrtime.bigint();
  let next = 0;
  const loop = async () => {
    for (let number = next++; number < wish.mails; number = next++) {
      await transport.sendMail({
        from: 'Corner Shop <news@shop.example>',
        to: `u${number}@people.example`,
        ...rendered,
        headers: { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
        list: { unsubscribe: [[`https://shop.example/u/${number}`]] },
      });
    }
  };
  await Promise.all(Array.from({ length: 2 * wish.connections }, loop));
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  transport.close();
  return wish.mails / seconds;
}

async function renderSample(): Promise<{ subject: string; html: string; text: string }> {
  const source = readJob(ROOT, 'nightly-picks');
  const template = source.template;
  const sample = template === undefined ? undefined : readSample(template.files['sample.json'], 'sample.json').sample;
  if (template === undefined || sample === undefined) throw new Error('the template picks has no sample');
  const context = buildContext({
    contact: sample.contact,
    items: sample.items,
    job: { name: 'bench' },
    unsubscribeUrl: 'https://shop.example/u/1',
    sender: { name: 'Corner Shop', postalAddress: '1 Market Street' },
    publicUrl: 'https://shop.example',
    slot: '2026-01-01',
  });
  return (await compileTemplate(template)).render(context);
}
