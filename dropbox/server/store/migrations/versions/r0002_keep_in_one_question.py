# SPDX-License-Identifier: AGPL-3.0-or-later
"""On PostgreSQL a group of envelopes is kept by one question instead of four."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Each statement of a volatile function sees what was committed when it began: the lock comes first, so that the insert
# sees every id of a segment that was closed meanwhile. -1: one of the periods takes nothing more.
KEEP = """
CREATE FUNCTION keep_envelopes(ids bytea[], periods bigint[], bodies bytea[]) RETURNS bigint
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  last_sealed bigint;
  kept bigint;
BEGIN
  SELECT value INTO last_sealed FROM counters WHERE name = 'sealed' FOR SHARE;
  IF last_sealed >= (SELECT min(one) FROM unnest(periods) AS one) THEN
    RETURN -1;
  END IF;
  INSERT INTO open_envelopes (id, period, body)
    SELECT new.id, new.period, new.body FROM unnest(ids, periods, bodies) AS new(id, period, body)
    WHERE NOT EXISTS (SELECT 1 FROM closed_ids WHERE closed_ids.id = new.id)
    ON CONFLICT DO NOTHING;
  GET DIAGNOSTICS kept = ROW_COUNT;
  RETURN kept;
END
$$
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(KEEP)
