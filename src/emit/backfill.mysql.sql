-- {words}
-- It can be stopped at any time and run again: only rows that still lack the value are taken.
SET SESSION innodb_lock_wait_timeout = 2;
SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED;
SET autocommit = 1;
DROP PROCEDURE IF EXISTS {name};
DELIMITER //
CREATE PROCEDURE {name}()
BEGIN
  -- Rows that come later are written by releases that set the value themselves.
  SET @end_key = (SELECT {key} FROM {table} ORDER BY {key} DESC LIMIT 1);
  SET @from_key = (SELECT {key} FROM {table} ORDER BY {key} LIMIT 1);
  WHILE @from_key IS NOT NULL DO
    SET @to_key = (SELECT {key} FROM {table} WHERE {key} >= @from_key AND {key} <= @end_key ORDER BY {key} LIMIT 1 OFFSET 999);
    SET @to_key = COALESCE(@to_key, @end_key);
    UPDATE {table}
    {set}
      WHERE {key} >= @from_key AND {key} <= @to_key AND ({where});
    DO SLEEP(0.1);
    SET @from_key = (SELECT {key} FROM {table} WHERE {key} > @to_key AND {key} <= @end_key ORDER BY {key} LIMIT 1);
  END WHILE;
  IF EXISTS (SELECT 1 FROM {table} WHERE {where}) THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'rows still lack the value: run this again; if they stay, some code writes them so';
  END IF;
END //
DELIMITER ;
CALL {name}();
DROP PROCEDURE {name};
