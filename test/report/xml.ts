/** A strict reader of small XML documents, for tests: throws for whatever is not well-formed. */

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

/** The root element. */
export function elements(xml: string): XmlElement {
  if (/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/u.test(xml)) throw new Error("a character that XML cannot hold");
  const rest = xml.replace(/^<\?xml [^?]*\?>\n/, "");
  const stack: { name: string; attributes: Record<string, string>; children: XmlElement[]; text: string }[] = [
    { name: "", attributes: {}, children: [], text: "" },
  ];
  for (const [token] of rest.matchAll(/<\/?[^>]*>|[^<]+/g)) {
    const top = stack.at(-1)!;
    if (!token.startsWith("<")) {
      top.text += unescaped(token);
      continue;
    }
    const close = /^<\/(\w+)>$/.exec(token);
    if (close) {
      if (close[1] !== top.name) throw new Error(`</${close[1]}> closes <${top.name}>`);
      stack.pop();
      continue;
    }
    const open = /^<(\w+)((?: \w+="[^"<]*")*)(\/?)>$/.exec(token);
    if (!open) throw new Error(`not an element: ${token}`);
    const attributes: Record<string, string> = {};
    for (const [, name, value] of open[2]!.matchAll(/ (\w+)="([^"]*)"/g)) {
      if (Object.hasOwn(attributes, name!)) throw new Error(`twice: ${name}`);
      attributes[name!] = unescaped(value!);
    }
    const element = { name: open[1]!, attributes, children: [], text: "" };
    top.children.push(element);
    if (open[3] === "") stack.push(element);
  }
  const root = stack[0]!;
  if (stack.length !== 1 || root.children.length !== 1 || root.text.trim() !== "") throw new Error("not one whole element");
  return trimmed(root.children[0]!);
}

function trimmed(element: XmlElement): XmlElement {
  return { ...element, text: element.children.length > 0 ? "" : element.text, children: element.children.map(trimmed) };
}

function unescaped(text: string): string {
  return text.replace(/&(?:#(\d+);)?/g, (whole, number?: string) => {
    if (number === undefined) throw new Error(`a bare ampersand: ${whole}`);
    return String.fromCodePoint(Number(number));
  });
}
