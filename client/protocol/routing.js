// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file Which unit a report goes to when the person names a force, not a unit (docs/protocol.md, step 7.1.7). */

import { UnitKind } from "./constants.js";

/** @import { Directory } from "./directory.js" */

/**
 * The unit for a report about `force` (its slug, empty when not known); undefined when there is none.
 *
 * `independent` keeps it from the force's own unit. Of the units that serve the force the first of the directory, else
 * the first intake desk, else the first oversight body; never one that is paused or that the directory's conflict rules
 * keep this force's reports from.
 * @param {Directory} directory
 * @param {string} force
 * @param {boolean} independent
 */
export function receivingUnit(directory, force, independent) {
  const open = directory.units.filter((unit) => !unit.paused && !(force && unit.conflicts.includes(force)));
  const apart = open.filter((unit) => unit.kind !== UnitKind.FORCE_UNIT);
  const serving = (independent ? apart : open).filter((unit) => force && unit.forces.includes(force));
  const desks = apart.filter((unit) => unit.kind === UnitKind.INTAKE_DESK);
  return [...serving, ...desks, ...apart][0];
}
