// SPDX-License-Identifier: AGPL-3.0-or-later
// Prints each function of the JavaScript files that are named on standard input, a line each: file, line, name, length.
// A length counts from the first line of the function to its last.

import { readFileSync } from "node:fs";
import { parse } from "acorn";

/**
 * Every function under a node, with what it is the value of: a variable, a property, a method.
 * @param {any} node of acorn's tree, whose types differ from kind to kind
 * @param {any} holder
 * @param {(node: any, holder: any) => void} tell
 */
function walk(node, holder, tell) {
  if (Array.isArray(node)) {
    node.forEach((one) => walk(one, holder, tell));
  } else if (node && typeof node.type === "string") {
    if (/Function/.test(node.type)) {
      tell(node, holder);
    }
    Object.values(node).forEach((one) => walk(one, node, tell));
  }
}

for (const path of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const tree = parse(readFileSync(path, "utf8"), { ecmaVersion: "latest", sourceType: "module", locations: true });
  walk(tree, undefined, (node, holder) => {
    const name = (node.id ?? holder?.id ?? holder?.key)?.name ?? "a function";
    console.log([path, node.loc.start.line, name, node.loc.end.line - node.loc.start.line + 1].join("\t"));
  });
}
