/** The words of the unsubscribe page, by language. */
import { listFallbacks, readLocale } from '../../content/locale';

export interface PageTexts {
  readonly title: string;
  /** `{sender}` is who writes the e-mails. */
  readonly question: string;
  /** `{address}` is the masked address. */
  readonly to: string;
  readonly leaveList: string;
  readonly leaveAll: string;
  readonly doneList: string;
  readonly doneAll: string;
  /** An e-mail that is already under way may still come. */
  readonly soon: string;
  readonly wrongTitle: string;
  readonly wrong: string;
  readonly testTitle: string;
  readonly test: string;
  readonly failedTitle: string;
  readonly failed: string;
}

const en: PageTexts = {
  title: 'Unsubscribe',
  question: 'Do you want to get no more of these e-mails from {sender}?',
  to: 'They go to {address}.',
  leaveList: 'Stop these e-mails',
  leaveAll: 'Stop all e-mails from {sender}',
  doneList: 'You will get no more of these e-mails.',
  doneAll: 'You will get no more e-mails from {sender}.',
  soon: 'One that is on its way already may still reach you.',
  wrongTitle: 'This link does not work',
  wrong: 'It may have been cut. Please open it from the e-mail itself, or answer that e-mail and ask us.',
  testTitle: 'A test e-mail',
  test: 'This link is part of a test. It unsubscribes nobody.',
  failedTitle: 'That did not work',
  failed: 'Please try again in a minute. Nothing has been changed yet.',
};

const de: PageTexts = {
  title: 'Abmelden',
  question: 'Möchten Sie keine dieser E-Mails von {sender} mehr bekommen?',
  to: 'Sie gehen an {address}.',
  leaveList: 'Diese E-Mails abbestellen',
  leaveAll: 'Alle E-Mails von {sender} abbestellen',
  doneList: 'Sie bekommen keine dieser E-Mails mehr.',
  doneAll: 'Sie bekommen keine E-Mails von {sender} mehr.',
  soon: 'Eine, die schon unterwegs ist, kann Sie noch erreichen.',
  wrongTitle: 'Dieser Link funktioniert nicht',
  wrong: 'Vielleicht wurde er abgeschnitten. Bitte öffnen Sie ihn aus der E-Mail selbst, oder antworten Sie auf sie.',
  testTitle: 'Eine Test-E-Mail',
  test: 'Dieser Link gehört zu einem Test. Er meldet niemanden ab.',
  failedTitle: 'Das hat nicht geklappt',
  failed: 'Bitte versuchen Sie es in einer Minute noch einmal. Es wurde noch nichts geändert.',
};

const fr: PageTexts = {
  title: 'Se désabonner',
  question: 'Voulez-vous ne plus recevoir ces e-mails de {sender} ?',
  to: 'Ils sont envoyés à {address}.',
  leaveList: 'Ne plus recevoir ces e-mails',
  leaveAll: 'Ne plus recevoir aucun e-mail de {sender}',
  doneList: 'Vous ne recevrez plus ces e-mails.',
  doneAll: 'Vous ne recevrez plus d’e-mails de {sender}.',
  soon: 'Un e-mail déjà en route peut encore vous parvenir.',
  wrongTitle: 'Ce lien ne fonctionne pas',
  wrong: 'Il a peut-être été coupé. Ouvrez-le depuis l’e-mail lui-même, ou répondez à cet e-mail.',
  testTitle: 'Un e-mail de test',
  test: 'Ce lien fait partie d’un test. Il ne désabonne personne.',
  failedTitle: 'Cela n’a pas fonctionné',
  failed: 'Veuillez réessayer dans une minute. Rien n’a encore été changé.',
};

const es: PageTexts = {
  title: 'Darse de baja',
  question: '¿Quiere dejar de recibir estos correos de {sender}?',
  to: 'Se envían a {address}.',
  leaveList: 'Dejar de recibir estos correos',
  leaveAll: 'Dejar de recibir todos los correos de {sender}',
  doneList: 'Ya no recibirá estos correos.',
  doneAll: 'Ya no recibirá correos de {sender}.',
  soon: 'Es posible que aún le llegue alguno que ya está en camino.',
  wrongTitle: 'Este enlace no funciona',
  wrong: 'Puede que esté cortado. Ábralo desde el propio correo o responda a ese correo.',
  testTitle: 'Un correo de prueba',
  test: 'Este enlace forma parte de una prueba. No da de baja a nadie.',
  failedTitle: 'No ha funcionado',
  failed: 'Inténtelo de nuevo en un minuto. Todavía no se ha cambiado nada.',
};

const it: PageTexts = {
  title: 'Annulla l’iscrizione',
  question: 'Vuole non ricevere più queste e-mail da {sender}?',
  to: 'Vengono inviate a {address}.',
  leaveList: 'Non ricevere più queste e-mail',
  leaveAll: 'Non ricevere più nessuna e-mail da {sender}',
  doneList: 'Non riceverà più queste e-mail.',
  doneAll: 'Non riceverà più e-mail da {sender}.',
  soon: 'Un’e-mail già in viaggio potrebbe ancora arrivare.',
  wrongTitle: 'Questo link non funziona',
  wrong: 'Forse è stato tagliato. Lo apra dall’e-mail stessa, oppure risponda a quell’e-mail.',
  testTitle: 'Un’e-mail di prova',
  test: 'Questo link fa parte di una prova. Non cancella l’iscrizione di nessuno.',
  failedTitle: 'Non ha funzionato',
  failed: 'Riprovi tra un minuto. Non è stato ancora cambiato nulla.',
};

const nl: PageTexts = {
  title: 'Afmelden',
  question: 'Wilt u deze e-mails van {sender} niet meer ontvangen?',
  to: 'Ze gaan naar {address}.',
  leaveList: 'Deze e-mails stoppen',
  leaveAll: 'Alle e-mails van {sender} stoppen',
  doneList: 'U krijgt deze e-mails niet meer.',
  doneAll: 'U krijgt geen e-mails van {sender} meer.',
  soon: 'Een e-mail die al onderweg is, kan u nog bereiken.',
  wrongTitle: 'Deze link werkt niet',
  wrong: 'Misschien is hij afgebroken. Open hem vanuit de e-mail zelf, of beantwoord die e-mail.',
  testTitle: 'Een test-e-mail',
  test: 'Deze link hoort bij een test. Hij meldt niemand af.',
  failedTitle: 'Dat is niet gelukt',
  failed: 'Probeer het over een minuut opnieuw. Er is nog niets gewijzigd.',
};

const ja: PageTexts = {
  title: '配信停止',
  question: '{sender}からのこのメールの配信を停止しますか？',
  to: '配信先：{address}',
  leaveList: 'このメールの配信を停止する',
  leaveAll: '{sender}からのすべてのメールを停止する',
  doneList: 'このメールの配信を停止しました。',
  doneAll: '{sender}からのメールの配信をすべて停止しました。',
  soon: 'すでに送信中のメールが届くことがあります。',
  wrongTitle: 'このリンクは使えません',
  wrong: 'リンクが途中で切れている可能性があります。メールから直接開くか、そのメールにご返信ください。',
  testTitle: 'テストメール',
  test: 'このリンクはテスト用です。配信は停止されません。',
  failedTitle: '処理できませんでした',
  failed: '一分ほど待ってから、もう一度お試しください。まだ何も変更されていません。',
};

/** Language → its words. */
export const PAGE_TEXTS: Readonly<Record<string, PageTexts>> = { en, de, fr, es, it, nl, ja };

export interface PageLanguage {
  /** A key of `PAGE_TEXTS`. */
  readonly language: string;
  readonly texts: PageTexts;
}

/** Chooses the language: that of the contact, else the first of the browser's that there is, else English. */
export function choosePageLanguage(locale: string | undefined, acceptLanguage: string | undefined): PageLanguage {
  for (const wanted of [locale, ...readAccepted(acceptLanguage)]) {
    const tag = readLocale(wanted);
    for (const form of tag === undefined ? [] : listFallbacks(tag)) {
      const texts = Object.hasOwn(PAGE_TEXTS, form) ? PAGE_TEXTS[form] : undefined;
      if (texts !== undefined) return { language: form, texts };
    }
  }
  return { language: 'en', texts: en };
}

/** More than any browser sends. */
const LONGEST_HEADER = 1000;

/** Reads `Accept-Language` (RFC 9110 section 12.5.4), the best first. */
function readAccepted(header: string | undefined): readonly string[] {
  const ranges = (header ?? '').slice(0, LONGEST_HEADER).split(',');
  return ranges
    .map((range) => {
      const [tag = '', ...parameters] = range.trim().split(';');
      const quality = parameters.map((one) => /^\s*q=([\d.]+)\s*$/.exec(one)?.[1]).find((q) => q !== undefined);
      return { tag, quality: quality === undefined ? 1 : Number(quality) };
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality)
    .map(({ tag }) => tag);
}
