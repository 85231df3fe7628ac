/**
 * Makes elements. Values from the audit are only ever set as `textContent`, so they cannot become
 * markup.
 */

type Child = Node | string

export interface Attributes {
  readonly [name: string]: string | number | boolean | undefined
}

export const element = <K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: ReadonlyArray<Child>
): HTMLElementTagNameMap[K] => {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) {
      made.setAttribute(name, value === true ? "" : String(value))
    }
  }
  made.append(...children)
  return made
}
