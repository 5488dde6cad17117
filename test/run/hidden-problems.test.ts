/** What else is told of a job whose fields are wrong: nothing that would be right once they are. */
import { isNightjarError, NightjarError } from '../../src/errors';
import { tellHiddenProblems } from '../../src/run/hidden-problems';

const files = {
  'subject.hbs': '{{params.a}}',
  'body.html.hbs': '{{sections.more.title}}',
  'body.text.hbs': '{{unsubscribeUrl}} {{sender.postalAddress}}',
};

async function told(content: string, params: string): Promise<readonly string[]> {
  const text = `about: Mail\nkind: email\ncontent: ${content}\nparams: ${params}\nsend: { rate: fast }\n`;
  const file = 'jobs/mail.yaml';
  const wrong = new NightjarError('E_JOB_FIELD', 'send.rate is "fast"', { where: { file, line: 5, column: 15 } });
  const error = await tellHiddenProblems({ file, text, template: { name: 'own', files } }, wrong);
  return isNightjarError(error) ? error.others.map(({ message }) => message) : [];
}

it('a template names params and sections that are not there', async () => {
  const problems = (await told('{ template: own }', '{}')).join();
  expect(problems).toMatch(/names a param, and the job declares none/);
  expect(problems).toMatch(/names a section, and the job has none/);
});

it.each([
  ['{ template: own, sections: [more] }', '{ a: { type: string } }'],
  ['{ template: own, sections: { more: {} } }', '[a]'],
  ['[own]', '{ a: { type: string } }'],
])('nobody knows of those of content %s and params %s', async (content, params) => {
  expect(await told(content, params)).toEqual([]);
});
