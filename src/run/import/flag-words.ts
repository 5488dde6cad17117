/** Words by which other systems, and spreadsheets of other languages, write true and false; in lower case. */

export const TRUE_WORDS: ReadonlySet<string> = new Set(
  '1 yes y t on opt-in subscribed ja j wahr oui o vrai si sí sì s verdadero vero sim verdadeiro waar tak prawda'.split(
    ' ',
  ),
);

export const FALSE_WORDS: ReadonlySet<string> = new Set(
  '0 no n f off opt-out unsubscribed nein falsch non faux falso não nao onwaar nee nie fałsz'.split(' '),
);
