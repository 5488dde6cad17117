/** The elements of MJML, and what of Handlebars can stand in them. */

/** MJML's elements; what those marked true hold is text and HTML, and is carried along as it is. */
export const MJML_ELEMENTS: Readonly<Record<string, boolean>> = {
  mjml: false,
  'mj-head': false,
  'mj-attributes': false,
  'mj-all': false,
  'mj-class': false,
  'mj-breakpoint': true,
  'mj-html-attributes': false,
  'mj-selector': false,
  'mj-html-attribute': true,
  'mj-font': false,
  'mj-preview': true,
  'mj-style': true,
  'mj-title': true,
  'mj-body': false,
  'mj-wrapper': false,
  'mj-section': false,
  'mj-group': false,
  'mj-column': false,
  'mj-hero': false,
  'mj-text': true,
  'mj-button': true,
  'mj-image': false,
  'mj-divider': false,
  'mj-spacer': false,
  'mj-table': true,
  'mj-raw': true,
  'mj-social': false,
  'mj-social-element': true,
  'mj-navbar': false,
  'mj-navbar-link': true,
  'mj-accordion': false,
  'mj-accordion-element': false,
  'mj-accordion-title': true,
  'mj-accordion-text': true,
  'mj-carousel': false,
  'mj-carousel-image': true,
};

/** Elements between whose children a `{{#if}}` or `{{#each}}` can stand: those that may hold `mj-raw`. */
export const HOLDS_BLOCKS: ReadonlySet<string> = new Set([
  'mj-head',
  'mj-body',
  'mj-wrapper',
  'mj-section',
  'mj-group',
  'mj-column',
  'mj-hero',
  'mj-social',
  'mj-navbar',
  'mj-accordion',
  'mj-accordion-element',
]);

/** Elements whose content is carried along as it is. */
export const OPAQUE: ReadonlySet<string> = new Set(Object.keys(MJML_ELEMENTS).filter((name) => MJML_ELEMENTS[name]));
