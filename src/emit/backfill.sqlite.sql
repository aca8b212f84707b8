-- {words}
-- A thousand rows at a time: run it again until it says 0.
PRAGMA busy_timeout = 1000;
UPDATE {table}
{set}
  WHERE {key} IN (SELECT {key} FROM {table} WHERE {where} ORDER BY {key} LIMIT 1000);
SELECT count(*) FROM {table} WHERE {where};
