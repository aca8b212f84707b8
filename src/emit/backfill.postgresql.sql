-- {words}
-- It can be stopped at any time and run again: only rows that still lack the value are taken. Not in a transaction:
-- each range is committed by itself.
SET lock_timeout = '1s';
SET statement_timeout = 0;
DO $backfill$
DECLARE
  from_key {table}.{key}%TYPE;
  to_key {table}.{key}%TYPE;
  end_key {table}.{key}%TYPE;
  filled bigint := 0;
  changed bigint;
BEGIN
  -- Rows that come later are written by releases that set the value themselves.
  SELECT {key} INTO end_key FROM {table} ORDER BY {key} DESC LIMIT 1;
  SELECT {key} INTO from_key FROM {table} ORDER BY {key} LIMIT 1;
  WHILE from_key IS NOT NULL LOOP
    SELECT {key} INTO to_key FROM {table}
      WHERE {key} >= from_key AND {key} <= end_key ORDER BY {key} OFFSET 999 LIMIT 1;
    to_key := coalesce(to_key, end_key);
    UPDATE {table}
    {set}
      WHERE {key} >= from_key AND {key} <= to_key AND ({where});
    GET DIAGNOSTICS changed = ROW_COUNT;
    COMMIT;
    filled := filled + changed;
    RAISE NOTICE '% rows filled, up to %', filled, to_key;
    PERFORM pg_sleep(0.1);
    SELECT {key} INTO from_key FROM {table}
      WHERE {key} > to_key AND {key} <= end_key ORDER BY {key} LIMIT 1;
  END LOOP;
END
$backfill$;
DO $verify$
BEGIN
  IF EXISTS (SELECT 1 FROM {table} WHERE {where}) THEN
    RAISE EXCEPTION 'rows still lack the value: run this again; if they stay, some code writes them so';
  END IF;
END
$verify$;
