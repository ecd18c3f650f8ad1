/** Fields of forms: label, hint, and what is wrong beside the field, read together with it. */

import { html } from 'hono/html';
import type { Html } from '../../pages/layout.ts';

export interface Field {
  name: string;
  label: string;
  value?: string | undefined;
  hint?: Html | string | undefined;
  /** What is wrong with the value. */
  fault?: string | undefined;
  type?: 'text' | 'email' | 'url' | 'password' | 'search';
  isRequired?: boolean;
  maxLength?: number | undefined;
  autocomplete?: string;
  placeholder?: string;
  isMultiline?: boolean;
  /** Gets the focus when the page opens, as a field does with something wrong. */
  hasFocus?: boolean;
}

/** A field for a text. */
export function field(options: Field): Html {
  const { name, label, value = '', hint, fault, type = 'text', maxLength, placeholder } = options;
  const attributes = html`id="${name}" name="${name}"${placeholder === undefined ? '' : html` placeholder="${placeholder}"`}${
    maxLength === undefined ? '' : html` maxlength="${maxLength}"`
  } autocomplete="${options.autocomplete ?? 'off'}"${options.isRequired ? html` required` : ''}${
    options.hasFocus || fault !== undefined ? html` autofocus` : ''
  }${describedBy(name, hint, fault)}`;
  return html`<div class="field"><label for="${name}">${label}</label>${
    options.isMultiline
      ? html`<textarea ${attributes}>${value}</textarea>`
      : html`<input type="${type}" value="${value}" ${attributes}>`
  }${notes(name, hint, fault)}</div>`;
}

export interface Option {
  value: string;
  text: string;
  hint?: string;
}

/** A field for one of a few values. */
export function selectField(options: {
  name: string;
  label: string;
  value?: string | undefined;
  choices: readonly Option[];
  hint?: Html | string;
  fault?: string | undefined;
}): Html {
  const { name, label, hint, fault } = options;
  return html`<div class="field"><label for="${name}">${label}</label>${select(options, describedBy(name, hint, fault))}${notes(name, hint, fault)}</div>`;
}

/** A choice without a label of its own on the screen, for a row of filters. */
export function filterChoice(options: {
  name: string;
  label: string;
  value?: string | undefined;
  choices: readonly Option[];
}): Html {
  return select(options, html` aria-label="${options.label}"`);
}

function select(
  {
    name,
    value,
    choices,
  }: { name: string; value?: string | undefined; choices: readonly Option[] },
  attributes: Html | string,
): Html {
  return html`<select id="${name}" name="${name}"${attributes}>${choices.map((choice) =>
    choice.value === (value ?? '')
      ? html`<option value="${choice.value}" selected>${choice.text}</option>`
      : html`<option value="${choice.value}">${choice.text}</option>`,
  )}</select>`;
}

/** A field for a file. The form must be sent as `multipart/form-data`. */
export function fileField(options: {
  name: string;
  label: string;
  accept: string;
  hint?: Html | string;
  fault?: string | undefined;
}): Html {
  const { name, label, accept, hint, fault } = options;
  return html`<div class="field"><label for="${name}">${label}</label><input type="file" id="${name}" name="${name}" accept="${accept}"${describedBy(name, hint, fault)}>${notes(name, hint, fault)}</div>`;
}

/** Boxes to tick, or with `isSingle` one of them. */
export function choiceField(options: {
  name: string;
  label: string;
  values: readonly string[];
  choices: readonly Option[];
  isSingle?: boolean;
  hint?: Html | string;
  fault?: string | undefined;
}): Html {
  const { name, label, values, choices, isSingle, hint, fault } = options;
  return html`<fieldset class="field"${describedBy(name, hint, fault)}><legend>${label}</legend>${choices.map(
    ({ value, text, hint: meaning }) =>
      html`<div class="check"><input type="${isSingle ? 'radio' : 'checkbox'}" id="${name}-${value}" name="${name}" value="${value}"${
        values.includes(value) ? html` checked` : ''
      }><label for="${name}-${value}">${text}${meaning === undefined ? '' : html`<span class="sub">${meaning}</span>`}</label></div>`,
  )}${notes(name, hint, fault)}</fieldset>`;
}

function describedBy(
  name: string,
  hint: Html | string | undefined,
  fault: string | undefined,
): Html | string {
  const ids = [fault !== undefined && `${name}-fault`, hint !== undefined && `${name}-hint`].filter(
    (id) => id !== false,
  );
  if (ids.length === 0) return '';
  return html` aria-describedby="${ids.join(' ')}"${fault === undefined ? '' : html` aria-invalid="true"`}`;
}

function notes(name: string, hint: Html | string | undefined, fault: string | undefined): Html {
  return html`${fault === undefined ? '' : html`<p class="fault" id="${name}-fault">${fault}</p>`}${
    hint === undefined ? '' : html`<p class="hint" id="${name}-hint">${hint}</p>`
  }`;
}
