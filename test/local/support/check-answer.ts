/** Checks answers of the control plane against the service model: no unknown member, no wrong type, no broken constraint. */
import { Readable } from 'node:stream';
import type { PersonalizeClient } from '@aws-sdk/client-personalize';
import { checkShape } from '../../../src/local/model/check';
import { PERSONALIZE } from '../../../src/local/model/table';

/** Throws unless `answer`, read from JSON, is what the operation may answer; undefined stands for an empty body. */
export function checkAnswer(operation: string, answer: unknown): void {
  const model = PERSONALIZE.operations.get(operation);
  if (model === undefined) throw new Error(`there is no operation ${operation}`);
  if (model.output === null) {
    if (answer !== undefined) throw new Error(`${operation} answers with a body: ${JSON.stringify(answer)}`);
    return;
  }
  // The model gives roles in import, export and deletion jobs the pattern of Personalize's own ARNs, which none can fit.
  const problems = checkShape(model.output, answer).problems.filter(({ text }) => !text.includes(".roleArn' failed"));
  if (problems.length === 0) return;
  throw new Error(`${operation} answers wrongly: ${problems.map(({ text }) => text).join('; ')}`);
}

/** Lets a client check every good answer that it gets, before its own parser drops what it does not know. */
export function checkAnswersOf(client: PersonalizeClient, seen: (operation: string) => void = () => {}): void {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const result = await next(args);
      const { response } = result;
      if (!isResponse(response) || response.statusCode !== 200) return result;
      const text = await readText(response.body);
      const operation = String(context.commandName).replace(/Command$/, '');
      checkAnswer(operation, text === '' ? undefined : JSON.parse(text));
      seen(operation);
      response.body = Buffer.from(text);
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'checkAnswer' },
  );
}

interface Response {
  readonly statusCode: number;
  body: unknown;
}

function isResponse(value: unknown): value is Response {
  return typeof value === 'object' && value !== null && 'statusCode' in value && 'body' in value;
}

async function readText(body: unknown): Promise<string> {
  if (!(body instanceof Readable)) return '';
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
