declare module 'mjml' {
  interface MjmlError {
    readonly line: number;
    readonly message: string;
    readonly tagName: string;
  }
  /** The options that nightjar sets; https://github.com/mjmlio/mjml/tree/master/packages/mjml-core */
  interface MjmlOptions {
    readonly fonts?: Readonly<Record<string, string>>;
    readonly keepComments?: boolean;
    readonly validationLevel?: 'strict' | 'soft' | 'skip';
    readonly ignoreIncludes?: boolean;
  }
  function mjml2html(
    text: string,
    options?: MjmlOptions,
  ): Promise<{ readonly html: string; readonly errors: readonly MjmlError[] }>;
  export = mjml2html;
}
