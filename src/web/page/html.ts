/** Text that is HTML already, so that it is not escaped again. */
export class Html {
  constructor(readonly text: string) {}
}

export type Insertable = Html | Html[] | string | number | undefined;

/** A template that escapes what is inserted, except `Html`; undefined inserts nothing. */
export function html(strings: TemplateStringsArray, ...values: Insertable[]): Html {
  return new Html(String.raw({ raw: strings }, ...values.map(insert)));
}

function insert(value: Insertable): string {
  if (value === undefined) return "";
  if (value instanceof Html) return value.text;
  if (Array.isArray(value)) return value.map(({ text }) => text).join("\n");
  return Bun.escapeHTML(String(value));
}
