/**
 * Parses a file as C#, or standard input where none is named: Debian has no .NET that would compile it. It fails
 * unless every word is in its place, and statements come before types.
 */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import treeSitter, { type Node } from '@vscode/tree-sitter-wasm';

const GRAMMAR = import.meta.resolve('@vscode/tree-sitter-wasm/wasm/tree-sitter-c-sharp.wasm');

await treeSitter.Parser.init();
const language = await treeSitter.Language.load(fileURLToPath(GRAMMAR));
const text = readFileSync(process.argv[2] ?? process.stdin.fd, 'utf8');
const root = new treeSitter.Parser().setLanguage(language).parse(text)?.rootNode;
if (!root) throw new Error('the parser gave up');

const fault = root.hasError ? faultIn(root) : statementAfterType(root);
if (fault) {
  const { row, column } = fault.startPosition;
  throw new SyntaxError(`line ${row + 1}, column ${column + 1}: ${text.split('\n')[row]}`);
}

/** The innermost part that is wrong or, where something is missing, the place for it. */
function faultIn(node: Node): Node {
  const inner = node.children.find((child) => child?.hasError);
  return inner ? faultIn(inner) : node;
}

/** The grammar takes the parts of a file in any order, the compiler does not (CS8803). */
function statementAfterType({ children }: Node): Node | undefined {
  const parts = children.filter((part) => part !== null);
  const firstType = parts.findIndex(({ type }) => type.endsWith('_declaration'));
  if (firstType === -1) return undefined;
  return parts.slice(firstType).find(({ type }) => type === 'global_statement');
}
